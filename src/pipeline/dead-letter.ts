import { type FileHandle, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { FlagshipError, reasonOf } from '../errors.ts'
import { syncDirectory } from './cursor-file.ts'

/** A dead letter that is full stops its pipeline: somebody has to look at it. */
const MOST_BYTES = 67_108_864

/** One document that a sink refused for good. */
export interface Refused {
  readonly id: string
  readonly reason: string
  readonly dataset: string
  /** The document as it was offered, with its newline. It names file and offset. */
  readonly document: Buffer
}

/** Documents that were refused, as NDJSON: what is in it counts as answered. */
export class DeadLetter {
  readonly path: string
  readonly #mostBytes: number
  readonly #ids = new Set<string>()
  #file: FileHandle | undefined
  #lengthBytes = 0

  constructor(path: string, mostBytes = MOST_BYTES) {
    this.path = path
    this.#mostBytes = mostBytes
  }

  get lengthBytes(): number {
    return this.#lengthBytes
  }

  has(eventId: string): boolean {
    return this.#ids.has(eventId)
  }

  get isEmpty(): boolean {
    return this.#ids.size === 0
  }

  /** Read what is there; a line that a crash left unfinished is cut off. @throws FlagshipError STATE_UNREADABLE. */
  async open(): Promise<void> {
    try {
      this.#file = await open(this.path, 'a+', 0o600)
      const content = await this.#file.readFile()
      this.#lengthBytes = content.lastIndexOf('\n') + 1
      if (this.#lengthBytes < content.length) await this.#file.truncate(this.#lengthBytes)
      for (const line of content.toString('utf8', 0, this.#lengthBytes).split('\n')) this.#remember(line)
      await syncDirectory(dirname(this.path))
    } catch (error) {
      throw new FlagshipError('STATE_UNREADABLE', `Cannot read dead letter "${this.path}": ${reasonOf(error)}`, error)
    }
  }

  /** Resolves when all are on disk; those that are there already are left out. Rejects when they cannot be, or it is full. */
  async write(refused: readonly Refused[], time: string): Promise<void> {
    const fresh = refused.filter(({ id }) => !this.#ids.has(id))
    const text = fresh.map((each) => lineOf(each, time)).join('')
    const length = Buffer.byteLength(text)
    if (length === 0) return
    if (this.#lengthBytes + length > this.#mostBytes && !(await this.#startsAfresh()))
      throw new Error(`"${this.path}" is full (${this.#lengthBytes} bytes): look at it and move it away`)
    await this.#append(text)
    this.#lengthBytes += length
    for (const { id } of fresh) this.#ids.add(id)
  }

  async #append(text: string): Promise<void> {
    const file = this.#file
    if (file === undefined) throw new Error(`"${this.path}" is not open`)
    try {
      await file.appendFile(text)
      await file.datasync()
    } catch (error) {
      await file.truncate(this.#lengthBytes).catch(() => {}) // so that the next try does not follow half a line
      throw error
    }
  }

  /** Whether somebody has moved the full file away; then there is a new one. */
  async #startsAfresh(): Promise<boolean> {
    const there = await stat(this.path).catch(() => undefined)
    if (there !== undefined && there.ino === (await this.#file?.stat())?.ino) return false
    await this.close()
    this.#ids.clear()
    await this.open()
    return true
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }

  #remember(line: string): void {
    const id = /^\{"id":"([\w-]+)"/.exec(line)?.[1]
    if (id !== undefined) this.#ids.add(id)
  }
}

/** The document is JSON already: it stands in the line as it is. */
function lineOf({ id, reason, dataset, document }: Refused, time: string): string {
  const head = JSON.stringify({ id, time, reason, dataset }).slice(0, -1)
  return `${head},"document":${document.toString('utf8').trimEnd()}}\n`
}
