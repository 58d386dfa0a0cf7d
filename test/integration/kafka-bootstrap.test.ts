import { cpSync, globSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { KafkaCluster as Client } from '../../src/clients/kafka/cluster.ts'
import type { KafkaCluster } from '../services/kafka/cluster.ts'
import { unsignedToken } from '../services/kafka/security.ts'
import { until } from '../support/agent-process.ts'
import { allow } from '../support/kafka-admin.ts'
import { append, benchOf, clientOf } from '../support/kafka-bootstrap.ts'
import { runWithKafkaTools } from '../support/kafka-tools.ts'
import { describeKafka, isKafkaLeftOut } from '../support/real-kafka.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures')
const TOPICS = ['envoy.access', 'envoy.log', 'envoy.unparsed', 'envoy.loss']
const PATIENCE = { timeout: 30_000, interval: 200 }

describeKafka(
  'flagship bootstrap kafka',
  (cluster) => {
    const bench = benchOf(cluster, ({ brokers }) => brokers)

    test('makes nothing where brokers are too few', async () => {
      const { bootstrap, admin } = bench()
      const few = await bootstrap.run()
      expect([few.code, few.stdout]).toEqual([78, ''])
      expect(few.stderr).toContain(
        'Cannot make topic "envoy.access" with 3 replicas: only 1 broker runs; start more, or give --replicas 1',
      )
      expect(await bootstrap.counts('--replicas', '1', '--dry-run')).toEqual({ create: 4 })
      for (const topic of TOPICS) expect(await admin.sizeOf(topic)).toBe(undefined)
    })

    test('makes topics once', async () => {
      const { bootstrap, admin } = bench()
      const first = await bootstrap.run('--replicas', '1', '--partitions', '4')
      expect([first.code, first.stderr]).toEqual([0, ''])
      expect(first.stdout).toMatch(/^created +topic +envoy.access\n/)
      expect(await admin.sizeOf('envoy.log')).toEqual({ partitions: 4, replicas: 1 })
      expect(await admin.configOf('envoy.log')).toMatchObject({
        'cleanup.policy': 'delete',
        'compression.type': 'producer',
        'max.message.bytes': '1048588',
        'message.timestamp.type': 'CreateTime',
        'min.insync.replicas': '1',
        'retention.ms': '604800000',
      })
      expect(await bootstrap.json()).toEqual({
        objects: TOPICS.map((id) => ({ kind: 'topic', id, action: 'unchanged' })),
        notes: [expect.stringMatching(/^envoy.access, envoy.log, .*: min.insync.replicas is 1: /)],
      })
    })

    test('shows what somebody has changed and brings it back; the settings of others stay', async () => {
      const { bootstrap, admin } = bench()
      const others = { 'segment.ms': '3600000', 'retention.ms': '1000000', 'max.message.bytes': '3000000' }
      await admin.changeConfig('envoy.access', { ...others, 'cleanup.policy': 'compact', 'min.insync.replicas': '2' })
      const { stdout } = await bootstrap.run('--diff')
      expect(stdout).toContain('\n    - config["min.insync.replicas"]: "2"\n    + config["min.insync.replicas"]: "1"\n')
      expect(await bootstrap.counts()).toEqual({ update: 1, unchanged: 3 })
      expect(await admin.configOf('envoy.access')).toMatchObject({ ...others, 'cleanup.policy': 'delete' })
      expect(await bootstrap.counts('--retention', '2d')).toEqual({ update: 4 })
      expect(await admin.configOf('envoy.access')).toMatchObject({ ...others, 'retention.ms': '172800000' })
      expect(await bootstrap.counts()).toEqual({ unchanged: 4 })
    })

    test('fits messages to the requests of the sink', async () => {
      const { bootstrap, admin } = bench()
      bootstrap.configure({ maxRequestBytes: 2_000_000 })
      expect(await bootstrap.counts()).toEqual({ update: 3, unchanged: 1 })
      bootstrap.configure({})
      expect(await admin.configOf('envoy.log')).toMatchObject({ 'max.message.bytes': '2080000' })
      expect(await bootstrap.counts()).toEqual({ unchanged: 4 })
    })

    test('grows when told, and never shrinks or moves', async () => {
      const { bootstrap, admin } = bench()
      const { objects, notes } = await bootstrap.json('--partitions', '6')
      expect(objects.map(({ action }) => action)).toEqual(TOPICS.map(() => 'update'))
      expect(notes[0]).toMatch(/with more partitions keys have others than before/)
      expect(await admin.sizeOf('envoy.loss')).toEqual({ partitions: 6, replicas: 1 })
      const fewer = await bootstrap.json('--partitions', '2', '--replicas', '3')
      expect(fewer.objects.map(({ action }) => action)).toEqual(TOPICS.map(() => 'unchanged'))
      expect(fewer.notes.join('\n')).toMatch(/they never become fewer[^]*kafka-reassign-partitions.sh/)
    })

    test('removes topics without records, and no others', async () => {
      const { bootstrap, admin } = bench()
      await append(clientOf({ brokers: cluster().brokers }), 'envoy.log')
      const dry = await bootstrap.run('--remove', '--dry-run')
      expect([dry.code, dry.stdout]).toEqual([
        0,
        expect.stringContaining('topic envoy.log would stay: it holds 1 record'),
      ])
      const { code, stderr } = await bootstrap.run('--remove')
      expect([code, stderr]).toEqual([
        78,
        expect.stringMatching(/Cannot remove topic "envoy.log": it holds 1 record, .*\nstop who writes, /),
      ])
      for (const topic of TOPICS)
        expect(await admin.sizeOf(topic)).toEqual(topic === 'envoy.log' ? { partitions: 6, replicas: 1 } : undefined)
      await admin.deleteTopic('envoy.log')
      expect(await bootstrap.counts('--remove')).toEqual({ absent: 4 })
    })
  },
  // Kafka's default: who only looks for a topic must not make it.
  { settings: { 'auto.create.topics.enable': 'true' } },
)

