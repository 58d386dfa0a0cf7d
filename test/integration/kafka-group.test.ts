import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { KafkaCluster } from '../../src/clients/kafka/cluster.ts'
import { SYSTEM_CLOCK } from '../../src/clock.ts'
import type { Fetched, GroupListener, Partition } from '../../src/ingest/kafka/group.ts'
import { KafkaMember } from '../../src/ingest/kafka/member.ts'
import { describeKafka } from '../support/real-kafka.ts'
import { until } from '../support/agent-process.ts'
import { RecordedLog } from '../unit/fakes/recorded-log.ts'

const signal = new AbortController().signal
const MOST_TRIES = 20
let topicCount = 0

/** Keeps what a member is told. */
class Listener implements GroupListener {
  readonly formed: (readonly Partition[])[] = []
  readonly taken: Fetched[] = []
  readonly failures: string[] = []
  /** What `take` waits for. */
  gate: Promise<void> = Promise.resolve()

  joined(partitions: readonly Partition[]): void {
    this.formed.push(partitions)
  }

  failing({ message }: Error): void {
    this.failures.push(message)
  }

  async take(fetched: Fetched): Promise<void> {
    this.taken.push(fetched)
    await Promise.race([this.gate, aborted(fetched.signal)])
  }

  get texts(): string[] {
    return this.taken.flatMap(({ messages }) => messages.map(({ value }) => String(value)))
  }

  get partitions(): number[] {
    return (this.formed.at(-1) ?? []).map(({ partition }) => partition).sort((a, b) => a - b)
  }
}

/** Of all connections that are made from now on in this process; `cut`: the next heartbeat cuts its connection. */
function cutFirstHeartbeat(): { cut: boolean } {
  const state = { cut: false }
  const [heartbeatKey, keyOffset] = [12, 4]
  const onSocket = (message: unknown) => {
    const socket: unknown = Reflect.get(Object(message), 'socket')
    if (!(socket instanceof Socket)) return
    const write = socket.write.bind(socket)
    const cutting = (data: Buffer) => {
      if (!state.cut || data.readInt16BE(keyOffset) !== heartbeatKey) return write(data)
      state.cut = false
      socket.destroy(new Error('cut'))
      return false
    }
    const place = { value: cutting, writable: true, configurable: true }
    queueMicrotask(() => Object.defineProperty(socket, 'write', place)) // `connect` puts its own there
  }
  subscribe('net.client.socket', onSocket)
  onTestFinished(() => void unsubscribe('net.client.socket', onSocket))
  return state
}

async function aborted(aborting: AbortSignal): Promise<void> {
  if (aborting.aborted) return
  await new Promise((resolve) => aborting.addEventListener('abort', resolve))
}

async function benchOf(brokers: readonly string[], partitions: number) {
  const cluster = new KafkaCluster({ brokers, requestTimeoutMs: 10_000 }, SYSTEM_CLOCK, new RecordedLog())
  const topic = `lines-${++topicCount}`
  const admin = await cluster.admin()
  await admin.createTopics([{ topic, partitions, replicas: 1, config: {} }])
  await admin.close()
  const producer = await cluster.producer('zstd', topic, signal)
  onTestFinished(() => producer.close())
  const append = async (partition: number, ...texts: readonly string[]) => {
    const messages = texts.map((text) => ({
      key: text,
      value: Buffer.from(text),
      timeMs: 1_795_352_400_000,
      eventId: undefined,
      headers: { dataset: 'envoy.access' },
    }))
    await producer.partitionsOf(topic, signal)
    await producer.send([{ topic, partition, messages }], signal)
  }
  const member = async (listener: GroupListener) => {
    const options = { group: `group-${topic}`, topics: [topic], sessionTimeoutMs: 6_000 }
    const made = new KafkaMember({ consumer: () => cluster.consumer(options), clock: SYSTEM_CLOCK })
    onTestFinished(() => made.leave())
    // At the first group of all the brokers make the topic for offsets first.
    for (let tries = 1; ; tries += 1) {
      const failure = await made.join(listener).then(
        () => undefined,
        (error: unknown) => error,
      )
      if (failure === undefined) return made
      if (tries === MOST_TRIES) throw failure
    }
  }
  return { topic, append, member }
}

