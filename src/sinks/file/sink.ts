import { dirname } from 'node:path'
import type { Clock } from '../../clock.ts'
import { FlagshipError, reasonOf } from '../../errors.ts'
import type { Batch } from '../batch.ts'
import { ACCEPTED, type Outcome, type Sink } from '../sink.ts'
import type { FileSinkConfig } from './config.ts'
import { FILE_ACCESS, type FileAccess, type WritableFile } from './file-access.ts'
import { finishedFiles, finishedPath, formatMark, parseMark, type SeriesMark } from './series.ts'

const HOUR_MS = 3_600_000

/** Errors that say that the place will never do. */
const HOPELESS = new Set(['EACCES', 'EISDIR', 'ELOOP', 'ENAMETOOLONG', 'ENOTDIR', 'EPERM', 'EROFS', 'EEXIST'])

/**
 * NDJSON into a file. Accepted means on disk (`fdatasync` has returned).
 *
 * Its mark is the number of the current file and its length. Opened with a mark it removes every file that was begun
 * later and cuts that file to that length: what no cursor covers comes again, so each line stands there once.
 */
export class FileSink implements Sink {
  readonly name: string
  readonly concurrency = 1
  readonly regroups = true
  readonly #config: FileSinkConfig
  readonly #clock: Clock
  readonly #access: FileAccess
  #file: WritableFile | undefined
  #number = 1
  #lengthBytes = 0

  constructor(name: string, config: FileSinkConfig, clock: Clock, access: FileAccess = FILE_ACCESS) {
    this.name = name
    this.#config = config
    this.#clock = clock
    this.#access = access
  }

  async open(mark: string | undefined): Promise<void> {
    const stand = mark === undefined ? undefined : parseMark(mark)
    if (mark !== undefined && stand === undefined)
      throw this.#misconfigured(`the cursor of "${this.name}" was written by another type of sink`)
    try {
      await this.#close()
      await this.#access.makeDirectory(dirname(this.#config.path))
      if (stand === undefined) await this.#begin()
      else await this.#takeBack(stand)
    } catch (error) {
      throw this.#explained(error)
    }
  }

  async deliver(batch: Batch): Promise<readonly Outcome[]> {
    try {
      if (!(await this.#isInPlace())) await this.#next()
      else if (this.#isFull(batch.byteCount)) await this.#rotate()
      const file = this.#current()
      await file.write(
        batch.segments.map((segment) => segment.bytes),
        this.#lengthBytes,
      )
      await file.sync()
      this.#lengthBytes += batch.byteCount
      return Array.from({ length: batch.documentCount }, () => ACCEPTED)
    } catch (error) {
      await this.#cutBack(error)
      const outcome: Outcome = { kind: 'retry', reason: this.#explained(error).message }
      return Array.from({ length: batch.documentCount }, () => outcome)
    }
  }

  mark(): string {
    return formatMark({ number: this.#number, lengthBytes: this.#lengthBytes })
  }

  close(): Promise<void> {
    return this.#close()
  }

  /** Nothing is known of what is there, not even whether its last line is whole: keep it as a finished file. */
  async #begin(): Promise<void> {
    const finished = await finishedFiles(this.#config.path)
    await this.#openFile((finished.at(-1)?.number ?? 0) + 1)
    if (this.#lengthBytes > 0) await this.#rotate()
  }

  /** Make the files what they were when the mark was made. */
  async #takeBack(stand: SeriesMark): Promise<void> {
    const { path } = this.#config
    const finished = await finishedFiles(path)
    const wanted = finished.find((file) => file.number === stand.number)
    const later = finished.filter((file) => file.number > stand.number)
    // The current file is the one of the mark, unless a finished one has that number or a later one.
    if (wanted !== undefined || later.length > 0) await this.#access.remove(path)
    for (const file of later) await this.#access.remove(file.path)
    if (wanted !== undefined) await this.#access.rename(wanted.path, path)
    await this.#openFile(stand.number)
    const file = this.#current()
    if (this.#lengthBytes > stand.lengthBytes) await file.truncate(stand.lengthBytes)
    this.#lengthBytes = Math.min(this.#lengthBytes, stand.lengthBytes)
    await file.sync()
  }

  /** Put something of our own where an error left it unclear how much of a batch is there. */
  async #cutBack(cause: unknown): Promise<void> {
    try {
      await this.#file?.truncate(this.#lengthBytes)
    } catch (error) {
      const message = `Cannot write "${this.#config.path}": ${reasonOf(cause)}, nor take it back: ${reasonOf(error)}`
      throw new FlagshipError('SINK_UNAVAILABLE', message, error)
    }
  }

  async #rotate(): Promise<void> {
    const { path, rotate } = this.#config
    await this.#access.rename(path, finishedPath(path, this.#number, this.#clock.nowMs()))
    await this.#next()
    for (const file of (await finishedFiles(path)).slice(0, -rotate.keep)) await this.#access.remove(file.path)
  }

  /** Begin the next file of the series. */
  async #next(): Promise<void> {
    await this.#close()
    await this.#access.makeDirectory(dirname(this.#config.path))
    await this.#openFile(this.#number + 1)
  }

  async #openFile(number: number): Promise<void> {
    const { path } = this.#config
    const file = await this.#access.open(path)
    try {
      this.#lengthBytes = await file.sizeBytes()
      await this.#access.syncDirectory(dirname(path)) // or a power cut may take the file with all that was accepted
    } catch (error) {
      await file.close()
      throw error
    }
    this.#file = file
    this.#number = number
  }

  async #close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }

  /** Somebody may have moved or removed the file under us: writing on would go nowhere. */
  async #isInPlace(): Promise<boolean> {
    return this.#file !== undefined && (await this.#access.inode(this.#config.path)) === this.#file.inode
  }

  #isFull(moreBytes: number): boolean {
    if (this.#lengthBytes === 0) return false
    const { maxBytes, maxAgeHours } = this.#config.rotate
    const ageMs = this.#clock.nowMs() - this.#current().createdMs
    return this.#lengthBytes + moreBytes > maxBytes || ageMs >= maxAgeHours * HOUR_MS
  }

  #current(): WritableFile {
    if (this.#file === undefined)
      throw new FlagshipError('SINK_UNAVAILABLE', `Cannot write "${this.#config.path}": it is not open`)
    return this.#file
  }

  #explained(error: unknown): FlagshipError {
    if (error instanceof FlagshipError) return error
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (HOPELESS.has(code)) return this.#misconfigured(reasonOf(error), error)
    return new FlagshipError('SINK_UNAVAILABLE', `Cannot write "${this.#config.path}": ${reasonOf(error)}`, error)
  }

  #misconfigured(state: string, cause?: unknown): FlagshipError {
    const remedy = `set sinks.${this.name}.path to a file that can be written`
    return new FlagshipError('SINK_MISCONFIGURED', `Cannot write "${this.#config.path}": ${state}; ${remedy}`, cause)
  }
}
