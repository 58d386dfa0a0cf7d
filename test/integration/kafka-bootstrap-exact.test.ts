import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { SYSTEM_CLOCK } from '../../src/clock.ts'
import { reasonOf } from '../../src/errors.ts'
import { CURSOR_TOPIC } from '../../src/sinks/kafka/cursor-topic.ts'
import { ExactKafkaSink } from '../../src/sinks/kafka/exact-sink.ts'
import { inspectKafka } from '../../src/sinks/kafka/inspection.ts'
import type { KafkaCluster } from '../services/kafka/cluster.ts'
import { until } from '../support/agent-process.ts'
import { SHIPPED_COUNT } from '../support/delivered-tree.ts'
import { append, benchOf, clientOf } from '../support/kafka-bootstrap.ts'
import { readWithJava } from '../support/kafka-readers.ts'
import { kafkaConfig } from '../support/kafka-sink.ts'
import { runWithKafkaTools } from '../support/kafka-tools.ts'
import { describeKafka, isKafkaLeftOut } from '../support/real-kafka.ts'
import { batchOfTexts } from '../unit/fakes/batches.ts'
import { RecordedLog } from '../unit/fakes/recorded-log.ts'

const RECORDED = join(import.meta.dirname, '../fixtures/recorded')
const RECORDS = ['envoy.access', 'envoy.log', 'envoy.unparsed', 'envoy.loss']
const SIGNAL = new AbortController().signal
const EXACTLY_ONCE = { delivery: 'exactly_once' }
const IDENTITY = { cluster: 'recorded', node: 'node-a', sink: 'stream' }
const PATIENCE_MS = 60_000

