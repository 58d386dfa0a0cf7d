import type { Clock } from '../../clock.ts'
import { FlagshipError, reasonOf } from '../../errors.ts'
import { Backoff } from '../../pipeline/backoff.ts'
import { type DeadLetterLine, deadLetterLine } from '../../pipeline/dead-letter-line.ts'
import { batchOf } from '../../pipeline/segments.ts'
import type { Segment } from '../../sinks/batch.ts'
import type { Finding, Lookup, Outcome, Sink } from '../../sinks/sink.ts'

/** Tries on end that bring no answer at all, with the waits of `Backoff` between them: about half a minute. */
const MOST_TRIES = 9
const NO_OUTCOME: Outcome = { kind: 'in_doubt', reason: 'the sink gave no outcome' }

/** What offering needs from outside. */
export interface OfferParts {
  /** Open. */
  readonly sink: Sink
  /** None where the sink has the server make ids: what is in doubt is sent again then, and may stand twice. */
  readonly lookup: Lookup | undefined
  readonly clock: Clock
  readonly random: () => number
  /** Told before documents are looked up, which takes its time. */
  readonly onLookup: (count: number) => void
}

/** Documents after one try. */
interface Sorted {
  readonly accepted: readonly DeadLetterLine[]
  readonly doubted: readonly DeadLetterLine[]
  readonly retried: readonly DeadLetterLine[]
  /** As they are to stand in the dead letter from now on. */
  readonly refused: readonly string[]
  /** Why something is without an answer. */
  readonly reason: string
  readonly afterMs: number
}

/** Offers refused documents to their sink once more, each until it is answered. */
export class Offer {
  readonly #parts: OfferParts
  readonly #signal = new AbortController().signal
  readonly #backoff: Backoff
  #accepted = 0
  #tries = 0

  constructor(parts: OfferParts) {
    this.#parts = parts
    this.#backoff = new Backoff(parts.clock, parts.random)
  }

  /** How many the sink has, by now. */
  get accepted(): number {
    return this.#accepted
  }

  /**
   * Resolves to the lines of those that are refused again, once every document is answered. With `sentBeforeMs` (rising
   * clock) they may have been sent until then, and only what is not stored is sent.
   * @throws FlagshipError SINK_UNAVAILABLE when the sink does not answer: then any of them may be stored.
   */
  async answerAll(lines: readonly DeadLetterLine[], sentBeforeMs: number | undefined): Promise<readonly string[]> {
    const refused: string[] = []
    let left = sentBeforeMs === undefined ? lines : await this.missing(lines, sentBeforeMs)
    while (left.length > 0) {
      const sorted = await this.#deliver(left)
      this.#accepted += sorted.accepted.length
      refused.push(...sorted.refused)
      const missing = await this.missing(sorted.doubted, this.#parts.clock.elapsedMs())
      const { length } = left
      left = [...missing, ...sorted.retried]
      if (left.length > 0) await this.#wait(left.length < length, sorted.reason, sorted.afterMs)
    }
    this.#tries = 0
    this.#backoff.reset()
    return refused
  }

  async #deliver(lines: readonly DeadLetterLine[]): Promise<Sorted> {
    const { sink, clock } = this.#parts
    let outcomes: readonly Outcome[]
    try {
      outcomes = await sink.deliver(batchOf(segmentsOf(lines)), this.#signal)
    } catch (error) {
      if (!(error instanceof FlagshipError)) throw error
      const reason = reasonOf(error)
      outcomes = lines.map(() => ({ kind: 'in_doubt', reason }))
    }
    return sort(lines, outcomes, new Date(clock.nowMs()).toISOString())
  }

  /**
   * Of documents that may have been sent until `sinceMs` those that were never stored, and will not be; the others count
   * as accepted. @throws FlagshipError SINK_UNAVAILABLE when it cannot be told.
   */
  async missing(doubted: readonly DeadLetterLine[], sinceMs: number): Promise<readonly DeadLetterLine[]> {
    const { lookup, onLookup } = this.#parts
    if (lookup === undefined) return doubted
    const missing: DeadLetterLine[] = []
    for (let left = doubted; left.length > 0; ) {
      onLookup(left.length)
      const { findings, reason } = await this.#find(lookup, left, sinceMs)
      const of = (kind: Finding['kind']) => left.filter((_, index) => (findings[index]?.kind ?? 'unknown') === kind)
      this.#accepted += of('stored').length
      missing.push(...of('missing'))
      const unknown = of('unknown')
      if (unknown.length > 0) await this.#wait(unknown.length < left.length, reason)
      left = unknown
    }
    return missing
  }

  async #find(
    lookup: Lookup,
    lines: readonly DeadLetterLine[],
    sinceMs: number,
  ): Promise<{ readonly findings: readonly Finding[]; readonly reason: string }> {
    const doubts = lines.map((line) => ({ ...line, mark: undefined }))
    try {
      const findings = await lookup.find(doubts, sinceMs, this.#signal)
      const unknown = findings.find((finding) => finding.kind === 'unknown')
      return { findings, reason: unknown?.reason ?? 'it cannot be told yet what is stored' }
    } catch (error) {
      if (!(error instanceof FlagshipError)) throw error
      return { findings: [], reason: reasonOf(error) }
    }
  }

  async #wait(hasProgress: boolean, reason: string, afterMs = 0): Promise<void> {
    this.#tries = hasProgress ? 0 : this.#tries + 1
    if (this.#tries === MOST_TRIES) {
      const message = `Cannot replay into sink "${this.#parts.sink.name}": ${reason}`
      throw new FlagshipError('SINK_UNAVAILABLE', message)
    }
    await this.#backoff.wait(this.#signal, afterMs)
  }
}

