import type { Elasticsearch } from '../../clients/elasticsearch.ts'
import type { Clock } from '../../clock.ts'
import { FlagshipError } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import type { BulkNames, BulkTask } from './bulk-names.ts'
import { at, listAt, textAt, valuesAt } from './parts-of-json.ts'
import { refusal } from './streams.ts'

const LONGEST_INTERVAL_MS = 1_000

/** Intervals without a look that end a row of looks: nobody saw what ran meanwhile. */
const LONGEST_GAP = 5

const TASKS_QUERY = {
  actions: 'indices:data/write/bulk*',
  detailed: 'true',
  filter_path: 'nodes.*.tasks.*.headers,nodes.*.tasks.*.running_time_in_nanos,node_failures,task_failures,error',
}

/** What waiting for quiet needs. */
export interface QuietParts {
  readonly client: () => Elasticsearch
  readonly clock: Clock
  readonly logger: Logger
  readonly names: BulkNames
  readonly settleMs: number
}

/** Waits until nothing that nobody waits for can still be stored. Those who wait share the looks at the list of tasks. */
export class Quiet {
  readonly #parts: QuietParts
  readonly #intervalMs: number
  #looking: Promise<void> | undefined
  /** When the unbroken row of looks began; undefined when the last one failed. */
  #rowMs: number | undefined
  /** When the last look was begun: it says nothing of what came later. */
  #lookedMs = Number.NEGATIVE_INFINITY
  #answeredMs = Number.NEGATIVE_INFINITY
  #seenMs = Number.NEGATIVE_INFINITY
  /** Nothing that was sent before this can still arrive, now and for ever. */
  #settledMs = Number.NEGATIVE_INFINITY
  #mayLook = true
  #hasSaidForbidden = false

  constructor(parts: QuietParts) {
    this.#parts = parts
    this.#intervalMs = Math.min(LONGEST_INTERVAL_MS, parts.settleMs / 20)
  }

  /**
   * Resolves when since `sinceMs` no left-over bulk was seen for `settleMs` on end, every node answering all the time.
   * @throws FlagshipError SINK_UNAVAILABLE when a look fails: the time begins anew; and when `signal` is aborted.
   */
  async since(sinceMs: number, signal: AbortSignal): Promise<void> {
    const { clock, settleMs, names } = this.#parts
    while (sinceMs > this.#settledMs) {
      await this.#look(signal)
      if (!this.#mayLook) return this.#waitOnly(sinceMs, signal)
      const quietMs = Math.max(sinceMs, this.#rowMs ?? clock.elapsedMs(), this.#seenMs)
      if (this.#lookedMs - quietMs >= settleMs) {
        this.#settledMs = quietMs
        return names.forget(quietMs)
      }
      await clock.sleep(this.#intervalMs, signal)
      throwIfStopped(signal)
    }
  }

  async #waitOnly(sinceMs: number, signal: AbortSignal): Promise<void> {
    const { clock, settleMs } = this.#parts
    await clock.sleep(Math.max(0, sinceMs + settleMs - clock.elapsedMs()), signal)
    throwIfStopped(signal)
  }

  /** One look, or the one that another has just taken. */
  async #look(signal: AbortSignal): Promise<void> {
    throwIfStopped(signal)
    if (this.#looking === undefined && this.#parts.clock.elapsedMs() - this.#lookedMs >= this.#intervalMs / 2)
      this.#looking = this.#lookOnce().finally(() => (this.#looking = undefined))
    if (this.#looking !== undefined) await untilStopped(this.#looking, signal)
  }

  async #lookOnce(): Promise<void> {
    const { clock } = this.#parts
    const nowMs = clock.elapsedMs()
    if (nowMs - this.#answeredMs > this.#intervalMs * LONGEST_GAP) this.#rowMs = undefined
    const rowMs = this.#rowMs
    this.#rowMs = undefined // until this look has been answered by every node
    const isLeftOver = await this.#ask()
    this.#answeredMs = clock.elapsedMs()
    this.#rowMs = rowMs ?? this.#answeredMs
    this.#lookedMs = nowMs
    if (isLeftOver) this.#seenMs = this.#answeredMs
  }

  /** Whether a bulk that nobody waits for is running somewhere. */
  async #ask(): Promise<boolean> {
    const { client, names } = this.#parts
    const { statusCode, body } = await client().request({ method: 'GET', path: '/_tasks', query: TASKS_QUERY })
    this.#mayLook = statusCode !== 403
    if (!this.#mayLook) {
      this.#sayForbidden()
      return false
    }
    if (statusCode !== 200 || typeof body !== 'object') throw refusal('list the tasks of the cluster', statusCode, body)
    const failed = listAt(body, 'node_failures').length + listAt(body, 'task_failures').length
    if (failed > 0)
      throw new FlagshipError(
        'SINK_UNAVAILABLE',
        `Cannot list the tasks of the cluster: ${failed} nodes did not answer`,
      )
    return bulksIn(body).some((bulk) => names.isLeftOver(bulk))
  }

  #sayForbidden(): void {
    if (this.#hasSaidForbidden) return
    this.#hasSaidForbidden = true
    const { logger, settleMs } = this.#parts
    logger.warn({ settleMs }, 'listing tasks is not allowed: before a look-up only the time is waited; grant monitor')
  }
}

function bulksIn(body: unknown): readonly BulkTask[] {
  return valuesAt(body, 'nodes')
    .flatMap((node) => valuesAt(node, 'tasks'))
    .flatMap((task) => {
      const opaqueId = textAt(task, 'headers', 'X-Opaque-Id')
      const nanos = at(task, 'running_time_in_nanos')
      return opaqueId === undefined ? [] : [{ opaqueId, runningMs: typeof nanos === 'number' ? nanos / 1e6 : Infinity }]
    })
}

function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw new FlagshipError('SINK_UNAVAILABLE', 'Cannot look up documents: stopped')
}

/** Wait for `work`, which others may wait for too, no longer than until `signal` is aborted. */
async function untilStopped(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const over = new AbortController()
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true, signal: over.signal })
  })
  try {
    await Promise.race([work, stopped])
  } finally {
    over.abort()
  }
  throwIfStopped(signal)
}
