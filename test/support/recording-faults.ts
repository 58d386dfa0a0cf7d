import { seededRandom } from './seeded-random.ts'

/** The requests that a fault can meet. */
export type Target = 'bulk' | 'tasks' | 'resolve' | 'mget' | 'root'

/**
 * What goes wrong. A request meets every fault of what it holds (items, refuse, poison, too_large, failure_store, and
 * rollover), and of those of its course the first that applies, in the order in which they were set.
 */
export type FaultKind =
  /** The whole request is answered with `status`, nothing runs. */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly type?: string
      readonly reason?: string
      readonly isPlainText?: boolean
    }
  /** Each document with chance `share` (1) is answered with `status`; stored all the same when `isStored`. */
  | {
      readonly kind: 'items'
      readonly status: number
      readonly type: string
      readonly reason?: string
      readonly share?: number
      readonly isStored?: boolean
    }
  /** Documents that contain `text` are refused with 400. */
  | { readonly kind: 'refuse'; readonly text: string }
  /** A bulk with a document that contains `text` is refused as a whole with 400. */
  | { readonly kind: 'poison'; readonly text: string }
  /** More unpacked bytes than this are answered with 413 and an empty body. */
  | { readonly kind: 'too_large'; readonly maxBytes: number }
  /** Runs, then the connection is closed without an answer. */
  | { readonly kind: 'lose_answer' }
  /** Runs after `delayMs`; never answered. In the list of tasks until then, unless `isHidden`: still on its way. */
  | { readonly kind: 'late'; readonly delayMs: number; readonly isHidden?: boolean }
  /** Accepted, never run, never answered. */
  | { readonly kind: 'hang' }
  /** Runs, then `status` (503). */
  | { readonly kind: 'status_after'; readonly status?: number }
  /** Runs, and is answered byte by byte, `bytesPerSecond` (10). */
  | { readonly kind: 'drip'; readonly bytesPerSecond?: number }
  /** Runs, and is answered with what is no answer: `text`, `json`, `no_product`, `few_items`. */
  | { readonly kind: 'garbage'; readonly form?: 'text' | 'json' | 'no_product' | 'few_items' }
  /** Runs, and the connection is closed in the middle of the answer. */
  | { readonly kind: 'half_answer' }
  /** Answered after `delayMs`, and run only then. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** The streams roll over before it runs; for `lagMs` some nodes do not know. */
  | { readonly kind: 'rollover'; readonly lagMs?: number }
  /** A node does not answer: only of `tasks`. */
  | { readonly kind: 'node_failures' }
  /** Documents, or those that contain `text`, go to the failure store; `failed`: they are refused and cannot go there. */
  | { readonly kind: 'failure_store'; readonly text?: string; readonly hasFailed?: boolean }

/** A fault, whom it meets (`bulk`), after how many it passed over (`skip`), how often (`next`, for ever) and with what chance (1). */
export type Fault = FaultKind & {
  readonly target?: Target | 'any'
  readonly skip?: number
  readonly next?: number
  readonly probability?: number
}

/** Kinds that leave the course of a request as it is. */
export const OF_CONTENT: ReadonlySet<Fault['kind']> = new Set([
  'items',
  'refuse',
  'poison',
  'too_large',
  'failure_store',
  'rollover',
])

/** The faults that are set, and how often each has been used. */
export class Faults {
  readonly #random: () => number
  #faults: { readonly fault: Fault; seen: number; used: number }[] = []

  constructor(seed = 1) {
    this.#random = seededRandom(seed)
  }

  set(faults: readonly Fault[]): void {
    this.#faults = faults.map((fault) => ({ fault, seen: 0, used: 0 }))
  }

  add(fault: Fault): void {
    this.#faults.push({ fault, seen: 0, used: 0 })
  }

  /** Faults that this request meets: any number of its content, and at most one of its course. */
  meet(target: Target): readonly Fault[] {
    const met: Fault[] = []
    for (const entry of this.#faults) {
      const { fault } = entry
      if ((fault.target ?? 'bulk') !== target && fault.target !== 'any') continue
      entry.seen += 1
      if (entry.seen <= (fault.skip ?? 0) || entry.used >= (fault.next ?? Number.POSITIVE_INFINITY)) continue
      if (this.#random() >= (fault.probability ?? 1)) continue
      if (!OF_CONTENT.has(fault.kind) && met.some(({ kind }) => !OF_CONTENT.has(kind))) continue
      entry.used += 1
      met.push(fault)
    }
    return met
  }

  chance(share: number): boolean {
    return this.#random() < share
  }

  get used(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {}
    for (const { fault, used } of this.#faults) counts[fault.kind] = (counts[fault.kind] ?? 0) + used
    return counts
  }
}
