import { type Addressed, addressOf, type Batch } from '../../../../src/sinks/batch.ts'
import { documentAt } from '../../../../src/pipeline/segments.ts'
import {
  ACCEPTED,
  type Doubt,
  type Finding,
  type Lookup,
  MISSING,
  type Outcome,
  type Sink,
  STORED,
} from '../../../../src/sinks/sink.ts'

/** A sink that stores every document as often as it is sent, and knows which ids it has. */
export class KnowingSink implements Sink {
  readonly name = 'search'
  readonly concurrency = 1
  readonly regroups = true
  /** In the order of their arrival. */
  readonly stored: { readonly id: string; readonly text: string }[] = []
  /** Where each would go, in the same order. */
  readonly addresses: Addressed[] = []
  /** Documents in each batch that was sent. */
  readonly batches: number[] = []
  /** Ids in each look-up. */
  readonly lookups: string[][] = []
  /** What becomes of a document; undefined stores it. */
  outcomeOf: (text: string) => Outcome | undefined = () => undefined
  /** Called before a batch is stored, with how many came before it. */
  onDeliver: (before: number) => void = () => {}
  /** Called after a batch was stored. */
  onStored: (before: number) => void = () => {}
  findingOf: (doubt: Doubt) => Finding | undefined = () => undefined
  readonly lookup: Lookup = {
    mark: () => '',
    find: async (doubts) => {
      this.lookups.push(doubts.map(({ id }) => id))
      const ids = new Set(this.stored.map(({ id }) => id))
      return doubts.map((doubt) => this.findingOf(doubt) ?? (ids.has(doubt.id) ? STORED : MISSING))
    },
  }

  async open(): Promise<void> {}
  async close(): Promise<void> {}

  async deliver({ segments, documentCount }: Batch): Promise<readonly Outcome[]> {
    const before = this.batches.length
    this.batches.push(documentCount)
    this.onDeliver(before)
    const outcomes = segments.flatMap((segment) =>
      segment.ids.map((id, index): Outcome => {
        const text = documentAt(segment, index).toString()
        const outcome = this.outcomeOf(text)
        if (outcome === undefined || outcome.kind === 'accepted') {
          this.stored.push({ id, text })
          this.addresses.push(addressOf(segment, index))
        }
        return outcome ?? ACCEPTED
      }),
    )
    this.onStored(before)
    return outcomes
  }
}
