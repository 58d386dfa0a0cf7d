import { describe, expect, onTestFinished, test } from 'vitest'
import { FlagshipError } from '../../../../src/errors.ts'
import type { LinesRequest } from '../../../../src/ingest/http/server.ts'
import { ACCEPTED, MISSING, type Outcome, type Sink, STORED } from '../../../../src/sinks/sink.ts'
import { Waits } from '../../../../src/pipeline/waits.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { requestOf, startTaker } from './request-bench.ts'

type Offer = { readonly ids: readonly string[]; readonly answer: (outcomes?: readonly Outcome[]) => void }

/** A sink that answers when it is told to. */
function heldSink(open: () => Promise<void>, lookup: Sink['lookup']) {
  const offers: Offer[] = []
  const sink: Sink = {
    name: 'search',
    concurrency: 4,
    regroups: true,
    lookup,
    open,
    deliver: ({ segments }, signal) => {
      const ids = segments.flatMap((segment) => segment.ids)
      return new Promise((resolve) => {
        offers.push({ ids, answer: (outcomes = ids.map(() => ACCEPTED)) => resolve(outcomes) })
        signal.addEventListener('abort', () => resolve([]))
      })
    },
    close: async () => {},
  }
  return { sink, offers }
}

async function benchOf({
  open = async () => {},
  lookup,
  unknown = new Set(),
}: {
  readonly open?: () => Promise<void>
  readonly lookup?: Sink['lookup']
  readonly unknown?: ReadonlySet<string>
} = {}) {
  const clock = new ManualClock()
  const news = { waitMs: 2_000, awaits: ({ ip }: { ip: string }) => unknown.has(ip) }
  const waits = new Waits(news, clock, { waited: () => {}, gaveUp: () => {} })
  const { sink, offers } = heldSink(open, lookup)
  const { agent, taker, buried, isClosed } = startTaker(sink, clock, { waits })
  onTestFinished(() => clock.drive(agent.stop(0)))
  await clock.advance(1)
  /** What a request was answered with; undefined until then. */
  const take = (request: LinesRequest) => {
    const taken: { answer: string | undefined } = { answer: undefined }
    void taker.take(request).then((answer) => (taken.answer = answer))
    return taken
  }
  return { clock, agent, taker, offers, buried, isClosed, take, offered: () => offers.flatMap(({ ids }) => ids) }
}