/** What the files give the writer, in the order in which a start comes upon it, and what it says without. */
const RULES = [
  ['--topic envoy.access', /"envoy.access".*TOPIC_AUTHORIZATION_FAILED: the ACL is missing/],
  ['--topic envoy.cursor', /"envoy.cursor".*TOPIC_AUTHORIZATION_FAILED: the ACL is missing/],
  [
    '--transactional-id',
    /with transactional id "flagship\/recorded\/node-a\/stream": TRANSACTIONAL_ID_AUTHORIZATION_FAILED: the ACL is missing/,
  ],
  ['--group', /"envoy.cursor" in group "flagship.*: GROUP_AUTHORIZATION_FAILED: the ACL is missing/],
] as const

function exactSink(settings: object): ExactKafkaSink {
  const parts = { clock: SYSTEM_CLOCK, logger: new RecordedLog(), identity: IDENTITY }
  return new ExactKafkaSink('stream', kafkaConfig({ ...settings, ...EXACTLY_ONCE }), parts)
}

/** Why nothing can be written: what a start says, else what the first document does; undefined when it is stored. */
async function refusalOf(sink: ExactKafkaSink): Promise<string | undefined> {
  try {
    await sink.recover(SIGNAL)
    await sink.deliver(batchOfTexts(['a']), SIGNAL)
    await sink.commit(new Map([['file', 1]]))
    return undefined
  } catch (error) {
    return reasonOf(error)
  } finally {
    await sink.close()
  }
}

/** How many records a reader of committed ones sees. */
async function storedIn({ brokers }: KafkaCluster): Promise<number> {
  const read = (topic: string) => readWithJava(brokers, topic, { isolation: 'read_committed' })
  return (await Promise.all(RECORDS.map(read))).flat().length
}

/** Kafka's own tool for ACLs comes with Kafka 3. */
describe.skipIf(isKafkaLeftOut(3))('flagship bootstrap kafka for exactly_once and for groups', () => {
  describeKafka('with security', (cluster) => suiteOfRights(cluster), { security: true })
})

function suiteOfRights(cluster: () => KafkaCluster): void {
  const bench = benchOf(cluster, ({ saslBrokers }) => saslBrokers)

  /** Files with passwords, and options for who bootstraps. */
  function accessOf() {
    const { saslBrokers, security } = cluster()
    if (security === undefined) throw new Error('this cluster has no security')
    const { caFile, shipper, admin } = security
    const { bootstrap } = bench()
    const passwordFile = bootstrap.file('password-of-shipper', shipper.password)
    const asAdmin = ['--username', 'admin', '--password-file', bootstrap.file('password-of-admin', admin.password)]
    const sasl = { mechanism: 'SCRAM-SHA-512', username: shipper.username, passwordFile } as const
    return {
      client: { brokers: saslBrokers, tls: { caFile }, sasl },
      asAdmin: [...asAdmin, '--replicas', '1', '--partitions', '3'],
    }
  }

  test('makes the topics of exactly_once once, and cursors have a number of partitions of their own', async () => {
    const { bootstrap, admin } = bench()
    const { client, asAdmin } = accessOf()
    bootstrap.configure({ ...client, ...EXACTLY_ONCE }, { nodeName: IDENTITY.node })
    expect(await bootstrap.counts(...asAdmin)).toEqual({ create: 6 })
    expect(await admin.sizeOf('envoy.cursor')).toEqual({ partitions: CURSOR_TOPIC.partitions, replicas: 1 })
    expect(await admin.configOf('envoy.cursor')).toMatchObject({
      'cleanup.policy': 'compact,delete',
      'retention.ms': String(CURSOR_TOPIC.retentionMs),
      'segment.bytes': String(CURSOR_TOPIC.segmentBytes),
      'delete.retention.ms': String(CURSOR_TOPIC.deleteRetentionMs),
    })
    expect(await admin.configOf('envoy.dead_letter')).toMatchObject({ 'cleanup.policy': 'delete' })
    expect(await bootstrap.counts(...asAdmin)).toEqual({ unchanged: 6 })
    expect(await bootstrap.counts(...asAdmin, '--partitions', '60', '--dry-run')).toEqual({ update: 5, unchanged: 1 })
  })

  test('prints no right too many: each that is missing is named, and with all of them an agent works', async () => {
    const { bootstrap, admin } = bench()
    const { client } = accessOf()
    const directory = join(bootstrap.workplace.root, 'writer')
    await bootstrap.run('--output', directory)
    const grant = (rule: string) => {
      const choose = `{ grep -v '^allow --' acls-writer.sh; grep -- '^allow .*${rule}' acls-writer.sh; } > one.sh`
      return runWithKafkaTools(`${choose}; sh one.sh`, cluster().brokers, directory)
    }
    const patience = { timeout: PATIENCE_MS, interval: 100 }
    for (const [rule, refusal] of RULES) {
      await expect.poll(() => refusalOf(exactSink(client)), patience).toMatch(refusal)
      await grant(rule)
    }
    await expect.poll(() => refusalOf(exactSink(client)), patience).toBeUndefined()
    cpSync(join(RECORDED, 'pods'), bootstrap.workplace.pods, { recursive: true })
    for (let run = 1; run <= 2; run += 1) {
      const agent = bootstrap.workplace.start()
      await until(
        async () => agent.stderr.includes('read the cursor from Kafka') && (await storedIn(cluster())) > SHIPPED_COUNT,
        () => agent.stderr,
        PATIENCE_MS,
      )
      await agent.started
      expect(await agent.stop(), agent.stderr).toBe(0)
      expect(agent.stderr).not.toMatch(/AUTHORIZATION_FAILED|"level":"error"/)
    }
    expect(await storedIn(cluster())).toBe(SHIPPED_COUNT + 1)
    expect(await admin.recordCount('envoy.dead_letter')).toBe(0n)
    await append(clientOf(client), 'envoy.dead_letter')
    await expect(append(clientOf(client), 'other')).rejects.toThrow('AUTHORIZATION_FAILED')
  })

  test('gives a group a topic for its dead letters, and the rights of its member', async () => {
    const { bootstrap, admin } = bench()
    const { client, asAdmin } = accessOf()
    const { security, tlsBrokers, brokers } = cluster()
    if (security === undefined) throw new Error('this cluster has no security')
    const { caFile, certificateFile, keyFile } = security
    const member = { brokers: tlsBrokers, tls: { caFile, certificateFile, keyFile } }
    await append(clientOf({ brokers }), 'envoy.access')
    const source = { topics: ['envoy.access'], group: 'members', deadLetterTopic: 'dead' }
    const { output } = bootstrap.workplace
    const sinks = { copy: { type: 'file', path: output } }
    bootstrap.configure({}, { ingest: { kafka: { ...source, ...member } }, sinks })
    const elsewhere = ['--brokers', client.brokers.join(',')]
    expect(await bootstrap.json(...asAdmin, ...elsewhere)).toMatchObject({
      objects: [{ id: 'dead', action: 'create' }],
    })
    expect(await admin.sizeOf('dead')).toEqual({ partitions: 3, replicas: 1 })
    const agent = bootstrap.workplace.start()
    await until(
      () => /AUTHORIZATION_FAILED: the ACL is missing/.test(agent.stderr),
      () => agent.stderr,
      PATIENCE_MS,
    )
    const directory = join(bootstrap.workplace.root, 'reader')
    await bootstrap.run('--output', directory, '--reader', 'agent')
    await runWithKafkaTools('sh acls-reader.sh', brokers, directory)
    await until(
      () => bootstrap.workplace.countDocuments() > 0,
      () => agent.stderr,
      PATIENCE_MS,
    )
    expect(await agent.stop(), agent.stderr).toBe(0)
    await append(clientOf(member), 'dead')
    await expect(append(clientOf(member), 'envoy.access')).rejects.toThrow('AUTHORIZATION_FAILED')
  })
}

describeKafka(
  'the cursor topic of flagship bootstrap kafka',
  (cluster) => {
    const bench = benchOf(cluster, ({ brokers }) => brokers)

    test('is not what an agent wants where somebody has changed it', async () => {
      const { bootstrap, admin } = bench()
      const config = kafkaConfig({ brokers: cluster().brokers, ...EXACTLY_ONCE })
      bootstrap.configure(EXACTLY_ONCE, { nodeName: IDENTITY.node })
      await bootstrap.run('--replicas', '1')
      const complaints = async () =>
        (await inspectKafka(config)).map(({ message }) => message).filter((text) => text.includes('bootstrap'))
      expect(await complaints()).toEqual([])
      await admin.changeConfig('envoy.cursor', { 'cleanup.policy': 'delete', 'retention.ms': '86400000' })
      expect(await complaints()).toEqual([
        'topic "envoy.cursor" is not compacted: every start reads all of it; run `flagship bootstrap kafka`',
        expect.stringContaining('has retention.ms 86400000: agents may forget how far they are; run'),
      ])
      expect(await bootstrap.counts()).toEqual({ update: 1, unchanged: 5 })
      expect(await complaints()).toEqual([])
    })

    test('gives what was committed last after it was compacted', async () => {
      const { admin } = bench()
      const { brokers } = cluster()
      // Otherwise it takes 16 MiB: segments that end at once, and compaction of whatever there is.
      await admin.changeConfig('envoy.cursor', { 'segment.ms': '100', 'min.cleanable.dirty.ratio': '0.001' })
      const sink = exactSink({ brokers })
      await settled(() => sink.recover(SIGNAL))
      const commit = async (value: number) => {
        await sink.commit(
          new Map<string, unknown>([
            ['turning', value],
            ['still', value < 5 ? value : 4],
            ['gone', value < 5 ? value : undefined],
          ]),
        )
        await sleep(20)
      }
      for (let value = 1; value <= 100; value += 1) await commit(value)
      const count = async () => (await readWithJava(brokers, 'envoy.cursor')).length
      await expect.poll(count, { timeout: PATIENCE_MS, interval: 1_000 }).toBeLessThan(20)
      await sink.close()
      const next = exactSink({ brokers })
      expect(await settled(() => next.recover(SIGNAL))).toEqual(
        new Map([
          ['turning', 100],
          ['still', 4],
        ]),
      )
      await next.close()
    })
  },
  { settings: { 'log.cleaner.backoff.ms': '200' } },
)

async function settled<T>(call: () => Promise<T>, tries = 50): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (tries === 0) throw error
    await sleep(100)
    return settled(call, tries - 1)
  }
}
