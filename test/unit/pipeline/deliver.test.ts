import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { FlagshipError } from '../../../src/errors.ts'
import { Answers } from '../../../src/pipeline/answers.ts'
import type { Doubts } from '../../../src/pipeline/doubts.ts'
import type { Shipment } from '../../../src/pipeline/batcher.ts'
import { Budget } from '../../../src/pipeline/budget.ts'
import { Committer } from '../../../src/pipeline/committer.ts'
import { Cursor } from '../../../src/pipeline/cursor.ts'
import { DeadLetter } from '../../../src/pipeline/dead-letter.ts'
import { Delivery } from '../../../src/pipeline/deliver.ts'
import { Ledger } from '../../../src/pipeline/ledger.ts'
import { Meter } from '../../../src/pipeline/meter.ts'
import { TroubleSpot } from '../../../src/pipeline/trouble.ts'
import type { Batch } from '../../../src/sinks/batch.ts'
import { type DeadLetterConfig, DEFAULT_DEAD_LETTER } from '../../../src/sinks/dead-letter-config.ts'
import { ACCEPTED, type Outcome, type Sink } from '../../../src/sinks/sink.ts'
import { createMetrics } from '../../../src/telemetry/metrics.ts'
import { FILE_KEY, segmentOf, textsOf } from '../fakes/batches.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { MemoryStore } from '../fakes/memory-store.ts'
import { placeIn } from '../fakes/places.ts'
import { RecordedLog } from '../fakes/recorded-log.ts'
import { scratch } from '../fakes/scratch.ts'

type Answer = Readonly<Record<string, Outcome>> | Error

/** A sink that gives the answers it was told, one a try, and then accepts everything. */
class ScriptedSink implements Sink {
  readonly name = 'copy'
  readonly concurrency = 1
  readonly regroups = true
  readonly offered: string[] = []
  readonly opened: (string | undefined)[] = []
  readonly #answers: Answer[]
  #accepted = 0

  constructor(answers: readonly Answer[]) {
    this.#answers = [...answers]
  }

  async open(mark: string | undefined): Promise<void> {
    this.opened.push(mark)
  }

  async deliver(batch: Batch): Promise<readonly Outcome[]> {
    const texts = batch.segments.flatMap((segment) => textsOf(segment.bytes.toString()))
    this.offered.push(texts.join(' '))
    const answer = this.#answers.shift() ?? {}
    if (answer instanceof Error) throw answer
    const outcomes = texts.map((text) => answer[text] ?? ACCEPTED)
    this.#accepted += outcomes.filter((outcome) => outcome.kind === 'accepted').length
    return outcomes
  }

  mark(): string {
    return `${this.#accepted}`
  }

  async close(): Promise<void> {}
}

const RETRY: Outcome = { kind: 'retry', reason: 'busy' }
const REFUSED: Outcome = { kind: 'refused', reason: 'mapper_parsing' }
const DOUBT: Outcome = { kind: 'in_doubt', reason: 'timeout' }

function benchOf(...answers: readonly Answer[]) {
  return benchWith(undefined, answers)
}

const lineAt = async (_: string, offsetBytes: number) => Buffer.from(`line "at" ${offsetBytes}`)

async function benchWith(
  doubts: Pick<Doubts, 'add'> | undefined,
  scripted: readonly Answer[],
  limits: Partial<DeadLetterConfig> = {},
) {
  const [directory, store] = [scratch(), new MemoryStore()]
  const [clock, log, cursor, ledger, budget] = [
    new ManualClock(),
    new RecordedLog(),
    new Cursor(),
    new Ledger(),
    new Budget(1_000),
  ] // prettier-ignore
  cursor.follow(placeIn('c', FILE_KEY))
  const committer = new Committer(cursor, store, clock, new TroubleSpot(log, 'copy', 'write cursor'))
  const deadLetter = new DeadLetter(join(directory, 'dead-letter.ndjson'), { ...DEFAULT_DEAD_LETTER, ...limits })
  await deadLetter.open()
  onTestFinished(() => deadLetter.close())
  const sink = new ScriptedSink(scripted)
  const meter = new Meter(createMetrics(false), 'copy', clock)
  const trouble = new TroubleSpot(log, 'copy', 'deliver to sink "copy"')
  const answers = new Answers(committer, budget)
  const shared = { sink, cursor, committer, deadLetter, clock, trouble, meter }
  const delivery = new Delivery({ ...shared, answers, doubts, lineAt, random: () => 0.5 })
  const stop = new AbortController()

  /** Deliver segments as one batch, with as much time as it takes. */
  const deliver = async (...segments: readonly (readonly string[])[]) => {
    let offset = 0
    const shipments = segments.map((texts): Shipment => {
      const segment = segmentOf(texts, FILE_KEY, offset)
      offset += texts.length * 10
      const span = {
        fileKey: FILE_KEY,
        fromBytes: offset - texts.length * 10,
        toBytes: offset,
        check: { atBytes: offset, crc: 0 },
      }
      const receipt = { span, openLines: [], documents: segment.bytes, unanswered: texts.length }
      ledger.add(receipt)
      budget.spend(receipt.documents.length)
      const settle = () => ledger.settle(cursor)
      return { segment, receipt, settle, cursorVersion: cursor.version, markOf: () => undefined }
    })
    const over = delivery.deliver(shipments, stop.signal)
    await Promise.race([over, clock.advance(300_000)]).catch(() => {})
    stop.abort()
    await over
  }
  const prefix = () => cursor.get(FILE_KEY)?.prefixBytes
  return { ...shared, budget, store, log, clock, stop, deliver, prefix }
}

