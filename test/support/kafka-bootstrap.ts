import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { dispatch } from '../../src/cli/dispatch.ts'
import type { KafkaAdmin } from '../../src/clients/kafka/admin.ts'
import { KafkaCluster as Client, type KafkaOptions } from '../../src/clients/kafka/cluster.ts'
import { SYSTEM_CLOCK } from '../../src/clock.ts'
import type { KafkaCluster } from '../services/kafka/cluster.ts'
import { capturedIo } from '../unit/cli/captured-io.ts'
import { RecordedLog } from '../unit/fakes/recorded-log.ts'
import { Workplace } from './agent-process.ts'

const FIXTURES = join(import.meta.dirname, '../fixtures')
const signal = new AbortController().signal

/** What the command says to programs. */
export interface Reported {
  readonly objects: readonly { readonly id: string; readonly action: string }[]
  readonly notes: readonly string[]
}

/** A configuration with one Kafka sink, and `flagship bootstrap kafka` with it. */
export class Bootstrap {
  readonly workplace: Workplace
  readonly #brokers: readonly string[]

  constructor(brokers: readonly string[], atEnd: (clear: () => Promise<void>) => void) {
    this.#brokers = brokers
    this.workplace = new Workplace({}, atEnd)
    this.configure({})
  }

  /** `settings` goes over everything, entry by entry. */
  configure(sink: object, settings: object = {}): void {
    const stream = { type: 'kafka', brokers: this.#brokers, requestTimeoutMs: 10_000, ...sink }
    const enrich = { inventory: join(FIXTURES, 'recorded/cluster.json') }
    this.workplace.configure({ cluster: 'recorded', enrich, sinks: { stream }, ...settings })
  }

  file(name: string, text: string): string {
    const path = join(this.workplace.root, name)
    writeFileSync(path, text)
    return path
  }

  async run(...options: readonly string[]) {
    const { io, written } = capturedIo()
    return {
      code: await dispatch(['bootstrap', 'kafka', '--config', this.workplace.config, ...options], io),
      ...written,
    }
  }

  async json(...options: readonly string[]): Promise<Reported> {
    const { code, stdout, stderr } = await this.run(...options, '--json')
    if (code !== 0) throw new Error(stderr)
    const reported: Reported = JSON.parse(stdout)
    return reported
  }

  /** How many topics come to each action. */
  async counts(...options: readonly string[]): Promise<Readonly<Record<string, number>>> {
    const { objects } = await this.json(...options)
    const groups = Map.groupBy(objects, ({ action }) => action)
    return Object.fromEntries([...groups].map(([action, all]) => [action, all.length]))
  }
}

/** A client that waits no longer than 10 s. */
export function clientOf(options: Omit<KafkaOptions, 'requestTimeoutMs'>): Client {
  return new Client({ requestTimeoutMs: 10_000, ...options }, SYSTEM_CLOCK, new RecordedLog())
}

/** What bootstrap has and an administrator beside it, for all tests of a suite. */
export function benchOf(cluster: () => KafkaCluster, brokersOf: (cluster: KafkaCluster) => readonly string[]) {
  const clears: (() => Promise<void>)[] = []
  const bench: { bootstrap?: Bootstrap; admin?: KafkaAdmin } = {}
  beforeAll(async () => {
    bench.bootstrap = new Bootstrap(brokersOf(cluster()), (clear) => void clears.push(clear))
    bench.admin = await clientOf({ brokers: cluster().brokers }).admin()
  })
  afterAll(async () => {
    await bench.admin?.close()
    await Promise.all(clears.map((clear) => clear()))
  })
  return () => {
    if (bench.bootstrap === undefined || bench.admin === undefined) throw new Error('it is not there yet')
    return { bootstrap: bench.bootstrap, admin: bench.admin }
  }
}

/** Write one record as a client that may do so. */
export async function append(client: Client, topic: string, value = 'a'): Promise<void> {
  const producer = await client.producer('none', topic, signal)
  try {
    await producer.partitionsOf(topic, signal)
    const message = { key: 'k', value: Buffer.from(value), timeMs: Date.now(), eventId: undefined, headers: {} }
    await producer.send([{ topic, partition: 0, messages: [message] }], signal)
  } finally {
    producer.close()
  }
}
