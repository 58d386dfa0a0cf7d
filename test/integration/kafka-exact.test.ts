import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { ExactKafkaSink } from '../../src/sinks/kafka/exact-sink.ts'
import { ExactPlace, recovered } from '../support/kafka-exact.ts'
import { kinds } from '../support/kafka-sink.ts'
import { describeKafka } from '../support/real-kafka.ts'
import { batchOfTexts } from '../unit/fakes/batches.ts'

const SIGNAL = new AbortController().signal
const LARGE = 'x'.repeat(20_000)

/** With a time so short that brokers may end it at any moment on a slow machine. */
async function begun(sink: ExactKafkaSink): Promise<void> {
  await recovered(sink)
  try {
    await sink.deliver(batchOfTexts(['open']), SIGNAL)
  } catch (error) {
    expect(error).toMatchObject({ code: 'TRANSACTION_LOST' })
    await begun(sink)
  }
}

describeKafka('a Kafka sink with transactions', (cluster) => {
  const open = () => ExactPlace.open(cluster().brokers)

  test('shows documents and cursor with the commit, and neither without', async () => {
    const place = await open()
    const one = place.sink()
    expect(await recovered(one)).toBe(undefined)
    expect(kinds(await one.deliver(batchOfTexts(['a', 'b', 'c']), SIGNAL))).toBe('accepted accepted accepted')
    await one.commit(
      new Map<string, unknown>([
        ['at f', { prefixBytes: 3 }],
        ['gone', 1],
      ]),
    )
    await one.deliver(batchOfTexts(['d']), SIGNAL)
    await one.commit(new Map([['gone', undefined]]))
    await one.deliver(batchOfTexts(['open']), SIGNAL)
    const two = place.sink()
    expect(await recovered(two)).toEqual(new Map([['at f', { prefixBytes: 3 }]]))
    expect((await place.committed()).sort()).toEqual(['a', 'b', 'c', 'd'].map((n) => `{"n":"${n}"}`))
  })

  test('halves what is too large within the transaction, and buries the one, unless it is too large for that, too', async () => {
    const place = await open()
    const one = place.sink()
    await recovered(one)
    const outcomes = await one.deliver(batchOfTexts(['a', 'b', LARGE, 'c', 'd', 'e']), SIGNAL)
    expect(kinds(outcomes)).toBe('accepted accepted refused accepted accepted accepted')
    const [small, large] = [
      { id: 's', line: Buffer.from('small') },
      { id: 'l', line: Buffer.from(LARGE) },
    ]
    expect(await one.bury([small, large], SIGNAL)).toEqual([large])
    await one.commit(new Map([['at f', 1]]))
    expect((await place.committed()).sort()).toEqual(['a', 'b', 'c', 'd', 'e'].map((n) => `{"n":"${n}"}`))
    expect(await place.committed(place.deadLetterTopic)).toEqual(['small'])
  })

  test('is shut out by another one of its name, and not by one of another', async () => {
    const place = await open()
    const [one, other] = [place.sink(), place.sink('other')]
    await recovered(one)
    await recovered(other)
    await one.commit(new Map([['a', 1]]))
    const two = place.sink()
    expect(await recovered(two)).toEqual(new Map([['a', 1]]))
    await expect(one.deliver(batchOfTexts(['late']), SIGNAL)).rejects.toMatchObject({ code: 'SINK_FENCED' })
    await expect(one.commit(new Map([['a', 2]]))).rejects.toMatchObject({ code: 'SINK_FENCED' })
    await two.commit(new Map([['b', 1]]))
    await other.commit(new Map([['c', 1]]))
    expect(await recovered(other)).toEqual(new Map([['c', 1]]))
    expect(await recovered(two)).toEqual(
      new Map([
        ['a', 1],
        ['b', 1],
      ]),
    )
  })

  describe('whose transaction is so old that brokers may have ended it', () => {
    const [timeoutMs, openMs] = [1_000, 1_100]

    async function old() {
      const place = await open()
      const one = place.sink('n', timeoutMs)
      await begun(one)
      await sleep(openMs)
      const write = () => one.deliver(batchOfTexts(['late']), SIGNAL)
      return { place, one, write }
    }

    test('goes on where nobody else has taken over', async () => {
      const { place, one, write } = await old()
      await place.outdate()
      await expect(write()).rejects.toMatchObject({ code: 'TRANSACTION_LOST' })
      expect(await recovered(one)).toBe(undefined)
      expect(kinds(await write())).toBe('accepted')
    })

    test('ends where another one has, and that goes on', async () => {
      const { place, one, write } = await old()
      const two = place.sink()
      await recovered(two)
      await expect(write()).rejects.toMatchObject({ code: 'TRANSACTION_LOST' })
      await expect(recovered(one)).rejects.toMatchObject({ code: 'SINK_FENCED' })
      expect(kinds(await two.deliver(batchOfTexts(['a']), SIGNAL))).toBe('accepted')
      await two.commit(new Map([['a', 1]]))
    })
  })
})