function sort(lines: readonly DeadLetterLine[], outcomes: readonly Outcome[], time: string): Sorted {
  const accepted: DeadLetterLine[] = []
  const doubted: DeadLetterLine[] = []
  const retried: DeadLetterLine[] = []
  const refused: string[] = []
  let [reason, afterMs] = ['', 0]
  for (const [index, line] of lines.entries()) {
    const outcome = outcomes[index] ?? NO_OUTCOME
    if (outcome.kind === 'accepted') accepted.push(line)
    else if (outcome.kind === 'refused') refused.push(deadLetterLine({ ...line, reason: outcome.reason }, time))
    else {
      reason = outcome.reason
      if (outcome.kind === 'retry') afterMs = Math.max(afterMs, outcome.afterMs ?? 0)
      ;(outcome.kind === 'retry' ? retried : doubted).push(line)
    }
  }
  return { accepted, doubted, retried, refused, reason, afterMs }
}

/** The documents as they were offered first, byte for byte and in order: lines side by side of one namespace together. */
function segmentsOf(lines: readonly DeadLetterLine[]): readonly Segment[] {
  const segments: Segment[] = []
  for (let from = 0, to = 0; from < lines.length; from = to) {
    const namespace = lines[from]?.reporterNamespace
    while (to < lines.length && lines[to]?.reporterNamespace === namespace) to += 1
    segments.push(segmentOf(lines.slice(from, to), namespace))
  }
  return segments
}

function segmentOf(lines: readonly DeadLetterLine[], reporterNamespace: string | undefined): Segment {
  let end = 0
  return {
    bytes: Buffer.concat(lines.map(({ document }) => document)),
    ids: lines.map(({ id }) => id),
    ends: lines.map(({ document }) => (end += document.length)),
    datasets: lines.map(({ dataset }) => dataset),
    classes: lines.map(({ recordClass }) => recordClass),
    reporterNamespace,
    routes: {
      keys: lines.map(({ id, route }) => route?.key ?? id),
      timesMs: lines.map(({ route }) => route?.timeMs ?? NaN),
    },
    offsets: lines.map(() => 0), // they come from many files
    readBytes: 0,
    counts: { lines: lines.length, unparsed: {}, droppedByLevel: 0 },
  }
}
