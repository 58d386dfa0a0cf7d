import type { Message } from '../../../../src/ingest/kafka/group.ts'
import type { Agent } from '../../../../src/pipeline/agent.ts'
import { startGroupStream } from '../../../../src/pipeline/stream/start-group-stream.ts'
import type { ReadMessages, TranscodeMessages } from '../../../../src/pipeline/stream/group-intake.ts'
import type { Batch, Segment } from '../../../../src/sinks/batch.ts'
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
import { createMetrics } from '../../../../src/telemetry/metrics.ts'
import type { ManualClock } from '../../fakes/manual-clock.ts'
import { RecordedLog } from '../../fakes/recorded-log.ts'
import type { ScriptedMember } from '../../fakes/scripted-group.ts'

/** Longest time from a request to the moment at which it is applied, and from there to its answer. */
const MOST_LATE_MS = 40

/** A store whose ids are unique only within one index, as those of a data stream are. */
export class ScriptedStore {
  readonly #clock: ManualClock
  readonly #random: () => number
  readonly #indices: Set<string>[] = [new Set()]

  constructor(clock: ManualClock, random: () => number) {
    this.#clock = clock
    this.#random = random
  }

  rollOver(): void {
    this.#indices.push(new Set())
  }

  /** How often each id stands there. */
  get counts(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>()
    for (const id of this.#indices.flatMap((index) => [...index])) counts.set(id, (counts.get(id) ?? 0) + 1)
    return counts
  }

  /** Apply in a while; then answer in a while. Nothing of a dead sender is answered. */
  async take(ids: readonly string[], isDead: () => boolean): Promise<'accepted' | 'lost' | 'never came'> {
    const fault = this.#random()
    if (fault < 0.05) return 'never came'
    await this.#late()
    for (const id of ids) this.#indices.at(-1)?.add(id)
    if (fault < 0.1) return 'lost'
    await this.#late()
    return isDead() ? new Promise(() => {}) : 'accepted'
  }

  async find(ids: readonly string[]): Promise<readonly Finding[]> {
    await this.#clock.sleep(MOST_LATE_MS * 3)
    return ids.map((id) => (this.#indices.some((index) => index.has(id)) ? STORED : MISSING))
  }

  #late(): Promise<void> {
    return this.#clock.sleep(this.#random() * MOST_LATE_MS)
  }
}

/** A sink into the store that looks up what is in doubt. */
export class StoreSink implements Sink {
  readonly name = 'search'
  readonly concurrency = 2
  readonly regroups = true
  readonly lookup: Lookup
  readonly #store: ScriptedStore
  readonly #isDead: () => boolean

  constructor(store: ScriptedStore, isDead: () => boolean) {
    this.#store = store
    this.#isDead = isDead
    this.lookup = {
      mark: () => '',
      find: async (doubts: readonly Doubt[]) => {
        const findings = await store.find(doubts.map(({ id }) => id))
        return isDead() ? new Promise(() => {}) : findings
      },
    }
  }

  async open(): Promise<void> {}

  async deliver({ segments }: Batch): Promise<readonly Outcome[]> {
    if (this.#isDead()) return new Promise(() => {})
    const ids = segments.flatMap((segment) => segment.ids)
    const became = await this.#store.take(ids, this.#isDead)
    if (this.#isDead()) return new Promise(() => {})
    const outcome: Outcome = became === 'accepted' ? ACCEPTED : { kind: 'in_doubt', reason: became }
    return ids.map(() => outcome)
  }

  async close(): Promise<void> {}
}

/** Each message is a document; its id is its text. */
export const transcode: TranscodeMessages = ({ messages }) => [segmentOf(messages)]

function segmentOf(messages: readonly Message[]): Segment {
  const documents = messages.map(({ value }) => Buffer.from(`{"n":"${value?.toString()}"}\n`))
  let end = 0
  return {
    bytes: Buffer.concat(documents),
    ids: messages.map(({ value }) => String(value)),
    ends: documents.map((document) => (end += document.length)),
    datasets: messages.map(() => 'envoy.access' as const),
    classes: messages.map(() => 'healthy' as const),
    reporterNamespace: undefined,
    offsets: messages.map(({ offset }) => offset),
    readBytes: 0,
    counts: { lines: messages.length, unparsed: {}, droppedByLevel: 0 },
  }
}

/** A member of the group with a pipeline behind it. */
export function startMember(
  group: ScriptedMember,
  sink: Sink,
  clock: ManualClock,
  inflightBytes = 1_000,
  read: ReadMessages = async (messages) => messages,
): { readonly agent: Agent; readonly log: RecordedLog } {
  const log = new RecordedLog()
  const deadLetter = { write: async () => [], lengthBytes: 0, close: async () => {} }
  const settings = {
    name: 'search',
    batch: { maxBytes: 300, maxDocuments: 20, maxAgeMs: 20 },
    createSink: () => sink,
    inflightBytes,
  }
  const parts = {
    clock,
    random: () => 0.5,
    logger: log,
    metrics: createMetrics(false),
    group,
    read,
    transcode,
    deadLetter,
  }
  return { agent: startGroupStream(settings, parts), log }
}
