import { hash } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import type { LineServer, LinesRequest, LineTaker } from '../../ingest/http/server.ts'
import type { Segment } from '../../sinks/batch.ts'
import type { Lookup } from '../../sinks/sink.ts'
import type { Batcher, Shipment } from '../batcher.ts'
import type { Budget } from '../budget.ts'
import type { Meter } from '../meter.ts'
import type { TranscodedMessages } from '../transcode-messages.ts'
import type { Wait, Waits } from '../waits.ts'
import type { StreamIntake } from './stream-pipeline.ts'

/** The lines of one request to segments of documents, pure and synchronous. */
export type TranscodeRequest = (request: LinesRequest) => Pick<TranscodedMessages, 'segments' | 'misses'>

/** What taking requests needs. */
export interface RequestIntakeParts {
  readonly transcode: TranscodeRequest
  readonly budget: Budget
  readonly batcher: Batcher
  readonly meter: Meter
  /** Of a sink that looks up what is in doubt. */
  readonly lookup: Lookup | undefined
  /** Undefined: nothing waits for names. */
  readonly waits: Waits | undefined
  readonly clock: Clock
  /** Listens for requests. @throws FlagshipError LISTEN_FAILED. */
  readonly listen: (taker: LineTaker) => Promise<LineServer>
}

type Taken = Awaited<ReturnType<LineTaker['take']>>

/** How often it is asked whether the names that a request waits for have come. */
const WAIT_POLL_MS = 50
/** So many requests that were answered are known again. */
const MOST_ANSWERED = 4_096

/**
 * Takes the lines of requests: who sent them is told when all of them are answered, and keeps them until then. A
 * request that comes again while this process lives, the same byte for byte, has the answer of the first one.
 */
export class RequestIntake implements StreamIntake, LineTaker {
  readonly #parts: RequestIntakeParts
  #server: LineServer | undefined
  #isOpen = false
  /** Of `run`. */
  #ended: AbortSignal = AbortSignal.abort()
  /** Requests that wait for names. */
  readonly #waiting = new Set<Promise<void>>()
  /** Requests without an answer, and how each gets one. */
  readonly #open = new Map<string, PromiseWithResolvers<Taken>>()
  /** The last requests that were answered, oldest first. */
  readonly #answered = new Set<string>()

  constructor(parts: RequestIntakeParts) {
    this.#parts = parts
  }

  /** Listen, at the URL it resolves to; every request is told to come again until this runs. @throws FlagshipError LISTEN_FAILED. */
  async listen(): Promise<string> {
    this.#server = await this.#parts.listen(this)
    return this.#server.url
  }

  async run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    this.#isOpen = true
    this.#ended = signal
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    this.#isOpen = false
    await Promise.all(this.#waiting)
  }

  /** Who was not answered by now has to send again. */
  async close(): Promise<void> {
    for (const { resolve } of this.#open.values()) resolve('closed')
    await this.#server?.close()
  }

  refusalOf(receivingBytes: number): 'full' | 'closed' | undefined {
    if (!this.#isOpen) return 'closed'
    return this.#parts.budget.hasRoomFor(receivingBytes) ? undefined : 'full'
  }

  async take(request: LinesRequest): Promise<Taken> {
    const name = hash('sha256', Buffer.concat([Buffer.from(JSON.stringify(request.key ?? null)), request.body]))
    if (this.#answered.has(name)) return 'answered'
    const open = this.#open.get(name)
    if (open !== undefined) return open.promise
    const { segments, misses } = this.#parts.transcode(request)
    const answer = Promise.withResolvers<Taken>()
    this.#open.set(name, answer)
    const answered = () => {
      this.#open.delete(name)
      this.#remember(name)
      answer.resolve('answered')
    }
    const wait = this.#parts.waits?.begin(misses, request.body.length)
    if (wait === undefined) this.#ship(segments, answered)
    else await this.#shipAfter(wait, request, answered)
    return answer.promise
  }

  /** Ship a request as it is understood after a wait. */
  async #shipAfter(wait: Wait, request: LinesRequest, answered: () => void): Promise<void> {
    const waited = Promise.withResolvers<void>()
    this.#waiting.add(waited.promise)
    while (!wait.isOver() && !this.#ended.aborted) await this.#parts.clock.sleep(WAIT_POLL_MS, this.#ended)
    wait.end()
    this.#ship(this.#parts.transcode(request).segments, answered)
    this.#waiting.delete(waited.promise)
    waited.resolve()
  }

  #ship(segments: readonly Segment[], answered: () => void): void {
    const { meter, budget, batcher, lookup } = this.#parts
    for (const segment of segments) meter.read(segment)
    const filled = segments.filter(({ ids }) => ids.length > 0)
    let unanswered = filled.length
    if (unanswered === 0) return answered()
    const settle = () => {
      unanswered -= 1
      if (unanswered === 0) answered()
    }
    for (const segment of filled) {
      budget.spend(segment.bytes.length)
      batcher.add(shipmentOf(segment, settle, lookup?.mark(segment.reporterNamespace)))
    }
  }

  #remember(name: string): void {
    this.#answered.add(name)
    if (this.#answered.size <= MOST_ANSWERED) return
    const [oldest] = this.#answered
    if (oldest !== undefined) this.#answered.delete(oldest)
  }
}

/** Nothing has to be written down before it is sent: who sent it still has it. */
function shipmentOf(segment: Segment, settle: () => void, mark: string | undefined): Shipment {
  const receipt = { documents: segment.bytes, unanswered: segment.ids.length }
  return { segment, receipt, settle, cursorVersion: 0, markOf: () => mark }
}
