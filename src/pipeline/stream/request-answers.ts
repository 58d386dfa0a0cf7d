import type { Clock } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import type { Metrics } from '../../telemetry/metrics.ts'

/** An answer of one kind is said once in this time: a client that is wrong is wrong often. */
const SAY_AGAIN_MS = 10_000
/** Who sent it comes again: nothing is wrong. */
const USUAL: ReadonlySet<number> = new Set([200, 429])

/** Counts the answers to requests, and says what is wrong with those that are refused. */
export class RequestAnswers {
  readonly #pipeline: string
  readonly #parts: { readonly clock: Clock; readonly logger: Logger; readonly metrics: Metrics }
  /** When each kind was said, and how many came since. */
  readonly #said = new Map<number, { readonly atMs: number; since: number }>()

  constructor(pipeline: string, parts: { readonly clock: Clock; readonly logger: Logger; readonly metrics: Metrics }) {
    this.#pipeline = pipeline
    this.#parts = parts
  }

  /** A request was answered; `reason` says why not with 200. */
  add(status: number, reason: string): void {
    const { clock, logger, metrics } = this.#parts
    const pipeline = this.#pipeline
    metrics.count('flagship_requests_total', { pipeline, status: String(status) })
    if (USUAL.has(status)) return
    const said = this.#said.get(status)
    const nowMs = clock.elapsedMs()
    if (said !== undefined && nowMs - said.atMs < SAY_AGAIN_MS) return void (said.since += 1)
    this.#said.set(status, { atMs: nowMs, since: 0 })
    logger.warn({ pipeline, status, unsaid: said?.since ?? 0 }, `Cannot take request: ${reason}`)
  }
}
