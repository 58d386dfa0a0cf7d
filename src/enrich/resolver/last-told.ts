import type { Clock } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import { isOlder } from '../kubernetes/resource-version.ts'
import type { StreamLine } from './protocol.ts'

/**
 * A resolver that knows less is refused for so long, and then believed: a cluster that was restored counts from where it
 * was. Longer than a watch of the API server may be dead before its resolver knows (90 s).
 */
export const LONGEST_REFUSAL_MS = 120_000

const REFUSAL = 'it is behind the resolver that was followed before: it does not know of pods that one told'
const BELIEVED = `for ${LONGEST_REFUSAL_MS / 1_000} s no resolver knew what was told before: this one is believed, as after a restore of the cluster`

/** What the resolver that was followed last has told of pods: what knows less would bring back what is gone. */
export class LastTold {
  readonly #clock: Pick<Clock, 'elapsedMs'>
  readonly #logger: Logger
  #version: string | undefined
  /** When the first of the resolvers that are behind was refused; undefined once another has told everything. */
  #refusedMs: number | undefined

  constructor(clock: Pick<Clock, 'elapsedMs'>, logger: Logger) {
    this.#clock = clock
    this.#logger = logger
  }

  /**
   * Why a resolver that begins so is not to be followed. One that does not say what it knows is, and one that is behind
   * never where it says itself that it does not reach the API server.
   */
  refusalOf({ knows, freshness }: Extract<StreamLine, { type: 'hello' }>): string | undefined {
    if (this.#version === undefined || knows === undefined || !isOlder(knows, this.#version)) return undefined
    if (!this.#isOver() || freshness !== 'current') return REFUSAL
    this.#believe()
    return undefined
  }

  /** A resolver that was not refused has told everything. */
  follow(): void {
    this.#refusedMs = undefined
  }

  /** The resolver that is followed has told this. Not the newest counts but the last: a cluster may go back. */
  hear(told: string | undefined): void {
    this.#version = told ?? this.#version
  }

  #isOver(): boolean {
    const nowMs = this.#clock.elapsedMs()
    this.#refusedMs ??= nowMs
    return nowMs - this.#refusedMs >= LONGEST_REFUSAL_MS
  }

  #believe(): void {
    this.#version = undefined
    this.#logger.warn({}, BELIEVED)
  }
}
