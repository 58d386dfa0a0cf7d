import type { LinesRequest, LineTaker } from '../../../../src/ingest/http/server.ts'
import type { Agent } from '../../../../src/pipeline/agent.ts'
import type { Refused } from '../../../../src/pipeline/dead-letter-line.ts'
import { RequestIntake } from '../../../../src/pipeline/stream/request-intake.ts'
import { openStream, StreamAgent } from '../../../../src/pipeline/stream/start-stream.ts'
import type { Waits } from '../../../../src/pipeline/waits.ts'
import type { Segment } from '../../../../src/sinks/batch.ts'
import type { Sink } from '../../../../src/sinks/sink.ts'
import { createMetrics } from '../../../../src/telemetry/metrics.ts'
import type { ManualClock } from '../../fakes/manual-clock.ts'
import { RecordedLog } from '../../fakes/recorded-log.ts'

const NO_COMMITS = { request: () => {}, reach: async () => {}, commit: async () => true, isWorking: true }

/** A request with these texts; one that begins with `dropped` is left out, and `NAMESPACE:TEXT` has a namespace. */
export function requestOf(texts: readonly string[], key?: string): LinesRequest {
  return { messages: texts.map((text) => Buffer.from(text)), body: Buffer.from(texts.join('\n')), key }
}

/** Each text is a document; its id is its text. A text `10.0.0.1 ...` has that address. */
function transcode(request: LinesRequest) {
  const ips = request.messages.flatMap((message) => /^[\d.]+(?= )/.exec(String(message)) ?? [])
  return { segments: segmentsOf(request), misses: ips.map((ip) => ({ ip, atMs: Number.MAX_SAFE_INTEGER })) }
}

function segmentsOf({ messages }: LinesRequest): readonly Segment[] {
  const texts = messages.map(String)
  const namespaces = new Set(texts.map(namespaceOf))
  return [...namespaces].map((namespace) =>
    segmentOf(
      texts.filter((text) => namespaceOf(text) === namespace),
      namespace,
    ),
  )
}

function namespaceOf(text: string): string | undefined {
  return text.includes(':') ? text.split(':', 1)[0] : undefined
}

function segmentOf(texts: readonly string[], reporterNamespace: string | undefined): Segment {
  const ids = texts.filter((text) => !text.startsWith('dropped'))
  const documents = ids.map((text) => Buffer.from(`{"n":"${text}"}\n`))
  let end = 0
  return {
    bytes: Buffer.concat(documents),
    ids,
    ends: documents.map((document) => (end += document.length)),
    datasets: ids.map(() => 'envoy.access' as const),
    classes: ids.map(() => 'healthy' as const),
    reporterNamespace,
    offsets: ids.map((_, index) => index),
    readBytes: 0,
    counts: { lines: texts.length, unparsed: {}, droppedByLevel: texts.length - ids.length },
  }
}

/** A pipeline of requests that nobody sends over a wire. */
export function startTaker(
  sink: Sink,
  clock: ManualClock,
  { inflightBytes = 1_000, waits }: { readonly inflightBytes?: number; readonly waits?: Waits } = {},
): {
  readonly agent: Agent
  readonly taker: LineTaker
  readonly buried: readonly string[]
  readonly isClosed: () => boolean
} {
  const buried: string[] = []
  let isClosed = false
  const deadLetter = {
    write: async (refused: readonly Refused[]) => {
      buried.push(...refused.map(({ id }) => id))
      return []
    },
    lengthBytes: 0,
    close: async () => {},
  }
  const parts = {
    clock,
    random: () => 0.5,
    logger: new RecordedLog(),
    metrics: createMetrics(false),
    deadLetter,
  }
  const settings = {
    name: 'search',
    batch: { maxBytes: 300, maxDocuments: 20, maxAgeMs: 20 },
    createSink: () => sink,
    inflightBytes,
  }
  const close = async () => {
    isClosed = true
  }
  const { pipeline, intake } = openStream(
    settings,
    {
      committer: NO_COMMITS,
      intake: (stages) =>
        new RequestIntake({
          ...stages,
          transcode,
          waits,
          clock,
          lookup: sink.lookup,
          listen: async () => ({ url: '', close }),
        }),
    },
    parts,
  )
  void intake.listen()
  return { agent: new StreamAgent(pipeline, parts), taker: intake, buried, isClosed: () => isClosed }
}
