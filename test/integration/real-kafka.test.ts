import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { Credentials } from '../services/ask.ts'
import { identityOf, isRunning, signalGroup } from '../services/process.ts'
import { until } from '../support/agent-process.ts'
import { allow, createTopic, leadersOf, type WrittenMessage, writeWithJava } from '../support/kafka-admin.ts'
import type { ClientSettings } from '../support/kafka-java.ts'
import { decodeWithJava, type ReadMessage, readWithJava } from '../support/kafka-readers.ts'
import { describeKafka, isKafkaLeftOut, type KafkaCluster, startKafka } from '../support/real-kafka.ts'

const TOPIC = 'envoy.access'
const SECURED = 'envoy.log'
/** ApiVersions, version 0, correlation 7, without a client id. */
const API_VERSIONS = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 255, 255])

const messages: WrittenMessage[] = Array.from({ length: 100 }, (_, at) => ({
  key: `key-${at}`,
  value: `{"message":"GÉT /${at}"}`,
  partition: at % 3,
  timestampMs: 1_795_000_000_000 + at,
  headers: { 'event-id': `id-${at}` },
}))

/** What was read, in the form of what was written, by key. */
function writtenForm(read: readonly ReadMessage[]): WrittenMessage[] {
  const written = read.map(({ key, value, partition, timestampMs, headers }) => ({
    key: String(key),
    value: String(value),
    partition,
    timestampMs,
    headers: Object.fromEntries(headers.map(([name, text]) => [name, String(text)])),
  }))
  return written.sort((a, b) => a.timestampMs - b.timestampMs)
}

function valuesOf(read: readonly ReadMessage[]): string[] {
  return read.map(({ value }) => String(value))
}

/** A connection to the only broker, over which it is asked which requests it knows. */
async function askApiVersions(cluster: KafkaCluster): Promise<Socket> {
  const [host = '', port = ''] = cluster.brokers[0]?.split(':') ?? []
  const socket = connect(Number(port), host)
  await once(socket, 'connect')
  socket.write(API_VERSIONS)
  return socket
}

const MODULES = {
  'SCRAM-SHA-256': 'scram.ScramLoginModule',
  'SCRAM-SHA-512': 'scram.ScramLoginModule',
  PLAIN: 'plain.PlainLoginModule',
  OAUTHBEARER: 'oauthbearer.OAuthBearerLoginModule',
} as const

/** How Java's client logs in. What it takes for OAUTHBEARER is a name, of which it makes a token that nobody has signed. */
function loginWith(
  mechanism: keyof typeof MODULES,
  { username, password }: Credentials,
  caFile: string,
): ClientSettings {
  const user =
    mechanism === 'OAUTHBEARER'
      ? `unsecuredLoginStringClaim_sub="${username}"`
      : `username="${username}" password="${password}"`
  return {
    'security.protocol': 'SASL_SSL',
    'sasl.mechanism': mechanism,
    'sasl.jaas.config': `org.apache.kafka.common.security.${MODULES[mechanism]} required ${user};`,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': caFile,
  }
}

describeKafka(
  'KafkaCluster',
  (cluster, major) => {
    const security = () => {
      const known = cluster().security
      if (known === undefined) throw new Error('it has been started without security')
      return known
    }
    const write = (settings: ClientSettings, brokers = cluster().saslBrokers) =>
      writeWithJava(brokers, SECURED, [{ value: 'x' }], { settings })

    test('says in its log which version it is', () => {
      expect(cluster().log()).toContain(`Kafka version: ${cluster().version}`)
      expect(cluster().version.startsWith(`${major}.`)).toBe(true)
    })

    test('keeps what it acknowledged when it is killed', async () => {
      const { brokers } = cluster()
      const { pid } = cluster().identity()
      await createTopic(brokers, TOPIC, 3)
      await writeWithJava(brokers, TOPIC, messages)
      await cluster().kill()
      await expect(askApiVersions(cluster())).rejects.toThrow('ECONNREFUSED')
      await cluster().restart()
      expect(cluster().brokers).toEqual(brokers)
      expect(cluster().identity().pid).not.toBe(pid)
      expect(writtenForm(await readWithJava(brokers, TOPIC))).toEqual(messages)
    })

    test('answers nothing while it is frozen', async () => {
      cluster().freeze()
      const socket = await askApiVersions(cluster())
      const answer = once(socket, 'data')
      expect(await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 500, 'silent'))])).toBe('silent')
      cluster().thaw()
      const [bytes]: Buffer[] = await answer
      expect(bytes?.readInt32BE(4)).toBe(7)
      socket.destroy()
    })

    test('shows an aborted transaction to those alone who read what is not committed', async () => {
      const { brokers } = cluster()
      const topic = 'envoy.transactions'
      await createTopic(brokers, topic)
      const settings = { 'transactional.id': 'node-1' }
      await writeWithJava(brokers, topic, [{ value: 'committed' }], { settings, transaction: 'commit' })
      await writeWithJava(brokers, topic, [{ value: 'aborted' }], { settings, transaction: 'abort' })
      expect(valuesOf(await readWithJava(brokers, topic))).toEqual(['committed', 'aborted'])
      expect(valuesOf(await readWithJava(brokers, topic, { isolation: 'read_committed' }))).toEqual(['committed'])
    })

    test('with a setting that it cannot read fails with the reason from its log', async () => {
      await expect(startKafka({ settings: { 'num.io.threads': 'many' } }, major)).rejects.toThrow(
        'Invalid value many for configuration num.io.threads',
      )
    })

    test('lets a user write what an ACL allows, and nobody who says a wrong password', async () => {
      const { shipper, caFile } = security()
      const stranger = { username: shipper.username, password: 'wrong' }
      await createTopic(cluster().brokers, SECURED)
      for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512', 'PLAIN'] as const)
        await expect(write(loginWith(mechanism, stranger, caFile))).rejects.toThrow('SaslAuthenticationException')
      for (const mechanism of ['PLAIN', 'OAUTHBEARER'] as const)
        await expect(write(loginWith(mechanism, shipper, caFile))).rejects.toThrow('TopicAuthorizationException')
      await allow(cluster().brokers, `User:${shipper.username}`, ['TOPIC', SECURED], ['WRITE', 'DESCRIBE'])
      for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512', 'PLAIN', 'OAUTHBEARER'] as const)
        await write(loginWith(mechanism, shipper, caFile))
      expect(await readWithJava(cluster().brokers, SECURED)).toHaveLength(4)
    })

    test('lets its admin do everything', async () => {
      const settings = loginWith('SCRAM-SHA-256', security().admin, security().caFile)
      expect(await readWithJava(cluster().saslBrokers, SECURED, { settings })).toHaveLength(4)
    })

    test('knows who has a certificate, and refuses who has none', async () => {
      const { caFile, certificateFile, keyFile } = security()
      const trust = {
        'security.protocol': 'SSL',
        'ssl.truststore.type': 'PEM',
        'ssl.truststore.location': caFile,
      }
      const settings = {
        ...trust,
        'ssl.keystore.type': 'PEM',
        'ssl.keystore.certificate.chain': readFileSync(certificateFile, 'utf8'),
        'ssl.keystore.key': readFileSync(keyFile, 'utf8'),
      }
      await expect(write(trust, cluster().tlsBrokers)).rejects.toThrow('SslAuthenticationException')
      await expect(write(settings, cluster().tlsBrokers)).rejects.toThrow('TopicAuthorizationException')
      await allow(cluster().brokers, 'User:agent', ['TOPIC', SECURED], ['WRITE', 'DESCRIBE'])
      await write(settings, cluster().tlsBrokers)
    })
  },
  { security: true },
)

