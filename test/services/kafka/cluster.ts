import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startOnFreePorts } from '../ports.ts'
import type { ProcessIdentity } from '../process.ts'
import { KafkaNode, type ListenerName } from './node.ts'
import type { KafkaRelease } from './recipe.ts'
import { formatOptionsOf, type KafkaSecurity, newSecurity, securitySettings } from './security.ts'

/** How a cluster is to be. */
export interface KafkaOptions {
  readonly nodes?: 1 | 3
  /** With listeners for SASL over TLS and for client certificates, with ACLs, and with users. */
  readonly security?: boolean
  /** Settings of every node, over the defaults: `{ 'message.max.bytes': '10000' }`. */
  readonly settings?: Readonly<Record<string, string>>
  /** A directory on another disk, where the only node keeps partitions, too. */
  readonly otherDisk?: string
  /** Whether it goes on when this process ends. */
  readonly stays?: boolean
  /** Whether it compiles its code as well as it can, for benchmarks; without, it starts on less CPU time. */
  readonly optimizes?: boolean
}

/** A real Kafka on 127.0.0.1, with data of its own: each of its nodes, counted from 1, is broker and controller. */
export class KafkaCluster {
  readonly #release: KafkaRelease
  readonly #nodes: readonly KafkaNode[]
  /** Data, configuration and logs; removed by `stop`. */
  readonly home = mkdtempSync(join(tmpdir(), 'flagship-kafka-'))
  /** Undefined without security. */
  readonly security: KafkaSecurity | undefined

  private constructor(release: KafkaRelease, installation: string, options: KafkaOptions) {
    this.#release = release
    this.security = options.security === true ? newSecurity() : undefined
    const common = {
      release,
      installation,
      // What begins with a dash is an option to the tool that formats the storage.
      clusterId: `A${randomBytes(16).toString('base64url').slice(1)}`,
      listeners: listenersOf(this.security),
      settings: { ...(this.security && securitySettings(this.security, this.home)), ...options.settings },
      formatOptions: this.security === undefined ? [] : formatOptionsOf(this.security),
      otherDisk: options.otherDisk,
      stays: options.stays === true,
      optimizes: options.optimizes === true,
    }
    this.#nodes = Array.from(
      { length: options.nodes ?? 1 },
      (_, index) => new KafkaNode({ ...common, id: index + 1, directory: join(this.home, `node-${index + 1}`) }),
    )
  }

  /** Start a cluster and wait until every node serves clients; throws with the reason from a log when a node ends instead. */
  static async start(release: KafkaRelease, installation: string, options: KafkaOptions = {}): Promise<KafkaCluster> {
    const cluster = new KafkaCluster(release, installation, options)
    try {
      await startOnFreePorts(
        () => cluster.#start(),
        () => cluster.#nodes.some(({ process }) => /BindException|failed to bind/.test(process.log)),
      )
    } catch (error) {
      await cluster.stop()
      throw error
    }
    return cluster
  }

  get version(): string {
    return this.#release.version
  }

  /** Where clients may do everything, without TLS: `['127.0.0.1:20000']`, one address a node. */
  get brokers(): string[] {
    return this.#addressesOf('PLAINTEXT')
  }

  /** Where clients log in, over TLS, with SCRAM-SHA-256, SCRAM-SHA-512, PLAIN or OAUTHBEARER. */
  get saslBrokers(): string[] {
    return this.#addressesOf('SASL_SSL')
  }

  /** Where clients show a certificate. */
  get tlsBrokers(): string[] {
    return this.#addressesOf('SSL')
  }

  /** The process of a node, which is the leader of its group; throws when it has been killed. */
  identity(node = 1): ProcessIdentity {
    return this.#node(node).process.identity
  }

  /** Everything that a node has printed so far. */
  log(node = 1): string {
    return this.#node(node).process.log
  }

  /** Kill a node as the kernel does, and wait; its data stay. */
  async kill(node = 1): Promise<void> {
    await this.#node(node).process.kill()
  }

  /** Start a node on its data and ports, after it has been killed, and wait until it serves clients, for which most nodes must run; one that runs is shut down in good order first. */
  async restart(node = 1): Promise<void> {
    await this.#node(node).process.restart()
  }

  /** Let a node answer nothing, without closing a connection, until `thaw`. */
  freeze(node = 1): void {
    this.#node(node).process.freeze()
  }

  /** Let a node go on where it froze. */
  thaw(node = 1): void {
    this.#node(node).process.thaw()
  }

  /** End it for good; its data are removed. */
  async stop(): Promise<void> {
    await this.#kill()
    rmSync(this.home, { recursive: true, force: true })
  }

  async #start(): Promise<void> {
    for (const node of this.#nodes) await node.layOut()
    const voters = this.#nodes.map(({ voter }) => voter)
    try {
      await Promise.all(this.#nodes.map((node) => node.start(voters)))
    } catch (error) {
      await this.#kill()
      throw error
    }
  }

  async #kill(): Promise<void> {
    await Promise.all(this.#nodes.map(({ process }) => process.kill()))
  }

  #addressesOf(listener: ListenerName): string[] {
    if (!listenersOf(this.security).includes(listener))
      throw new Error(`Cannot use listener "${listener}": this Kafka has been started without security`)
    return this.#nodes.map((node) => node.addressOf(listener))
  }

  #node(id: number): KafkaNode {
    const node = this.#nodes[id - 1]
    if (node === undefined) throw new Error(`Cannot use node "${id}": this Kafka has ${this.#nodes.length}`)
    return node
  }
}

function listenersOf(security: KafkaSecurity | undefined): ListenerName[] {
  return security === undefined ? ['PLAINTEXT'] : ['PLAINTEXT', 'SASL_SSL', 'SSL']
}