describeKafka(
  'flagship bootstrap kafka on three brokers',
  (cluster) => {
    const bench = benchOf(cluster, ({ brokers }) => brokers)

    test('has three replicas, two of them in sync', async () => {
      const { bootstrap, admin } = bench()
      expect(await bootstrap.json()).toEqual({
        objects: TOPICS.map((id) => ({ kind: 'topic', id, action: 'create' })),
        notes: [],
      })
      // Another broker may be asked, which hears of it a moment later.
      await expect.poll(() => admin.sizeOf('envoy.access'), PATIENCE).toEqual({ partitions: 12, replicas: 3 })
      await expect.poll(() => admin.configOf('envoy.access'), PATIENCE).toMatchObject({ 'min.insync.replicas': '2' })
    })

    test('warns where one broker less stops all writing', async () => {
      const { bootstrap, admin } = bench()
      await admin.changeConfig('envoy.log', { 'min.insync.replicas': '3' })
      await expect
        .poll(async () => (await bootstrap.json('--dry-run')).notes, PATIENCE)
        .toEqual([expect.stringMatching(/^envoy.log: .*as many as replicas/)])
    })
  },
  { nodes: 3, newestOnly: true },
)

describeKafka(
  'flagship bootstrap kafka with security',
  (cluster) => {
    const bench = benchOf(cluster, ({ saslBrokers }) => saslBrokers)

    function securityOf() {
      const { security } = cluster()
      if (security === undefined) throw new Error('this cluster has no security')
      return security
    }

    /** Options that say who bootstraps. */
    function as(who: 'admin' | 'shipper', password = securityOf()[who].password): string[] {
      const passwordFile = bench().bootstrap.file(`password-of-${who}`, password)
      return ['--username', who, '--password-file', passwordFile, '--ca-file', securityOf().caFile, '--replicas', '1']
    }

    /** The sink as somebody who has no right yet. */
    function sinkOf() {
      const { caFile, shipper } = securityOf()
      const passwordFile = bench().bootstrap.file('password-of-sink', shipper.password)
      return {
        tls: { caFile },
        sasl: { mechanism: 'SCRAM-SHA-512', username: shipper.username, passwordFile },
      } as const
    }

    test('says what does not let it in, and never comes in as the agent', async () => {
      const { bootstrap } = bench()
      bootstrap.configure(sinkOf())
      const otherCa = join(FIXTURES, 'tls/other-ca.crt')
      const nobody = await bootstrap.run()
      expect([nobody.code, nobody.stderr]).toEqual([
        78,
        expect.stringMatching(/Cannot read topic .* give --ca-file, --username/),
      ])
      const wrong = await bootstrap.run(...as('admin', 'no'))
      expect([wrong.code, wrong.stderr]).toEqual([78, expect.stringContaining('give --username and --password-file')])
      const stranger = await bootstrap.run(...as('admin'), '--ca-file', otherCa)
      expect([stranger.code, stranger.stderr]).toEqual([78, expect.stringContaining('is not trusted; give --ca-file')])
      const elsewhere = await bootstrap.run('--brokers', '127.0.0.1:1')
      expect([elsewhere.code, elsewhere.stderr]).toEqual([69, expect.stringContaining('give others with --brokers')])
    })

    const may = (operation: string) => allow(cluster().brokers, 'User:shipper', ['TOPIC', '*'], [operation])

    test.for(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)('comes in by %s', async (mechanism) => {
      expect(await bench().bootstrap.counts(...as('admin'), '--mechanism', mechanism, '--dry-run')).toEqual({
        create: 4,
      })
    })

    test('comes in with a token', async () => {
      const { bootstrap } = bench()
      const login = ['--token-file', bootstrap.file('token', unsignedToken('admin')), '--ca-file', securityOf().caFile]
      expect(await bootstrap.counts(...login, '--replicas', '1', '--dry-run')).toEqual({ create: 4 })
    })

    test('comes in with a certificate', async () => {
      const { certificateFile, keyFile } = securityOf()
      const login = [
        '--certificate-file',
        certificateFile,
        '--key-file',
        keyFile,
        '--brokers',
        cluster().tlsBrokers.join(','),
      ]
      const { code, stderr } = await bench().bootstrap.run(...login)
      expect([code, stderr]).toEqual([78, expect.stringContaining('it takes DESCRIBE on the topic')])
    })

    test('names each right that is missing, and works with the documented ones', async () => {
      const { bootstrap, admin } = bench()
      const refused = async (right: string, ...options: readonly string[]) => {
        const { code, stderr } = await bootstrap.run(...as('shipper'), ...options)
        expect([code, stderr]).toEqual([
          78,
          expect.stringMatching(new RegExp(`topic "envoy.access": it takes ${right} on the topic`)),
        ])
      }
      await refused('DESCRIBE')
      await may('DESCRIBE')
      await refused('CREATE')
      await may('CREATE')
      expect((await bootstrap.run(...as('shipper'))).stderr).toBe('')
      await refused('DESCRIBE_CONFIGS')
      await may('DESCRIBE_CONFIGS')
      expect(await bootstrap.counts(...as('shipper'))).toEqual({ unchanged: 4 })
      await refused('ALTER_CONFIGS', '--retention', '1d')
      await may('ALTER_CONFIGS')
      expect(await bootstrap.counts(...as('shipper'), '--retention', '1d')).toEqual({ update: 4 })
      await refused('ALTER', '--partitions', '13')
      await may('ALTER')
      expect(await bootstrap.counts(...as('shipper'), '--partitions', '13')).toEqual({ update: 4 })
      const removing = await bootstrap.run(...as('shipper'), '--remove')
      expect(removing.stderr).toContain('Cannot remove topic "envoy.loss": it takes DELETE on the topic')
      await may('DELETE')
      expect(await bootstrap.counts(...as('shipper'), '--remove')).toEqual({ remove: 4 })
      expect(await admin.sizeOf('envoy.access')).toBe(undefined)
    })
  },
  { security: true },
)

