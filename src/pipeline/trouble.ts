import { reasonOf } from '../errors.ts'
import type { Logger } from '../logger.ts'

/** What keeps a pipeline from going on. */
export interface Trouble {
  readonly since: string
  readonly reason: string
}

/**
 * One thing that can fail for a while: says so when it begins, when its reason changes and when it is over. Several may
 * try the same thing side by side; it is over when none of them is in trouble.
 */
export class TroubleSpot {
  readonly #logger: Logger
  readonly #pipeline: string
  readonly #what: string
  readonly #troubled = new Set<object>()
  #current: Trouble | undefined

  /** `what` makes the sentence: Cannot WHAT: reason. */
  constructor(logger: Logger, pipeline: string, what: string) {
    this.#logger = logger
    this.#pipeline = pipeline
    this.#what = what
  }

  get current(): Trouble | undefined {
    return this.#current
  }

  begin(cause: unknown, nowMs: number, who: object = this): void {
    const reason = reasonOf(cause)
    this.#troubled.add(who)
    if (this.#current?.reason === reason) return
    this.#current = { since: this.#current?.since ?? new Date(nowMs).toISOString(), reason }
    this.#logger.warn({ pipeline: this.#pipeline }, `Cannot ${this.#what}, trying again: ${reason}`)
  }

  end(who: object = this): void {
    this.#troubled.delete(who)
    if (this.#current === undefined || this.#troubled.size > 0) return
    this.#current = undefined
    this.#logger.info({ pipeline: this.#pipeline }, `Can ${this.#what} again`)
  }
}
