import type { Shipment } from './batcher.ts'
import type { Budget } from './budget.ts'
import type { Committer } from './committer.ts'
import { reuseSlab } from './slab.ts'

/** Takes answers for documents: memory is given back, and the cursor moves. */
export class Answers {
  readonly #committer: Pick<Committer, 'request'>
  readonly #budget: Budget

  constructor(committer: Pick<Committer, 'request'>, budget: Budget) {
    this.#committer = committer
    this.#budget = budget
  }

  /** All documents of these shipments are answered for good; how many those are. */
  takeAll(shipments: readonly Shipment[]): number {
    const counts = new Map(shipments.map((shipment) => [shipment, shipment.segment.ids.length]))
    this.take(counts)
    return [...counts.values()].reduce((sum, count) => sum + count, 0)
  }

  /** Somebody else answers for some of these shipments now: nobody here does. Those that are left. */
  withoutWithdrawn(shipments: readonly Shipment[]): readonly Shipment[] {
    const withdrawn = shipments.filter(({ isWithdrawn }) => isWithdrawn?.() === true)
    if (withdrawn.length === 0) return shipments
    this.takeAll(withdrawn)
    return shipments.filter((shipment) => !withdrawn.includes(shipment))
  }

  /** So many documents of these shipments are answered for good. */
  take(answered: ReadonlyMap<Shipment, number>): void {
    for (const [{ receipt, settle }, count] of answered) {
      receipt.unanswered -= count
      if (receipt.unanswered > 0) continue
      this.#budget.giveBack(receipt.documents.length)
      reuseSlab(receipt.documents)
      settle()
    }
    if (answered.size > 0) this.#committer.request()
  }
}
