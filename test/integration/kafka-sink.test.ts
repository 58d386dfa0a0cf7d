import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { KafkaCluster } from '../../src/clients/kafka.ts'
import { SYSTEM_CLOCK } from '../../src/clock.ts'
import { partitionOf } from '../../src/sinks/kafka/partition.ts'
import { distinctIds, kinds, newTopic, restOf, testedSink } from '../support/kafka-sink.ts'
import { administer, createTopics, readTopic } from '../support/kafka-topics.ts'
import { describeKafka } from '../support/real-kafka.ts'
import { scratch } from '../unit/fakes/scratch.ts'
import { sinkContract } from '../unit/sinks/contract.ts'
import { batchWith, never, textOf } from '../unit/sinks/kafka/bench.ts'

const textsIn = async (brokers: readonly string[], topic: string) =>
  (await readTopic(brokers, topic)).map(({ value }) => textOf(value))

describeKafka('KafkaSink', (kafka) => {
  sinkContract('KafkaSink', async () => {
    const topic = newTopic()
    const { brokers } = kafka()
    await createTopics(brokers, [{ topic, numPartitions: 1 }])
    return {
      create: () => distinctIds(testedSink({ brokers, topics: { access: topic }, requestTimeoutMs: 1_000 }).sink),
      stored: () => textsIn(brokers, topic),
      breakPlace: () => kafka().freeze(),
      mend: () => kafka().thaw(),
    }
  })

  test.for(['none', 'gzip', 'snappy', 'lz4', 'zstd'])('writes what others read: %s', async (compression) => {
    const topic = newTopic()
    const { brokers } = kafka()
    await createTopics(brokers, [{ topic, numPartitions: 4 }])
    const { sink } = testedSink({ brokers, topics: { access: topic }, compression })
    await sink.open()
    const texts = Array.from({ length: 40 }, (_, index) => `${index}`)
    const timeMs = Date.now() - 60_000
    const batch = batchWith(...texts.map((text) => ({ text, timeMs })))
    expect(new Set((await sink.deliver(batch, never)).map(({ kind }) => kind))).toEqual(new Set(['accepted']))
    const read = await readTopic(brokers, topic)
    expect(read.map(({ value }) => textOf(value)).sort()).toEqual([...texts].sort())
    for (const { partition, key, timestampMs, headers } of read) {
      expect(partition).toBe(partitionOf(key, 4))
      expect(timestampMs).toBe(timeMs)
      expect(headers).toMatchObject({ 'content-type': 'application/json', dataset: 'envoy.access' })
    }
  })

  test('refuses the one that is larger than max.message.bytes, and many small ones go in pieces', async () => {
    const topic = newTopic()
    const { brokers } = kafka()
    const configEntries = [{ name: 'max.message.bytes', value: '2000' }]
    await createTopics(brokers, [{ topic, numPartitions: 1, configEntries }])
    const { sink } = testedSink({ brokers, topics: { access: topic }, compression: 'none' })
    await sink.open()
    const texts = Array.from({ length: 30 }, (_, index) => (index === 17 ? 'x'.repeat(4_000) : `${index}`))
    const outcomes = await sink.deliver(batchWith(...texts), never)
    expect(outcomes.filter(({ kind }) => kind === 'accepted')).toHaveLength(29)
    expect(outcomes[17]).toMatchObject({
      kind: 'refused',
      reason: `MESSAGE_TOO_LARGE: it is larger than max.message.bytes of topic "${topic}"`,
    })
    expect(await textsIn(brokers, topic)).toEqual(texts.filter((_, index) => index !== 17))
  })

  test('waits for a topic that is not there, and names it', async () => {
    const topic = newTopic()
    const { brokers } = kafka()
    const { sink } = testedSink({ brokers, topics: { access: topic } })
    await sink.open()
    const batch = batchWith('a')
    const [outcome] = await sink.deliver(batch, never)
    expect(outcome).toMatchObject({ kind: 'retry', reason: expect.stringContaining('flagship bootstrap kafka') })
    expect(outcome).toMatchObject({ reason: expect.stringContaining(`"${topic}"`) })
    await createTopics(brokers, [{ topic, numPartitions: 1 }])
    expect(kinds(await sink.deliver(batch, never))).toBe('accepted')
    expect(await textsIn(brokers, topic)).toEqual(['a'])
  })

  test('uses partitions that are added, and those of a topic that is made anew with fewer', async () => {
    const topic = newTopic()
    const { brokers } = kafka()
    await createTopics(brokers, [{ topic, numPartitions: 3 }])
    const { sink } = testedSink({ brokers, topics: { access: topic } })
    await sink.open()
    expect(new Set((await sink.deliver(batchWith('a', 'b', 'c', 'd'), never)).map(({ kind }) => kind)).size).toBe(1)
    await administer(brokers, async (admin) => {
      await admin.deleteTopics({ topics: [topic] })
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1 }] })
    })
    let batch = batchWith('e', 'f', 'g', 'h')
    for (let attempt = 0; attempt < 20 && batch.documentCount > 0; attempt += 1)
      batch = restOf(batch, await sink.deliver(batch, never))
    expect([...new Set(await textsIn(brokers, topic))].sort()).toEqual(['e', 'f', 'g', 'h'])
  })

  test('stores once what was in doubt over a kill -9 of the broker', async () => {
    const topic = newTopic()
    const { brokers } = kafka()
    await createTopics(brokers, [{ topic, numPartitions: 3 }])
    const tested = testedSink({ brokers, topics: { access: topic }, requestTimeoutMs: 2_000 })
    await tested.sink.open()
    const sent: string[] = []
    const killing = new Promise((resolve) => setTimeout(resolve, 300)).then(async () => {
      await kafka().kill()
      await kafka().restart()
    })
    for (let round = 0; round < 200; round += 1) {
      const texts = Array.from({ length: 20 }, (_, index) => `${round}-${index}`)
      sent.push(...texts)
      let batch = batchWith(...texts)
      for (let attempt = 0; batch.documentCount > 0; attempt += 1) {
        if (attempt > 100) throw new Error('it comes to no end')
        if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 200))
        batch = restOf(batch, await tested.sink.deliver(batch, never))
      }
    }
    await killing
    const read = await textsIn(kafka().brokers, topic)
    expect(read.length - new Set(read).size).toBe(0)
    expect([...read].sort()).toEqual([...sent].sort())
    expect(tested.possiblyDoubled).toBe(0)
  })
})

