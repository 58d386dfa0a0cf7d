import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../ports.ts'
import { ServerProcess } from '../server-process.ts'
import { javaOf, type KafkaRelease, linesOf } from './recipe.ts'

const HEAP = '256m'
const IS_READY = /Kafka Server started/

/** The listeners that clients may have, by the names that Kafka gives to what they speak. */
export type ListenerName = 'PLAINTEXT' | 'SASL_SSL' | 'SSL'

/** How a node is to be. */
export interface NodeSetup {
  readonly release: KafkaRelease
  readonly installation: string
  /** Counted from 1. */
  readonly id: number
  readonly directory: string
  readonly clusterId: string
  readonly listeners: readonly ListenerName[]
  /** Of `server.properties`, over those of the node. */
  readonly settings: Readonly<Record<string, string>>
  /** More arguments for the tool that formats its storage. */
  readonly formatOptions: readonly string[]
  readonly otherDisk: string | undefined
  readonly stays: boolean
  readonly optimizes: boolean
}

/** One node of a cluster, broker and controller, on 127.0.0.1. */
export class KafkaNode {
  readonly process: ServerProcess
  readonly #setup: NodeSetup
  #ports: Readonly<Record<string, number>> = {}

  constructor(setup: NodeSetup) {
    this.#setup = setup
    mkdirSync(setup.directory)
    this.process = new ServerProcess({
      title: `node ${setup.id} of Kafka "${setup.release.version}"`,
      directory: setup.installation,
      logPath: join(setup.directory, 'server.log'),
      stays: setup.stays,
      command: () => this.#command(),
      // The port answers earlier, before the controller lets clients use the broker.
      isReady: (logSinceStart) => IS_READY.test(logSinceStart()),
    })
  }

  /** Who votes for this controller: `1@127.0.0.1:20001`. */
  get voter(): string {
    return `${this.#setup.id}@${this.#addressOf('CONTROLLER')}`
  }

  /** Where clients reach it: `127.0.0.1:20000`. */
  addressOf(listener: ListenerName): string {
    return this.#addressOf(listener)
  }

  /** Take other ports, and forget everything that was stored. */
  async layOut(): Promise<void> {
    for (const directory of this.#disks) rmSync(directory, { recursive: true, force: true })
    const ports: Record<string, number> = {}
    for (const name of [...this.#setup.listeners, 'CONTROLLER']) ports[name] = await freePort()
    this.#ports = ports
  }

  /** Write down how it is to be, among these voters, and start it. */
  async start(voters: readonly string[]): Promise<void> {
    const settings = { ...this.#settings(voters), ...this.#setup.settings }
    writeFileSync(this.#properties, linesOf(settings), { mode: 0o600 })
    await this.process.start()
  }

  get #storage(): string {
    return join(this.#setup.directory, 'data')
  }

  get #disks(): readonly string[] {
    const { otherDisk } = this.#setup
    return otherDisk === undefined ? [this.#storage] : [this.#storage, otherDisk]
  }

  get #properties(): string {
    return join(this.#setup.directory, 'server.properties')
  }

  #addressOf(listener: string): string {
    return `127.0.0.1:${this.#ports[listener] ?? 0}`
  }

  #command(): string[] {
    const { release, clusterId, formatOptions, optimizes } = this.#setup
    const compiler = optimizes ? [] : ['-XX:TieredStopAtLevel=1']
    const java = [...javaOf(release), `-Xms${HEAP}`, `-Xmx${HEAP}`, ...compiler]
    return [...java, 'Launch', this.#properties, this.#storage, clusterId, ...formatOptions]
  }

  #settings(voters: readonly string[]): Record<string, string> {
    const { id, listeners } = this.#setup
    const addresses = listeners.map((name) => `${name}://${this.#addressOf(name)}`)
    const replicas = String(voters.length)
    return {
      'process.roles': 'broker,controller',
      'node.id': String(id),
      'controller.quorum.voters': voters.join(','),
      'controller.listener.names': 'CONTROLLER',
      listeners: [...addresses, `CONTROLLER://${this.#addressOf('CONTROLLER')}`].join(','),
      'advertised.listeners': addresses.join(','),
      'listener.security.protocol.map': ['CONTROLLER:PLAINTEXT', ...listeners.map((name) => `${name}:${name}`)].join(
        ',',
      ),
      'inter.broker.listener.name': 'PLAINTEXT',
      'log.dirs': this.#disks.join(','),
      'auto.create.topics.enable': 'false',
      'default.replication.factor': replicas,
      'offsets.topic.replication.factor': replicas,
      'offsets.topic.num.partitions': replicas,
      'transaction.state.log.replication.factor': replicas,
      'transaction.state.log.num.partitions': replicas,
      'transaction.state.log.min.isr': voters.length > 1 ? '2' : '1',
      'group.initial.rebalance.delay.ms': '0',
      'log.cleaner.dedupe.buffer.size': '16777216',
      'num.network.threads': '2',
      'num.io.threads': '2',
      'background.threads': '2',
      // A killed node may come back only when its old session has ended: 9 s by default.
      'broker.session.timeout.ms': '4000',
      'broker.heartbeat.interval.ms': '500',
      // Lines of tests are as old as the tests: no look for what is past its time before the broker ends.
      'log.initial.task.delay.ms': '86400000',
    }
  }
}
