import { reasonOf } from '../errors.ts'
import type { Logger } from '../logger.ts'

/** What keeps a pipeline from going on. */
export interface Trouble {
  readonly since: string
  readonly reason: string
}

/** One thing that can fail for a while: says so when it begins, when its reason changes and when it is over. */
export class TroubleSpot {
  readonly #logger: Logger
  readonly #pipeline: string
  readonly #what: string
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

  begin(cause: unknown, nowMs: number): void {
    const reason = reasonOf(cause)
    if (this.#current?.reason === reason) return
    this.#current = { since: this.#current?.since ?? new Date(nowMs).toISOString(), reason }
    this.#logger.warn({ pipeline: this.#pipeline }, `Cannot ${this.#what}, trying again: ${reason}`)
  }

  end(): void {
    if (this.#current === undefined) return
    this.#current = undefined
    this.#logger.info({ pipeline: this.#pipeline }, `Can ${this.#what} again`)
  }
}