describeKafka('KafkaMember', (cluster) => {
  describe('alone in its group', () => {
    test('takes messages as they were written, and the group keeps what it is told', async () => {
      const { topic, append, member } = await benchOf(cluster().brokers, 1)
      await append(0, 'a', 'b')
      const listener = new Listener()
      const made = await member(listener)
      await until(
        async () => listener.texts.length === 2,
        () => listener.texts.join(' '),
      )
      expect(listener.taken[0]).toMatchObject({
        partition: { topic, partition: 0 },
        nextOffset: 2,
        endOffset: 2,
        messages: [
          { offset: 0, timeMs: 1_795_352_400_000, headers: { dataset: 'envoy.access' } },
          { offset: 1, key: Buffer.from('b') },
        ],
      })
      const partition = { topic, partition: 0 }
      expect(await made.position(partition)).toEqual({ offset: undefined, metadata: '' })
      await made.commit(new Map([[partition, { offset: 1, metadata: 'sent=9' }]]))
      await made.leave()
      const next = new Listener()
      const second = await member(next)
      expect(await second.position(partition)).toEqual({ offset: 1, metadata: 'sent=9' })
      await until(
        async () => next.texts.length === 1,
        () => next.texts.join(' '),
      )
      expect(next.texts).toEqual(['b'])
    })

    test('keeps its membership while a batch takes long', async () => {
      const { append, member } = await benchOf(cluster().brokers, 1)
      const listener = new Listener()
      const gate = Promise.withResolvers<void>()
      listener.gate = gate.promise
      await member(listener)
      await append(0, 'a')
      await until(
        async () => listener.texts.length === 1,
        () => 'a',
      )
      await append(0, 'b')
      gate.resolve()
      await until(
        async () => listener.texts.length === 2,
        () => 'b',
      )
      expect([listener.formed.length, listener.failures]).toEqual([1, []])
    })

    test('goes on as a member when a connection was cut in a heartbeat while it took a batch', async () => {
      const { append, member } = await benchOf(cluster().brokers, 1)
      const listener = new Listener()
      listener.gate = new Promise(() => {})
      const heartbeats = cutFirstHeartbeat()
      await member(listener)
      await append(0, 'a')
      await until(
        async () => listener.texts.length === 1,
        () => 'a',
      )
      heartbeats.cut = true
      await until(
        async () => listener.texts.length === 2,
        () => `${listener.failures.join('\n')} ${listener.formed.length}`,
      )
      expect(listener.taken[1]?.signal.aborted).toBe(false)
      expect([listener.texts, listener.formed.length, listener.failures]).toEqual([['a', 'a'], 1, []])
    })

    test('refuses to say that it committed when it is paused and gone', async () => {
      const { topic, member } = await benchOf(cluster().brokers, 1)
      const made = await member(new Listener())
      await made.leave()
      const positions = new Map([
        [
          { topic, partition: 0 },
          { offset: 1, metadata: '' },
        ],
      ])
      await expect(made.commit(positions)).rejects.toThrow('there is no connection to the group')
    })
  })

  test('shares partitions with another, and takes them back when that leaves', async () => {
    const { append, member } = await benchOf(cluster().brokers, 2)
    const [first, second] = [new Listener(), new Listener()]
    await member(first)
    expect(first.partitions).toEqual([0, 1])
    const other = await member(second)
    await until(
      async () => first.partitions.length === 1 && second.partitions.length === 1,
      () => JSON.stringify([first.formed, second.formed]),
    )
    await append(0, 'a')
    await append(1, 'b')
    await until(
      async () => first.texts.length + second.texts.length === 2,
      () => [...first.texts, ...second.texts].join(' '),
    )
    await other.leave()
    await until(
      async () => first.partitions.length === 2,
      () => JSON.stringify(first.formed),
    )
    expect(first.failures).toEqual([])
  })

  test('comes back by itself when the broker was killed', async () => {
    const { append, member } = await benchOf(cluster().brokers, 1)
    const listener = new Listener()
    await member(listener)
    await cluster().kill(1)
    await cluster().restart(1)
    await append(0, 'a')
    await until(
      async () => listener.texts.includes('a'),
      () => `${listener.failures.join('\n')} ${listener.formed.length}`,
      90_000,
    )
    expect(listener.failures).not.toEqual([])
  })
})
