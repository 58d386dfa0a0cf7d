/** Replaying a dead letter: its files come in, what the sink now takes is done, and the rest is kept beside it. */
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { FlagshipError, reasonOf } from '../../errors.ts'
import { type DeadLetterLine, deadLetterLine } from '../../pipeline/dead-letter-line.ts'
import { syncDirectory } from '../../pipeline/state/state-access.ts'
import { holderOf, lockState, type StateLock } from '../../pipeline/state-lock.ts'
import type { BatchConfig } from '../../sinks/batch-config.ts'
import { type DeadLetterFile, deadLetterFiles, linesOf, takenPath, timeInName } from './files.ts'
import { Offer, type OfferParts } from './offer.ts'

/** How long the size of a file that was taken must stand still: the agent may have been writing to it. */
const STILL_MS = 500
/** Its socket lies in here, so that no two replays take the same documents. */
const LOCK_DIRECTORY = 'replay'

/** What is to be replayed, and with what. */
export interface ReplayParts extends OfferParts {
  /** The directory of the pipeline, in the state directory. */
  readonly directory: string
  readonly batch: Pick<BatchConfig, 'maxBytes' | 'maxDocuments'>
  readonly isChosen: (line: DeadLetterLine) => boolean
}

/** What became of the lines so far. */
export interface ReplayCounts {
  readonly accepted: number
  readonly refused: number
  /** Left as they were, because nobody chose them. */
  readonly notChosen: number
  /** Left as they were, because they are not what flagship writes. */
  readonly unreadable: number
}

/** Keeps two replays of one dead letter apart. @throws FlagshipError STATE_LOCKED, STATE_UNREADABLE. */
export async function lockReplay(directory: string, clock: Clock): Promise<StateLock> {
  const place = join(directory, LOCK_DIRECTORY)
  const holder = await holderOf(place)
  if (holder === undefined) return lockState(place, clock, { waitMs: 0 })
  throw new FlagshipError('STATE_LOCKED', `Cannot replay dead letter in "${directory}": held by ${holder}`)
}

/**
 * One run over everything that is in a dead letter. What the sink takes is done. What it refuses again, and what nobody
 * chose, is kept in a file of its own beside the dead letter, where the next run finds it: the agent writes its file, and
 * nobody else does.
 *
 * A file that is taken stays as it is until all of it is answered. So after an interruption the next run takes it once
 * more: its documents may be stored by then, and are looked up before any is sent.
 */
export class Replay {
  readonly #parts: ReplayParts
  readonly #offer: Offer
  #refused = 0
  #notChosen = 0
  #unreadable = 0

  constructor(parts: ReplayParts) {
    this.#parts = parts
    this.#offer = new Offer(parts)
  }

  get counts(): ReplayCounts {
    const [refused, notChosen, unreadable] = [this.#refused, this.#notChosen, this.#unreadable]
    return { accepted: this.#offer.accepted, refused, notChosen, unreadable }
  }

  /** @throws FlagshipError SINK_UNAVAILABLE when the sink does not answer; STATE_UNREADABLE when a file cannot be kept. */
  async run(): Promise<void> {
    const { directory, clock } = this.#parts
    const startedMs = clock.elapsedMs()
    try {
      const { files, done } = await deadLetterFiles(directory)
      for (const { path } of done) await rm(path)
      for (const file of files) {
        const taken = await this.#take(file, files)
        await this.#replay(taken, file.kind === 'replaying' ? startedMs : undefined)
      }
    } catch (error) {
      if (!isOfFileSystem(error)) throw error
      const message = `Cannot replay dead letter in "${directory}": ${reasonOf(error)}`
      throw new FlagshipError('STATE_UNREADABLE', message, error)
    }
  }

  /** Give it its name, and wait until nobody writes to it any more. */
  async #take(file: DeadLetterFile, others: readonly DeadLetterFile[]): Promise<DeadLetterFile> {
    const { directory, clock } = this.#parts
    if (file.kind === 'replaying') return file
    const takenAt = file.kind === 'kept' ? file.takenAt : freeTime(clock.nowMs(), others)
    const path = takenPath(directory, 'replaying', takenAt)
    await rename(file.path, path)
    await syncDirectory(directory)
    if (file.kind === 'current') await standStill(path, clock)
    return { path, kind: 'replaying', takenAt }
  }

  async #replay({ path, takenAt }: DeadLetterFile, sentBeforeMs: number | undefined): Promise<void> {
    const keptPath = takenPath(this.#parts.directory, 'kept', takenAt)
    const draftPath = `${keptPath}.draft`
    const draft = await open(draftPath, 'w', 0o600)
    try {
      // Until nothing has come since the last look: an agent that was late is not left out.
      for (let at = 0, end = -1; at !== end; ) {
        end = at
        at = await this.#replayFrom(path, at, draft, sentBeforeMs)
      }
      await draft.sync()
    } finally {
      await draft.close()
    }
    if ((await stat(draftPath)).size === 0) await rm(draftPath)
    else await rename(draftPath, keptPath)
    await syncDirectory(dirname(path)) // what is kept has its name before what it was kept from loses it
    await rm(path)
    await syncDirectory(dirname(path))
  }

  /** Answer the whole lines from a place on; the place they end at. */
  async #replayFrom(path: string, fromBytes: number, draft: FileHandle, sentBeforeMs?: number): Promise<number> {
    const { maxBytes, maxDocuments } = this.#parts.batch
    let reached = fromBytes
    let batch: DeadLetterLine[] = []
    let byteCount = 0
    const answer = async () => {
      await this.#answer(batch, draft, sentBeforeMs)
      batch = []
      byteCount = 0
    }
    for await (const { text, parsed, endBytes } of linesOf(path, fromBytes)) {
      reached = endBytes
      if (parsed === undefined) {
        this.#unreadable += 1
        await draft.appendFile(text)
        continue
      }
      if (batch.length > 0 && byteCount + parsed.document.length > maxBytes) await answer()
      batch.push(parsed)
      byteCount += parsed.document.length
      if (batch.length >= maxDocuments) await answer()
    }
    if (batch.length > 0) await answer()
    return reached
  }

  async #answer(batch: readonly DeadLetterLine[], draft: FileHandle, sentBeforeMs?: number): Promise<void> {
    const { isChosen } = this.#parts
    const refused = await this.#offer.answerAll(batch.filter(isChosen), sentBeforeMs)
    const others = batch.filter((line) => !isChosen(line))
    // The run that was interrupted may have sent them, and who finds them next will not know that.
    const left = sentBeforeMs === undefined ? others : await this.#offer.missing(others, sentBeforeMs)
    this.#refused += refused.length
    this.#notChosen += left.length
    await draft.appendFile([...refused, ...left.map((line) => deadLetterLine(line, line.time))].join(''))
  }
}

function isOfFileSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

/** A time that no file has yet: the clock may have stepped back. */
function freeTime(nowMs: number, files: readonly DeadLetterFile[]): string {
  for (let ms = nowMs; ; ms += 1) {
    const time = timeInName(ms)
    if (files.every(({ takenAt }) => takenAt !== time)) return time
  }
}

async function standStill(path: string, clock: Clock): Promise<void> {
  for (let before = -1, size = 0; size !== before; ) {
    before = (await stat(path)).size
    await clock.sleep(STILL_MS)
    size = (await stat(path)).size
  }
}