describe('Delivery.deliver()', () => {
  test('moves the cursor over what the sink accepted, with its mark, and gives the budget back', async () => {
    const { deliver, prefix, cursor, budget, meter } = await benchOf()
    await deliver(['a', 'b'], ['c'])
    expect([prefix(), cursor.mark, budget.spentBytes, meter.totals.documentsDelivered]).toEqual([30, '3', 0, 3])
  })

  test('offers only what is left, byte for byte and in order', async () => {
    const { deliver, sink, prefix, meter } = await benchOf({ b: RETRY, c: RETRY }, { c: RETRY })
    await deliver(['a', 'b'], ['c', 'd'])
    expect(sink.offered).toEqual(['a b c d', 'b c', 'c'])
    expect(prefix()).toBe(40)
    expect(meter.totals).toMatchObject({ documentsDelivered: 4, documentsRetried: 3 })
  })

  test('does not move the cursor past what is not answered', async () => {
    const { deliver, prefix, budget } = await benchOf(...Array.from({ length: 100 }, () => ({ b: RETRY })))
    await deliver(['a'], ['b'], ['c'])
    expect([prefix(), budget.spentBytes]).toEqual([10, 10])
  })

  test('says once that the sink fails, once that the reason has changed, and once that it is over', async () => {
    const full: Outcome = { kind: 'retry', reason: 'disk full' }
    const { deliver, log } = await benchOf({ a: RETRY }, { a: RETRY }, { a: full }, { a: full })
    await deliver(['a'])
    expect(log.lines).toEqual([
      'warn Cannot deliver to sink "copy", trying again: busy',
      'warn Cannot deliver to sink "copy", trying again: disk full',
      'info Can deliver to sink "copy" again',
    ])
  })

  test('waits twice as long each time, half a minute at most, and as long as the sink asks', async () => {
    const answers = Array.from({ length: 12 }, () => ({ a: RETRY }))
    const { deliver, sink, clock } = await benchOf(...answers, {
      a: { kind: 'retry', reason: 'busy', afterMs: 90_000 },
    })
    const waits: number[] = []
    const sleep = clock.sleep.bind(clock)
    clock.sleep = (ms, signal) => {
      if (signal !== undefined) waits.push(ms)
      return sleep(ms, signal)
    }
    await deliver(['a'])
    expect(sink.offered).toHaveLength(14)
    expect(waits.filter((ms) => ms >= 75)).toEqual([
      75, 150, 300, 600, 1_200, 2_400, 4_800, 9_600, 19_200, 22_500, 22_500, 22_500, 90_000,
    ])
  })

  test('writes refused documents to the dead letter and goes on', async () => {
    const { deliver, prefix, deadLetter, meter } = await benchOf({ b: REFUSED })
    await deliver(['a', 'b', 'c'])
    expect(readFileSync(deadLetter.path, 'utf8')).toMatch(
      /^\{"id":"[\w-]{19}",.*,"line":"line \\"at\\" 10","document":\{"n":"b"\}\}\n$/,
    )
    expect(prefix()).toBe(30)
    expect(meter.totals).toMatchObject({ documentsDelivered: 2, documentsRefused: 1 })
  })

  test('counts a refused document once: as dropped where the dead letter has no room for it', async () => {
    const refusals = { b: REFUSED, c: REFUSED }
    const { deliver, prefix, meter } = await benchWith(undefined, [refusals], { maxBytes: 50, onFull: 'drop' })
    await deliver(['a', 'b', 'c'])
    expect(prefix()).toBe(30)
    expect(meter.totals).toMatchObject({ documentsDelivered: 1, documentsRefused: 0, linesDropped: 2 })
  })

  test('does not count a refused document as answered before it is in the dead letter', async () => {
    const { deliver, prefix, deadLetter, log } = await benchOf({ b: REFUSED })
    await deadLetter.close()
    await deliver(['a'], ['b'], ['c'])
    expect(prefix()).toBe(10)
    expect(log.lines[0]).toMatch(
      /^warn Cannot deliver to sink "copy", trying again: ".*dead-letter.ndjson" is not open$/,
    )
  })

  test.for([
    ['a throw', new FlagshipError('SINK_UNAVAILABLE', 'no answer')],
    ['doubt', { b: DOUBT }],
  ] as const)('lets the sink take back what no cursor covers after %s', async ([, answer]) => {
    const { deliver, sink, prefix, store } = await benchOf({ b: RETRY }, answer)
    await deliver(['a'], ['b'])
    expect(sink.opened).toEqual(['1'])
    expect(sink.offered).toEqual(['a b', 'b', 'b'])
    expect(prefix()).toBe(20)
    expect(store.state.head.mark).toBeDefined()
  })

  test('writes down what is answered before the sink takes back', async () => {
    const { deliver, sink, store } = await benchOf({ b: RETRY }, new FlagshipError('SINK_UNAVAILABLE', 'no answer'))
    const seen: (number | undefined)[] = []
    sink.open = async () => {
      seen.push(store.state.entries[0]?.prefixBytes)
    }
    await deliver(['a'], ['b'])
    expect(seen).toEqual([10])
  })

  test('passes on a bug', async () => {
    const { deliver, prefix } = await benchOf(new TypeError('undefined is not a function'))
    await expect(deliver(['a'])).rejects.toThrow(TypeError)
    expect(prefix()).toBe(0)
  })

  test('does not take silence for an answer', async () => {
    const { deliver, sink } = await benchOf()
    const deliverWhole = sink.deliver.bind(sink)
    let tries = 0
    sink.deliver = async (batch) => {
      const outcomes = await deliverWhole(batch)
      tries += 1
      return tries === 1 ? outcomes.slice(0, 1) : outcomes
    }
    await deliver(['a', 'b'])
    expect(sink.offered).toEqual(['a b', 'b'])
  })

  test('does not run ahead of a cursor that cannot be written', async () => {
    const { deliver, sink, committer, store, log, cursor } = await benchOf()
    store.error = new Error('ENOSPC: no space left on device')
    cursor.mark = '1'
    expect(await committer.commit()).toBe(false)
    await deliver(['a'])
    expect(sink.offered).toEqual([])
    expect(log.lines[0]).toMatch(/^warn Cannot write cursor, trying again: ENOSPC/)
  })

  test('puts what is in doubt aside, offers the rest again and moves no prefix over either', async () => {
    const aside: string[] = []
    const doubts = {
      add: (shipments: readonly Shipment[], sinceMs: number, reason: string) =>
        void aside.push(...shipments.map(({ segment }) => `${segment.bytes.toString().trim()} ${sinceMs} ${reason}`)),
    }
    const { deliver, sink, prefix } = await benchWith(doubts, [{ b: DOUBT, c: RETRY }])
    await deliver(['a', 'b'], ['c'])
    expect(aside).toEqual(['{"n":"b"} 0 timeout'])
    expect(sink.offered).toEqual(['a b c', 'c'])
    expect(sink.opened).toEqual([])
    expect(prefix()).toBe(0)
  })

  test('puts a whole batch aside when the sink throws', async () => {
    const aside: number[] = []
    const doubts = { add: (shipments: readonly Shipment[]) => void aside.push(shipments.length) }
    const { deliver, sink, budget } = await benchWith(doubts, [new FlagshipError('SINK_UNAVAILABLE', 'no answer')])
    await deliver(['a'], ['b'])
    expect([aside, sink.offered.length, budget.spentBytes > 0]).toEqual([[2], 1, true])
  })

  test('sends nothing before the cursor says on disk that it may have been sent', async () => {
    const { deliver, sink, store, cursor, clock } = await benchOf()
    store.error = new Error('ENOSPC: no space left on device')
    cursor.raiseSent(FILE_KEY, 0, 10, 'i1')
    const delivering = deliver(['a'])
    await clock.advance(5_000)
    expect(sink.offered).toEqual([])
    store.error = undefined
    await clock.advance(5_000)
    expect(sink.offered).toEqual(['a'])
    expect(store.state.entries[0]?.sentBytes).toBeGreaterThan(10)
    await delivering
  })
})