describeKafka(
  'KafkaCluster of three nodes',
  (cluster) => {
    test('elects another leader when the leader is killed or frozen, and takes it back', async () => {
      const { brokers } = cluster()
      const settings = { acks: 'all', 'request.timeout.ms': '1000' }
      expect(brokers).toHaveLength(3)
      await createTopic(brokers, TOPIC, 1, { 'min.insync.replicas': '2' })
      const [first = 0] = await leadersOf(brokers, TOPIC)
      await writeWithJava(brokers, TOPIC, [{ value: 'before' }], { settings })
      await cluster().kill(first)
      await writeWithJava(brokers, TOPIC, [{ value: 'killed' }], { settings })
      const [second = 0] = await leadersOf(brokers, TOPIC)
      expect(second).not.toBe(first)
      await cluster().restart(first)
      cluster().freeze(second)
      const answering = brokers.filter((_, index) => index + 1 !== second)
      await writeWithJava(answering, TOPIC, [{ value: 'frozen' }], { settings })
      expect(await leadersOf(answering, TOPIC)).not.toEqual([second])
      cluster().thaw(second)
      expect(valuesOf(await readWithJava(brokers, TOPIC))).toEqual(['before', 'killed', 'frozen'])
    })
  },
  { nodes: 3, newestOnly: true },
)

describe.skipIf(isKafkaLeftOut())('decodeWithJava()', () => {
  const schema = JSON.stringify({
    type: 'record',
    name: 'R',
    fields: [
      { name: 'count', type: 'long' },
      { name: 'text', type: ['null', 'string'] },
    ],
  })

  test('decodes with the rules of Avro', async () => {
    const values = [Buffer.from([6, 2, 4, 0xc3, 0xa9]), Buffer.from([5, 0])]
    expect(await decodeWithJava(schema, values)).toEqual([
      { count: 3, text: 'é' },
      { count: -3, text: null },
    ])
  })

  test.for([
    ['has bytes after it', [6, 0, 0], 'there are bytes after the value'],
    ['is cut', [6, 2, 4, 0x61], 'EOFException'],
  ] as const)('refuses a value that %s', async ([, bytes, reason]) => {
    await expect(decodeWithJava(schema, [Buffer.from(bytes)])).rejects.toThrow(reason)
  })
})

describe.skipIf(isKafkaLeftOut())('KafkaCluster of a process', () => {
  const STARTER = `
    import { installationPath } from './test/services/cache.ts'
    import { KAFKA_RELEASES, kafkaRecipe } from './test/services/kafka/recipe.ts'
    import { KafkaCluster } from './test/services/kafka/cluster.ts'
    const path = installationPath(kafkaRecipe(KAFKA_RELEASES[4]))
    const cluster = await KafkaCluster.start(KAFKA_RELEASES[4], path)
    process.stdout.write(JSON.stringify({ pid: cluster.identity().pid, home: cluster.home }))`

  test('ends when that process is killed, although it is frozen', async () => {
    const starter = spawn(process.execPath, ['--input-type=module-typescript', '--eval', STARTER], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [said] = await once(starter.stdout, 'data')
    const { pid, home }: { pid: number; home: string } = JSON.parse(String(said))
    const identity = identityOf(pid)
    if (identity === undefined) throw new Error('it has not been started')
    signalGroup(pid, 'SIGSTOP')
    starter.kill('SIGKILL')
    await until(
      () => !isRunning(identity),
      () => `node ${pid} ends`,
      60_000,
    )
    expect(isRunning(identity)).toBe(false)
    rmSync(home, { recursive: true })
  })
})