describeKafka(
  'KafkaSink with security',
  (kafka) => {
    const secured = () => {
      const { security, saslBrokers, tlsBrokers } = kafka()
      if (security === undefined) throw new Error('started without security')
      return { security, saslBrokers, tlsBrokers }
    }
    const fileWith = (text: string) => {
      const path = join(scratch(), 'secret')
      writeFileSync(path, text)
      return path
    }

    test.for(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)(
      'logs in by %s, with a password that comes later',
      async (mechanism) => {
        const { security, saslBrokers } = secured()
        const topic = newTopic()
        await createTopics(kafka().brokers, [{ topic, numPartitions: 1 }])
        const passwordFile = fileWith('wrong')
        const { sink } = testedSink({
          brokers: saslBrokers,
          topics: { access: topic },
          tls: { caFile: security.caFile },
          sasl: { mechanism, username: security.admin.username, passwordFile },
        })
        await expect(sink.open()).rejects.toThrow('the login is refused, look at `sasl`')
        writeFileSync(passwordFile, security.admin.password)
        await sink.open()
        expect(kinds(await sink.deliver(batchWith('a'), never))).toBe('accepted')
      },
    )

    test('says which ACL is missing', async () => {
      const { security, saslBrokers } = secured()
      const topic = newTopic()
      await createTopics(kafka().brokers, [{ topic, numPartitions: 1 }])
      const { username, password } = security.shipper
      const { sink } = testedSink({
        brokers: saslBrokers,
        topics: { access: topic },
        tls: { caFile: security.caFile },
        sasl: { mechanism: 'SCRAM-SHA-256', username, passwordFile: fileWith(password) },
      })
      await expect(sink.open()).rejects.toThrow('CLUSTER_AUTHORIZATION_FAILED: the ACL is missing')
    })

    test('shows a certificate', async () => {
      const { security, tlsBrokers } = secured()
      const { caFile, certificateFile, keyFile } = security
      const { sink } = testedSink({ brokers: tlsBrokers, tls: { caFile, certificateFile, keyFile } })
      await expect(sink.open()).rejects.toThrow('CLUSTER_AUTHORIZATION_FAILED')
    })

    // biome-ignore format: a table, one row a case
    test.for([
      ['the wrong authority', { tls: {} }, 'its certificate is not trusted, look at `tls.caFile`'],
      ['no TLS', {}, 'it closed the connection; a listener that expects TLS or SASL does so without a word'],
    ] as const)('names %s', async ([, settings, message]) => {
      const { sink } = testedSink({ brokers: secured().saslBrokers, ...settings, requestTimeoutMs: 3_000 })
      await expect(sink.open()).rejects.toThrow(message)
    })

    test('names a port where nobody is', async () => {
      const { sink } = testedSink({ brokers: ['127.0.0.1:1'], requestTimeoutMs: 3_000 })
      await expect(sink.open()).rejects.toThrow('Cannot reach Kafka "127.0.0.1:1"')
    })
  },
  { security: true, newestOnly: true },
)

describe('KafkaCluster', () => {
  test('says nothing about timers of the past', async () => {
    const warnings: Error[] = []
    const listen = (warning: Error) => void warnings.push(warning)
    process.on('warning', listen)
    const logger = { info: () => {}, warn: () => {}, error: () => {} }
    expect(new KafkaCluster({ brokers: ['127.0.0.1:1'], requestTimeoutMs: 1_000 }, SYSTEM_CLOCK, logger)).toBeDefined()
    clearTimeout(setTimeout(() => {}, -1))
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', listen)
    expect(warnings).toEqual([])
  })
})
