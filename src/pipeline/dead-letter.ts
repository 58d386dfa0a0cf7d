import { type FileHandle, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { FlagshipError, reasonOf } from '../errors.ts'
import type { DeadLetterConfig } from '../sinks/dead-letter-config.ts'
import { deadLetterLine, type Refused } from './dead-letter-line.ts'
import { type JsonDocument, sameDocument } from './json-document.ts'
import { syncDirectory } from './state/state-access.ts'

/**
 * Documents that were refused, as NDJSON: what is in it counts as answered. It is bounded. Somebody may move the file
 * away at any time; then a new one is begun.
 */
export class DeadLetter {
  readonly path: string
  readonly #limits: DeadLetterConfig
  readonly #jsonOf: JsonDocument
  readonly #ids = new Set<string>()
  #file: FileHandle | undefined
  #lengthBytes = 0

  /** `jsonOf`: what gives the JSON of a refused document, where that is something else. */
  constructor(path: string, limits: DeadLetterConfig, jsonOf: JsonDocument = sameDocument) {
    this.path = path
    this.#limits = limits
    this.#jsonOf = jsonOf
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

  /**
   * Resolves when all are on disk, to those that were dropped because it is full and that is what it does then; those
   * that are there already are left out. Rejects when they cannot be written, or it is full and waits for somebody to look.
   */
  async write<T extends Refused>(refused: readonly T[], time: string): Promise<readonly T[]> {
    if (await this.#isMovedAway()) await this.#startAfresh()
    const fresh = refused.filter(({ id }) => !this.#ids.has(id))
    const text = fresh.map((each) => deadLetterLine(each, time, this.#jsonOf)).join('')
    const length = Buffer.byteLength(text)
    if (length === 0) return []
    if (this.#lengthBytes + length > this.#limits.maxBytes) {
      if (this.#limits.onFull === 'drop') return fresh
      throw new Error(`dead letter "${this.path}" is full (${this.#lengthBytes} bytes): look at it and move it away`)
    }
    await this.#append(text)
    this.#lengthBytes += length
    for (const { id } of fresh) this.#ids.add(id)
    // Whoever took the file away may have read it before this was in it.
    return (await this.#isMovedAway()) ? this.write(refused, time) : []
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

  async #isMovedAway(): Promise<boolean> {
    const there = await stat(this.path).catch(() => undefined)
    return this.#file !== undefined && there?.ino !== (await this.#file.stat()).ino
  }

  async #startAfresh(): Promise<void> {
    await this.close()
    this.#ids.clear()
    await this.open()
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