describe('RequestIntake', () => {
  test('holds a request with an unknown pod address until there is news of it; others go on', async () => {
    const unknown = new Set(['10.0.0.9', '10.0.0.8'])
    const { clock, offered, take } = await benchOf({ unknown })
    take(requestOf(['10.0.0.9 one']))
    take(requestOf(['10.0.0.8 two']))
    take(requestOf(['three']))
    await clock.advance(100)
    expect(offered()).toEqual(['three'])
    unknown.delete('10.0.0.9')
    await clock.advance(200)
    expect(offered()).toEqual(['three', '10.0.0.9 one'])
    await clock.advance(2_000)
    expect(offered()).toEqual(['three', '10.0.0.9 one', '10.0.0.8 two'])
  })

  test('holds nothing any longer when it stops', async () => {
    const { clock, agent, offered, take } = await benchOf({ unknown: new Set(['10.0.0.9']) })
    take(requestOf(['10.0.0.9 one']))
    await clock.advance(100)
    const stopped = agent.stop(500)
    await clock.advance(100)
    expect(offered()).toEqual(['10.0.0.9 one'])
    await clock.drive(stopped)
  })

  test('answers a request when the sink has answered for every line of it', async () => {
    const { clock, offers, take } = await benchOf()
    const long = Array.from({ length: 25 }, (_, index) => `line ${index}`) // two batches of bytes, one request
    const first = take(requestOf(['a:1', 'b:1']))
    const second = take(requestOf(long))
    await clock.advance(100)
    expect(offers.flatMap(({ ids }) => ids)).toHaveLength(27)
    expect([first.answer, second.answer]).toEqual([undefined, undefined])
    for (const { answer } of offers) {
      expect(second.answer).toBe(undefined)
      answer()
      await clock.advance(1)
    }
    expect([first.answer, second.answer]).toEqual(['answered', 'answered'])
  })

  test('answers at once where nothing is to be stored', async () => {
    const { clock, take, offered } = await benchOf()
    const answers = [take(requestOf([])), take(requestOf(['dropped by its level']))]
    await clock.advance(1)
    expect(answers.map(({ answer }) => answer)).toEqual(['answered', 'answered'])
    expect(offered()).toEqual([])
  })

  test('offers again what the sink could not take, and answers then', async () => {
    const { clock, offers, take } = await benchOf()
    const taken = take(requestOf(['a:1', 'b:1']))
    await clock.advance(100)
    offers[0]?.answer([ACCEPTED, { kind: 'retry', reason: 'busy' }])
    await clock.advance(1_000)
    expect([taken.answer, offers[1]?.ids]).toEqual([undefined, ['b:1']])
    offers[1]?.answer()
    await clock.advance(1)
    expect(taken.answer).toBe('answered')
  })

  test('answers when what was refused is in the dead letter', async () => {
    const { clock, offers, take, buried } = await benchOf()
    const taken = take(requestOf(['a', 'b']))
    await clock.advance(100)
    offers[0]?.answer([ACCEPTED, { kind: 'refused', reason: 'no mapping' }])
    await clock.advance(1)
    expect([taken.answer, buried]).toEqual(['answered', ['b']])
  })

  test('answers when what was in doubt is found, or was sent once more', async () => {
    const lookup = {
      mark: () => '',
      find: async (doubts: readonly { readonly id: string }[]) =>
        doubts.map(({ id }) => (id === 'a' ? STORED : MISSING)),
    }
    const { clock, offers, take } = await benchOf({ lookup })
    const taken = take(requestOf(['a', 'b']))
    await clock.advance(100)
    offers[0]?.answer(['a', 'b'].map(() => ({ kind: 'in_doubt', reason: 'lost' })))
    await clock.advance(1_000)
    expect([taken.answer, offers[1]?.ids]).toEqual([undefined, ['b']])
    offers[1]?.answer()
    await clock.advance(1)
    expect(taken.answer).toBe('answered')
  })

  test('gives a request that comes again the answer of the first one, before and after it is known', async () => {
    const { clock, offers, take, offered } = await benchOf()
    const answers = [take(requestOf(['a'])), take(requestOf(['a']))]
    await clock.advance(100)
    expect(answers.map(({ answer }) => answer)).toEqual([undefined, undefined])
    offers[0]?.answer()
    await clock.advance(1)
    answers.push(take(requestOf(['a'])))
    await clock.advance(100)
    expect(answers.map(({ answer }) => answer)).toEqual(['answered', 'answered', 'answered'])
    expect(offered()).toEqual(['a'])
  })

  test('tells requests apart by their key, and by their bytes', async () => {
    const { clock, take, offered } = await benchOf()
    for (const request of [requestOf(['a']), requestOf(['a'], 'k'), requestOf(['a'], 'l'), requestOf(['b'], 'l')])
      take(request)
    await clock.advance(100)
    expect(offered()).toEqual(['a', 'a', 'a', 'b'])
  })

  test('has no room while too much waits for an answer, counting what is on its way in', async () => {
    const { clock, taker, offers, take } = await benchOf()
    expect([taker.refusalOf(1_000), taker.refusalOf(1_001)]).toEqual([undefined, 'full'])
    take(requestOf(['a'.repeat(491)])) // 500 bytes with what is around it
    expect([taker.refusalOf(500), taker.refusalOf(501)]).toEqual([undefined, 'full'])
    await clock.advance(100)
    offers[0]?.answer()
    await clock.advance(1)
    expect(taker.refusalOf(1_000)).toBe(undefined)
  })

  test('is closed until the sink is open', async () => {
    let isUp = false
    const open = async () => {
      if (!isUp) throw new FlagshipError('SINK_UNAVAILABLE', 'down')
    }
    const { clock, taker } = await benchOf({ open })
    expect(taker.refusalOf(0)).toBe('closed')
    isUp = true
    await clock.advance(1_000)
    expect(taker.refusalOf(0)).toBe(undefined)
  })

  test('is closed from the stop on, and answers what the sink answers in time', async () => {
    const { clock, agent, taker, offers, take, isClosed } = await benchOf()
    const taken = take(requestOf(['a']))
    const stopping = agent.stop(5_000)
    await clock.advance(100)
    expect([taker.refusalOf(0), taken.answer, isClosed()]).toEqual(['closed', undefined, false])
    offers[0]?.answer()
    await clock.drive(stopping)
    expect([taken.answer, isClosed()]).toEqual(['answered', true])
  })

  test('tells who was not answered in time to come again', async () => {
    const { clock, agent, take } = await benchOf()
    const answers = [take(requestOf(['a'])), take(requestOf(['a']))]
    await clock.advance(100)
    await clock.drive(agent.stop(5_000))
    expect(answers.map(({ answer }) => answer)).toEqual(['closed', 'closed'])
  })
})
