import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { KafkaCluster } from '../../src/clients/kafka/cluster.ts'
import { SYSTEM_CLOCK } from '../../src/clock.ts'
import { inspectKafka } from '../../src/sinks/kafka/inspection.ts'
import { partitionOf } from '../../src/sinks/kafka/partition.ts'
import { unsignedToken } from '../services/kafka/security.ts'
import { until } from '../support/agent-process.ts'
import { allow } from '../support/kafka-admin.ts'
import { distinctIds, kafkaConfig, kinds, newTopic, testedSink, untilAccepted } from '../support/kafka-sink.ts'
import { administer, createTopics, readTopic } from '../support/kafka-topics.ts'
import { describeKafka } from '../support/real-kafka.ts'
import { scratch } from '../unit/fakes/scratch.ts'
import { opened, sinkContract } from '../unit/sinks/contract.ts'
import { batchNow, batchWith, never, textOf } from '../unit/sinks/kafka/bench.ts'

const textsIn = async (brokers: readonly string[], topic: string) =>
  (await readTopic(brokers, topic)).map(({ value }) => textOf(value))

const TLS = join(import.meta.dirname, '../fixtures/tls')
const copyOf = (path: string) => fileWith(readFileSync(path, 'utf8'))

function fileWith(text: string): string {
  const path = join(scratch(), 'secret')
  writeFileSync(path, text)
  return path
}

