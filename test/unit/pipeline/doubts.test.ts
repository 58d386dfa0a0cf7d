import { describe, expect, test } from 'vitest'
import { FlagshipError } from '../../../src/errors.ts'
import type { Shipment } from '../../../src/pipeline/batcher.ts'
import { Doubts } from '../../../src/pipeline/doubts.ts'
import { TroubleSpot } from '../../../src/pipeline/trouble.ts'
import { type Doubt, type Finding, MISSING, STORED } from '../../../src/sinks/sink.ts'
import { segmentOf, textsOf } from '../fakes/batches.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { RecordedLog } from '../fakes/recorded-log.ts'

const UNKNOWN: Finding = { kind: 'unknown', reason: 'index "i7" is closed: open it' }

type Answer = readonly Finding[] | Error

/** Doubts over a look-up that gives these answers, one a call, and then calls everything missing. */
function benchOf(...answers: readonly Answer[]) {
  const [clock, log, stop] = [new ManualClock(), new RecordedLog(), new AbortController()]
  const asked: { readonly doubts: readonly Doubt[]; readonly sinceMs: number }[] = []
  const [found, missing]: [string[], string[]] = [[], []]
  const left = [...answers]
  const lookup = {
    mark: () => 'i9',
    find: async (doubts: readonly Doubt[], sinceMs: number) => {
      asked.push({ doubts, sinceMs })
      const answer = left.shift() ?? doubts.map(() => MISSING)
      if (answer instanceof Error) throw answer
      return answer
    },
  }
  const trouble = new TroubleSpot(log, 'search', 'tell')
  const parts = {
    name: 'search',
    logger: log,
    lookup,
    clock,
    random: () => 0.5,
    trouble,
    found: keep(found),
    missing: keep(missing),
  }
  return { doubts: new Doubts(parts, stop.signal), clock, log, asked, found, missing, stop }
}

function keep(texts: string[]) {
  return (shipments: readonly Shipment[]) =>
    void texts.push(...shipments.flatMap(({ segment }) => textsOf(segment.bytes.toString())))
}

function shipmentOf(...texts: readonly string[]): Shipment {
  const segment = segmentOf(texts)
  const receipt = { documents: segment.bytes, unanswered: texts.length }
  return { segment, receipt, settle: () => {}, cursorVersion: 0, markOf: () => 'i7' }
}

describe('Doubts', () => {
  test('answers what is found and sends again what is missing, each document for itself', async () => {
    const { doubts, clock, found, missing, asked } = benchOf([STORED, MISSING, STORED])
    doubts.add([shipmentOf('a', 'b'), shipmentOf('c')], 7, 'no answer')
    await clock.advance(0)
    expect({ found, missing, left: doubts.documents }).toEqual({ found: ['a', 'c'], missing: ['b'], left: 0 })
    expect(asked[0]).toMatchObject({ sinceMs: 7, doubts: [{ dataset: 'envoy.access', mark: 'i7' }, {}, {}] })
  })

  test('asks again for what nobody could tell of', async () => {
    const { doubts, clock, found, missing, asked } = benchOf([STORED, UNKNOWN], [STORED])
    doubts.add([shipmentOf('a', 'b')], 0, 'no answer')
    await clock.advance(60_000)
    expect({ found, missing }).toEqual({ found: ['a', 'b'], missing: [] })
    expect(asked.map((each) => each.doubts.length)).toEqual([2, 1])
  })

  test('says once why nobody can tell, and shows it until somebody can', async () => {
    const { doubts, clock, log } = benchOf([UNKNOWN], [UNKNOWN], [UNKNOWN], [STORED])
    doubts.addEarlier([shipmentOf('a')])
    await clock.advance(0)
    expect(doubts.trouble).toMatchObject({ reason: 'index "i7" is closed: open it' })
    await clock.advance(60_000)
    expect(doubts.trouble).toBeUndefined()
    expect(log.lines.filter((line) => !line.includes('earlier run'))).toEqual([
      'warn Cannot tell, trying again: index "i7" is closed: open it',
      'info Can tell again',
    ])
  })

  test('never calls missing what it could not ask for', async () => {
    const error = new FlagshipError('SINK_UNAVAILABLE', 'no node answers')
    const { doubts, clock, found, missing, log } = benchOf(error, error, [STORED])
    doubts.add([shipmentOf('a')], 0, 'no answer')
    await clock.advance(60_000)
    expect({ found, missing }).toEqual({ found: ['a'], missing: [] })
    expect(log.lines).toEqual([
      'warn Cannot tell, trying again: no answer',
      'warn Cannot tell, trying again: no node answers',
      'info Can tell again',
    ])
  })

  test('takes too few findings for unknown', async () => {
    const { doubts, clock, missing } = benchOf([STORED])
    doubts.add([shipmentOf('a', 'b')], 0, 'no answer')
    await clock.advance(60_000)
    expect(missing).toEqual(['b'])
  })

  test('does not let an older doubt wait for a newer one', async () => {
    const { doubts, clock, asked } = benchOf()
    doubts.add([shipmentOf('a')], 5, 'no answer')
    doubts.add([shipmentOf('b')], 9, 'no answer')
    await clock.advance(0)
    expect(asked.map((each) => each.sinceMs)).toEqual([5, 9])
  })

  test('asks for a bounded number at once', async () => {
    const { doubts, clock, asked, missing } = benchOf()
    const many = Array.from({ length: 12 }, () => shipmentOf(...Array.from({ length: 1_000 }, (_, n) => `${n}`)))
    doubts.add(many, 0, 'no answer')
    await clock.advance(0)
    expect(asked.map((each) => each.doubts.length)).toEqual([5_000, 5_000, 2_000])
    expect(missing).toHaveLength(12_000)
  })

  test('says nothing of a document once it is stopped', async () => {
    const { doubts, clock, found, missing, stop } = benchOf([STORED])
    doubts.add([shipmentOf('a')], 0, 'no answer')
    stop.abort()
    await clock.advance(60_000)
    expect({ found, missing }).toEqual({ found: [], missing: [] })
  })

  test('passes on a bug', async () => {
    const { doubts } = benchOf(new TypeError('undefined is not a function'))
    doubts.add([shipmentOf('a')], 0, 'no answer')
    await expect(doubts.failed).rejects.toThrow(TypeError)
  })
})
