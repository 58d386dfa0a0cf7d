import { open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { FlagshipError, reasonOf } from '../errors.ts'
import { isMissing } from '../ingest/file-system.ts'
import { syncDirectory } from './state/state-access.ts'

export { syncDirectory }

const FORMAT = 'flagship-cursor'
const VERSION = 1

const Entry = Type.Object({
  fileKey: Type.String(),
  familyKey: Type.String(),
  generation: Type.Integer(),
  path: Type.String(),
  device: Type.Number(),
  inode: Type.Number(),
  prefixBytes: Type.Integer(),
  answeredTo: Type.Optional(Type.Integer()),
  open: Type.Optional(Type.Array(Type.Integer())),
  check: Type.Optional(Type.Object({ atBytes: Type.Integer(), crc: Type.Integer() })),
  goneSinceMs: Type.Optional(Type.Number()),
})
const Head = Type.Object({ mark: Type.Optional(Type.String()) })

/** How far one file is answered for. `open`: beginnings of lines below `answeredTo` that are not. */
export interface CursorEntry extends Readonly<Omit<Static<typeof Entry>, 'open'>> {
  readonly open?: readonly number[]
}

/** Everything a pipeline must remember over a restart. */
export interface CursorState {
  readonly mark: string | undefined
  readonly entries: readonly CursorEntry[]
}

/**
 * What the last commit wrote; undefined when there was none.
 * @throws FlagshipError STATE_UNREADABLE when it is damaged or written by a newer version.
 */
export async function readCursorFile(path: string): Promise<CursorState | undefined> {
  const text = await readText(path)
  if (text === undefined) return undefined
  const end = text.indexOf('\n')
  const [format, version, crc] = text.slice(0, end).split(' ')
  const body = text.slice(end + 1)
  if (format !== FORMAT || version === undefined) throw unreadable(path, 'it is not a cursor')
  if (Number(version) > VERSION)
    throw unreadable(path, `it has format version ${version}, this flagship knows ${VERSION}; run the newer one`)
  if (Number(version) !== VERSION || crc !== checksum(body)) throw unreadable(path, 'it is damaged')
  return parseBody(path, body)
}

/** Replace the cursor at once: after a crash the path holds the old one or the new one, never a mix. */
export async function writeCursorFile(path: string, { mark, entries }: CursorState): Promise<void> {
  const head = `${JSON.stringify(mark === undefined ? {} : { mark })}\n`
  const body = head + entries.map(lineOf).join('')
  const temporary = `${path}.new`
  await writeSynced(temporary, `${FORMAT} ${VERSION} ${checksum(body)}\n${body}`)
  await rename(temporary, path)
  await syncDirectory(dirname(path)) // without this the rename itself may not survive a power cut
}

/** Lines of entries as they were written last: an entry is replaced when it changes, and few do between two commits. */
const lines = new WeakMap<CursorEntry, string>()

function lineOf(entry: CursorEntry): string {
  const known = lines.get(entry)
  if (known !== undefined) return known
  const line = `${JSON.stringify(entry)}\n`
  lines.set(entry, line)
  return line
}

function parseBody(path: string, body: string): CursorState {
  const [head, ...entries] = body.trimEnd().split('\n').map(parseJson)
  if (!Value.Check(Head, head)) throw unreadable(path, 'it is damaged')
  return {
    mark: head.mark,
    entries: entries.map((entry) => {
      if (!Value.Check(Entry, entry)) throw unreadable(path, 'it is damaged')
      return entry
    }),
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw unreadable(path, reasonOf(error), error)
  }
}

async function writeSynced(path: string, content: string): Promise<void> {
  await using file = await open(path, 'w', 0o600)
  await file.writeFile(content)
  await file.datasync()
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function checksum(body: string): string {
  return crc32(body).toString(16).padStart(8, '0')
}

function unreadable(path: string, state: string, cause?: unknown): FlagshipError {
  const remedy = 'remove it to read everything that is there once more'
  return new FlagshipError('STATE_UNREADABLE', `Cannot read cursor "${path}": ${state}; or ${remedy}`, cause)
}