/** Kafka's own tool for ACLs comes with Kafka 3. */
describe.skipIf(isKafkaLeftOut(3))('flagship bootstrap kafka --output', () => {
  describeKafka('prints ACLs', (cluster) => suiteOfAcls(cluster), { security: true })
})

function suiteOfAcls(cluster: () => KafkaCluster): void {
  const bench = benchOf(cluster, ({ saslBrokers }) => saslBrokers)
  const count = globSync(join(FIXTURES, 'recorded/pods/*/*/*.log')).length

  /** Both start without any right. */
  function partiesOf() {
    const { saslBrokers, tlsBrokers, security } = cluster()
    if (security === undefined) throw new Error('this cluster has no security')
    const { caFile, certificateFile, keyFile, shipper } = security
    const passwordFile = bench().bootstrap.file('password-of-shipper', shipper.password)
    const sasl = { mechanism: 'SCRAM-SHA-512', username: shipper.username, passwordFile } as const
    const sink = { brokers: saslBrokers, tls: { caFile }, sasl }
    return {
      sink,
      writer: clientOf(sink),
      reader: clientOf({ brokers: tlsBrokers, tls: { caFile, certificateFile, keyFile } }),
    }
  }

  beforeAll(async () => {
    const { admin } = bench()
    const sizes = { partitions: 1, replicas: 1, config: {} }
    await admin.createTopics([...TOPICS, 'other'].map((topic) => ({ topic, ...sizes })))
  })

  test('that are needed', async () => {
    const { writer, reader } = partiesOf()
    await expect(append(writer, 'envoy.access')).rejects.toThrow('AUTHORIZATION_FAILED')
    await expect(consume(reader, 'readers')).rejects.toThrow(
      'Cannot join group "readers": TOPIC_AUTHORIZATION_FAILED: the ACL is missing that allows READ on a topic',
    )
  })

  test('that are enough for the agent and for a group', async () => {
    const { bootstrap, admin } = bench()
    const { sink, reader } = partiesOf()
    bootstrap.configure(sink)
    const directory = join(bootstrap.workplace.root, 'output')
    await bootstrap.run('--output', directory, '--reader', 'agent', '--group', 'readers')
    await runWithKafkaTools('sh acls-writer.sh && sh acls-reader.sh', cluster().brokers, directory)
    cpSync(join(FIXTURES, 'recorded/pods'), bootstrap.workplace.pods, { recursive: true })
    const agent = bootstrap.workplace.start()
    await agent.started
    await until(
      async () =>
        (await admin.recordCount('envoy.access')) > BigInt(count) && (await admin.recordCount('envoy.log')) > 0n,
      () => agent.stderr,
      60_000,
    )
    expect(await agent.stop(), agent.stderr).toBe(0)
    expect(agent.stderr).not.toMatch(/"level":"error"|Warning/)
    // At the first group of all the brokers make the topic for offsets first.
    await until(
      async () => (await consume(reader, 'readers')) > 0,
      () => 'it cannot read',
    )
  })

  test('that are enough for nothing else', async () => {
    const { writer, reader } = partiesOf()
    await expect(append(writer, 'other')).rejects.toThrow('AUTHORIZATION_FAILED')
    await expect(consume(writer, 'readers')).rejects.toThrow(groupIsMissing('readers'))
    await expect(append(reader, 'envoy.access')).rejects.toThrow('AUTHORIZATION_FAILED')
    await expect(consume(reader, 'others')).rejects.toThrow(groupIsMissing('others'))
    const admin = await writer.admin()
    onTestFinished(() => admin.close())
    const topic = { topic: 'new', partitions: 1, replicas: 1, config: {} }
    await expect(admin.createTopics([topic])).rejects.toThrow('AUTHORIZATION_FAILED')
    await expect(admin.configOf('envoy.access')).rejects.toThrow('AUTHORIZATION_FAILED')
    await expect(admin.deleteTopic('envoy.access')).rejects.toThrow('AUTHORIZATION_FAILED')
  })
}

function groupIsMissing(group: string): string {
  const state = 'GROUP_AUTHORIZATION_FAILED: the ACL is missing that allows READ on it'
  return `Cannot be in group "${group}": ${state}; \`flagship bootstrap kafka --output DIR\` writes down what it takes`
}

/** Join a group, take one batch of records and commit it; gives how many there were. */
async function consume(client: Client, group: string): Promise<number> {
  const consumer = await client.consumer({ group, topics: ['envoy.access'], sessionTimeoutMs: 6_000 })
  const taken = Promise.withResolvers<number>()
  taken.promise.catch(() => {})
  try {
    await consumer.start({
      joined() {},
      async take({ partition, messages }) {
        await consumer.commit([{ ...partition, offset: 1, metadata: '' }]).catch(taken.reject)
        taken.resolve(messages.length)
      },
      ended: taken.reject,
    })
    return await taken.promise
  } finally {
    await consumer.close()
  }
}