describeKafka('KafkaSink', (kafka) => {
  sinkContract('KafkaSink', async () => {
    const topic = newTopic()
    const { brokers } = kafka()
    await createTopics(brokers, [{ topic, numPartitions: 1 }])
    return {
      create: () => distinctIds(testedSink({ brokers, topics: { access: topic }, requestTimeoutMs: 5_000 }).sink),
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
    const outcomes = await sink.deliver(batchNow(...texts), never)
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
    const batch = batchNow('a')
    const [outcome] = await sink.deliver(batch, never)
    expect(outcome).toMatchObject({ kind: 'retry', reason: expect.stringContaining('flagship bootstrap kafka') })
    expect(outcome).toMatchObject({ reason: expect.stringContaining(`"${topic}"`) })
    await createTopics(brokers, [{ topic, numPartitions: 1 }])
    expect(kinds(await sink.deliver(batch, never))).toBe('accepted')
    expect(await textsIn(brokers, topic)).toEqual(['a'])
  })

  test('is inspected before it runs', async () => {
    const [present, absent] = [newTopic(), newTopic()]
    const { brokers } = kafka()
    const config = kafkaConfig({ brokers, topics: { access: present, log: present, unparsed: absent, loss: present } })
    await createTopics(brokers, [{ topic: present, numPartitions: 2, replicationFactor: 1 }])
    expect(await inspectKafka(config)).toEqual([
      {
        kind: 'weak',
        message: `topic "${present}" has 1 replica and min.insync.replicas 1: what is acknowledged may be lost with one broker`,
      },
      {
        kind: 'wrong',
        message: `Cannot find topic "${absent}": UNKNOWN_TOPIC_OR_PARTITION: it is not there; make it with \`flagship bootstrap kafka\``,
      },
    ])
  })

  test('uses partitions that are added, and those of a topic that is made anew with fewer', async () => {
    const topic = newTopic()
    const { brokers } = kafka()
    await createTopics(brokers, [{ topic, numPartitions: 3 }])
    const { sink } = testedSink({ brokers, topics: { access: topic } })
    await sink.open()
    expect(new Set((await sink.deliver(batchNow('a', 'b', 'c', 'd'), never)).map(({ kind }) => kind)).size).toBe(1)
    await administer(brokers, async (admin) => {
      await admin.deleteTopics({ topics: [topic] })
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1 }] })
    })
    await untilAccepted(sink, batchNow('e', 'f', 'g', 'h'))
    expect([...new Set(await textsIn(brokers, topic))].sort()).toEqual(['e', 'f', 'g', 'h'])
  })

  test('stores once what was in doubt over a kill -9 of the broker', async () => {
    const topic = newTopic()
    const { brokers } = kafka()
    await createTopics(brokers, [{ topic, numPartitions: 3 }])
    const tested = testedSink({ brokers, topics: { access: topic }, requestTimeoutMs: 2_000 })
    await opened(tested.sink)
    const sent: string[] = []
    const killing = new Promise((resolve) => setTimeout(resolve, 300)).then(async () => {
      await kafka().kill()
      await kafka().restart()
    })
    for (let round = 0; round < 200; round += 1) {
      const texts = Array.from({ length: 20 }, (_, index) => `${round}-${index}`)
      sent.push(...texts)
      await untilAccepted(tested.sink, batchNow(...texts))
    }
    await killing
    const read = await textsIn(kafka().brokers, topic)
    expect(read.length - new Set(read).size).toBe(0)
    expect([...read].sort()).toEqual([...sent].sort())
    expect(tested.possiblyDoubled).toBe(0)
  })

  test.for([
    ['of today', 0, 0],
    ['two days old, whose producer brokers have forgotten', 172_800_000, 2],
  ] as const)('counts lines %s that may stand twice, in doubt over a restart', async ([, ageMs, doubled]) => {
    const topic = newTopic()
    const { brokers } = kafka()
    await createTopics(brokers, [{ topic, numPartitions: 1 }])
    const tested = testedSink({ brokers, topics: { access: topic }, requestTimeoutMs: 5_000 })
    await opened(tested.sink)
    const timeMs = Date.now() - ageMs
    await untilAccepted(tested.sink, batchWith({ text: 'before', timeMs }))
    const batch = batchWith({ text: 'a', timeMs }, { text: 'b', timeMs })
    kafka().freeze()
    expect(kinds(await tested.sink.deliver(batch, never))).toBe('in_doubt in_doubt')
    kafka().thaw()
    const isStored = async () => (await textsIn(brokers, topic)).length === 3
    await until(isStored, () => 'what it was sent is not stored', 60_000)
    await kafka().kill()
    await kafka().restart()
    await untilAccepted(tested.sink, batch)
    expect((await textsIn(brokers, topic)).length).toBe(3 + doubled)
    expect(tested.possiblyDoubled).toBe(doubled)
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
    test.for(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const)(
      'logs in by %s, with a secret that comes later',
      async (mechanism) => {
        const { security, saslBrokers } = secured()
        const topic = newTopic()
        await createTopics(kafka().brokers, [{ topic, numPartitions: 1 }])
        const secretFile = fileWith('wrong')
        const { username, password } = security.admin
        const { sink } = testedSink({
          brokers: saslBrokers,
          topics: { access: topic },
          tls: { caFile: security.caFile },
          sasl: {
            mechanism,
            ...(mechanism === 'OAUTHBEARER' ? { tokenFile: secretFile } : { username, passwordFile: secretFile }),
          },
        })
        await expect(sink.open()).rejects.toThrow('the login is refused, look at `sasl`')
        writeFileSync(secretFile, mechanism === 'OAUTHBEARER' ? unsignedToken(username) : password)
        await sink.open()
        expect(kinds(await sink.deliver(batchNow('a'), never))).toBe('accepted')
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
      ['no TLS', {}, 'a listener that speaks another protocol does so without a word, look at `tls`'],
    ] as const)('names %s', async ([, settings, message]) => {
      const { sink } = testedSink({ brokers: secured().saslBrokers, ...settings, requestTimeoutMs: 8_000 })
      await expect(sink.open()).rejects.toThrow(message)
    })

    test('names a port where nobody is', async () => {
      const { sink } = testedSink({ brokers: ['127.0.0.1:1'], requestTimeoutMs: 3_000 })
      await expect(sink.open()).rejects.toThrow('Cannot reach Kafka "127.0.0.1:1"')
    })

    // The last one: the cluster keeps the other secrets.
    test('logs in with what its files hold by then when a broker comes back with other secrets', async () => {
      const { security, saslBrokers, tlsBrokers } = secured()
      const { caFile, certificateFile, keyFile, admin } = security
      const topic = newTopic()
      await createTopics(kafka().brokers, [{ topic, numPartitions: 1 }])
      await allow(kafka().brokers, 'User:agent', ['TOPIC', topic], ['WRITE', 'DESCRIBE'])
      await allow(kafka().brokers, 'User:other-agent', ['TOPIC', topic], ['WRITE', 'DESCRIBE'])
      const files = { ca: copyOf(caFile), certificate: copyOf(certificateFile), key: copyOf(keyFile) }
      const passwordFile = fileWith(admin.password)
      const common = { topics: { access: topic }, requestTimeoutMs: 10_000 }
      const sasl = { mechanism: 'PLAIN', username: admin.username, passwordFile } as const
      const sinks = [
        testedSink({ ...common, brokers: saslBrokers, tls: { caFile: files.ca }, sasl }),
        testedSink({
          ...common,
          brokers: tlsBrokers,
          tls: { caFile: files.ca, certificateFile: files.certificate, keyFile: files.key },
        }),
      ].map(({ sink }) => sink)
      for (const sink of sinks) await sink.open()
      const deliver = async (text: string) => Promise.all(sinks.map((sink) => sink.deliver(batchNow(text), never)))
      expect((await deliver('before')).map(kinds)).toEqual(['accepted', 'accepted'])

      const [password, home] = ['another', kafka().home]
      const properties = join(home, 'node-1', 'server.properties')
      const settings = readFileSync(properties, 'utf8').replaceAll(`="${admin.password}"`, `="${password}"`)
      writeFileSync(properties, settings.replaceAll(caFile, join(TLS, 'other-ca.crt')))
      const pem = (name: string) => readFileSync(join(TLS, name), 'utf8')
      writeFileSync(join(home, 'node.pem'), pem('other-node.key') + pem('other-node.crt'))
      await kafka().restart()
      const refused = await deliver('after')
      expect(refused.flat().map(({ kind }) => kind)).not.toContain('accepted')
      writeFileSync(passwordFile, password)
      writeFileSync(files.ca, pem('other-ca.crt'))
      writeFileSync(files.certificate, pem('other-agent.crt'))
      writeFileSync(files.key, pem('other-agent.key'))
      await until(
        async () => (await deliver('after')).every((outcomes) => kinds(outcomes) === 'accepted'),
        () => 'it does not log in',
        30_000,
      )
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
