import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FlagshipError, reasonOf } from '../../errors.ts'
import { isMissing } from '../../ingest/file-system.ts'
import { type DeadLetterLine, parseDeadLetterLine } from '../../pipeline/dead-letter-line.ts'
import { DEAD_LETTER } from '../../pipeline/open-pipeline.ts'
import { wholeLines } from '../whole-lines.ts'

/**
 * One file of a dead letter. `current`: the agent writes it. `replaying`: a replay took it and has not come to its end.
 * `kept`: what a replay left of one.
 */
export interface DeadLetterFile {
  readonly path: string
  readonly kind: 'current' | 'replaying' | 'kept'
  /** When it was taken from the agent, fit for a name; the same for what is kept of it. Empty for the current one. */
  readonly takenAt: string
}

/** One line as it stands in a file; `parsed` is undefined when it is not what flagship writes. */
export interface StoredLine {
  /** With its newline. */
  readonly text: string
  readonly parsed: DeadLetterLine | undefined
  /** Where the next one begins. */
  readonly endBytes: number
}

const NAME = /^dead-letter\.(replaying|kept)-([\dTZ.-]+)\.ndjson$/

/** The file of a dead letter that was taken at a time. */
export function takenPath(directory: string, kind: 'replaying' | 'kept', takenAt: string): string {
  return join(directory, `dead-letter.${kind}-${takenAt}.ndjson`)
}

/** A time as it stands in names. */
export function timeInName(ms: number): string {
  return new Date(ms).toISOString().replaceAll(':', '-')
}

/**
 * The files of the dead letter in the directory of a pipeline, oldest first; none when there is no such directory. A
 * replay may have been interrupted after its last step but one: then what it took is in `done` and counts no more.
 * @throws FlagshipError STATE_UNREADABLE.
 */
export async function deadLetterFiles(
  directory: string,
): Promise<{ readonly files: readonly DeadLetterFile[]; readonly done: readonly DeadLetterFile[] }> {
  const names = await namesIn(directory)
  const kept = new Set(names.flatMap((name) => (NAME.exec(name)?.[1] === 'kept' ? (NAME.exec(name)?.[2] ?? []) : [])))
  const taken = names.sort().flatMap((name): DeadLetterFile[] => {
    const [, kind, takenAt] = NAME.exec(name) ?? []
    if (takenAt === undefined) return []
    return [{ path: join(directory, name), kind: kind === 'kept' ? 'kept' : 'replaying', takenAt }]
  })
  const isDone = ({ kind, takenAt }: DeadLetterFile) => kind === 'replaying' && kept.has(takenAt)
  const files = taken.filter((file) => !isDone(file)).sort((a, b) => (a.takenAt < b.takenAt ? -1 : 1))
  const current = { path: join(directory, DEAD_LETTER), kind: 'current', takenAt: '' } as const
  return { files: names.includes(DEAD_LETTER) ? [...files, current] : files, done: taken.filter(isDone) }
}

/** The whole lines of a file from a place on; none when it is not there. @throws FlagshipError STATE_UNREADABLE. */
export async function* linesOf(path: string, fromBytes = 0): AsyncGenerator<StoredLine> {
  try {
    for await (const { offsetBytes, bytes } of wholeLines(createReadStream(path, { start: fromBytes }))) {
      let start = 0
      for (let end = bytes.indexOf('\n') + 1; end > 0; end = bytes.indexOf('\n', start) + 1) {
        const text = bytes.toString('utf8', start, end)
        yield { text, parsed: parseDeadLetterLine(text), endBytes: fromBytes + offsetBytes + end }
        start = end
      }
    }
  } catch (error) {
    if (!isMissing(error)) throw unreadable(path, error)
  }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory)
  } catch (error) {
    if (isMissing(error)) return []
    throw unreadable(directory, error)
  }
}

function unreadable(path: string, error: unknown): FlagshipError {
  if (error instanceof FlagshipError) return error
  return new FlagshipError('STATE_UNREADABLE', `Cannot read dead letter "${path}": ${reasonOf(error)}`, error)
}
