import { readFile, stat } from 'node:fs/promises'
import type { Clock } from '../clock.ts'
import { reasonOf } from '../errors.ts'
import { RequestFailure } from './request-failure.ts'

/** How long a file may have been replaced before we look. */
const LOOK_MS = 2_000

/** Far more than any credential or bundle of certificates. */
const MOST_BYTES = 4_194_304

/** Why a text is not what the file is for, without the text; writers that do not replace a file leave a part for a moment. */
export type Complain = (text: string) => string | undefined

/** A small file that somebody replaces from time to time, such as a mounted secret. */
export class RotatingFile {
  readonly #path: string
  readonly #complain: Complain
  readonly #clock: Clock
  #text: string | undefined
  #stamp = ''
  #lookedMs = Number.NEGATIVE_INFINITY

  constructor(path: string, complain: Complain, clock: Clock) {
    this.#path = path
    this.#complain = complain
    this.#clock = clock
  }

  /**
   * Its newest whole text, trimmed; the one before while it is gone or half written.
   * @throws RequestFailure where there never was one: a mounted secret may come later than the agent.
   */
  async text(isUrgent: boolean): Promise<string> {
    const nowMs = this.#clock.elapsedMs()
    if (this.#text !== undefined && !isUrgent && nowMs - this.#lookedMs < LOOK_MS) return this.#text
    this.#lookedMs = nowMs
    try {
      return await this.#read(isUrgent)
    } catch (error) {
      if (this.#text !== undefined) return this.#text
      throw new RequestFailure(`Cannot read credentials "${this.#path}": ${reasonOf(error)}`, true)
    }
  }

  async #read(isUrgent: boolean): Promise<string> {
    const { ino, size, mtimeNs } = await stat(this.#path, { bigint: true })
    const stamp = `${ino}/${size}/${mtimeNs}`
    if (this.#text !== undefined && !isUrgent && stamp === this.#stamp) return this.#text
    if (size > MOST_BYTES) throw new Error(`more than ${MOST_BYTES} bytes`)
    const text = (await readFile(this.#path, 'utf8')).trim()
    if (text === '') throw new Error('it is empty')
    const complaint = this.#complain(text)
    if (complaint !== undefined) throw new Error(complaint)
    this.#stamp = stamp
    this.#text = text
    return text
  }
}
