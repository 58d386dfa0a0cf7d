import { reasonOf } from '../errors.ts'
import type { Logger } from '../logger.ts'

/** Places that may be in trouble at once before the oldest is forgotten, and may be reported again. */
const MOST_PLACES = 10_000

/** Troubles with places in the file system: each is reported when it begins, when its reason changes and when it ends. */
export class Troubles {
  readonly #reasons = new Map<string, string>()
  readonly #logger: Logger

  constructor(logger: Logger) {
    this.#logger = logger
  }

  get size(): number {
    return this.#reasons.size
  }

  /** `verb` and `thing` make the sentence: Cannot read log "/var/log/pods/...": why. */
  begin(verb: string, thing: string, path: string, error: unknown): void {
    const key = `${verb} ${path}`
    const reason = reasonOf(error)
    const before = this.#reasons.get(key)
    if (before === reason) return
    if (before === undefined && this.#reasons.size >= MOST_PLACES) this.#forgetOldest()
    this.#reasons.set(key, reason)
    this.#logger.warn({ path }, `Cannot ${verb} ${thing} "${path}": ${reason}`)
  }

  /** It works again, or there is nothing left to do. */
  end(verb: string, path: string): void {
    if (this.#reasons.delete(`${verb} ${path}`)) this.#logger.info({ path }, `Can ${verb} "${path}" again`)
  }

  #forgetOldest(): void {
    const [oldest] = this.#reasons.keys()
    if (oldest !== undefined) this.#reasons.delete(oldest)
  }
}
