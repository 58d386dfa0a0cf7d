import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, ask } from '../ask.ts'
import { freePort, startOnFreePorts } from '../ports.ts'
import type { ProcessIdentity } from '../process.ts'
import { ServerProcess } from '../server-process.ts'
import { accessFlags, kubeconfigOf, newAccess } from './access.ts'
import { KUBERNETES_VERSION, kubernetesProgram } from './recipe.ts'

const TAKEN = /address already in use/

/** How an API server is to be. */
export interface KubernetesOptions {
  /** Whether it goes on when this process ends. */
  readonly stays?: boolean
  /** More flags of kube-apiserver: `--feature-gates=WatchList=false`. */
  readonly flags?: readonly string[]
}

/** A request to it. */
export interface KubernetesQuestion {
  /** Whose rights; the admin's unless said, nobody's when empty. */
  readonly token?: string
  /** `application/merge-patch+json` for a PATCH. */
  readonly contentType?: string
}

/** A real API server on 127.0.0.1 with an etcd of its own. No controllers run: objects stay as they are written. */
export class KubernetesServer {
  readonly version = KUBERNETES_VERSION
  readonly access = newAccess()
  /** Data and logs; removed by `stop`. */
  readonly home = mkdtempSync(join(tmpdir(), 'flagship-kubernetes-'))
  /** What kubectl and other clients read. */
  readonly kubeconfig = join(this.home, 'kubeconfig')
  readonly #program: string
  readonly #flags: readonly string[]
  readonly #etcd: ServerProcess
  readonly #server: ServerProcess
  #ports = { client: 0, peer: 0, secure: 0 }

  private constructor(installation: string, { stays = false, flags = [] }: KubernetesOptions) {
    this.#program = kubernetesProgram(installation)
    this.#flags = [...accessFlags(this.access, this.home), ...flags]
    const common = { directory: this.home, stays }
    this.#etcd = new ServerProcess({
      ...common,
      title: `etcd of Kubernetes "${this.version}"`,
      logPath: join(this.home, 'etcd.log'),
      command: () => this.#etcdCommand(),
      isReady: () => this.#isEtcdReady(),
    })
    this.#server = new ServerProcess({
      ...common,
      title: `Kubernetes "${this.version}"`,
      logPath: join(this.home, 'apiserver.log'),
      command: () => this.#serverCommand(),
      isReady: () => this.#isReady(),
    })
  }

  /** Start one and wait until it is ready; throws with the reason from its log when it ends instead. */
  static async start(installation: string, options: KubernetesOptions = {}): Promise<KubernetesServer> {
    const server = new KubernetesServer(installation, options)
    try {
      await startOnFreePorts(
        () => server.#start(),
        () => TAKEN.test(server.log),
      )
    } catch (error) {
      await server.stop()
      throw error
    }
    return server
  }

  /** `https://127.0.0.1:20000` */
  get url(): string {
    return `https://127.0.0.1:${this.#ports.secure}`
  }

  /** Who has signed its certificate, as PEM. */
  get ca(): string {
    return readFileSync(this.access.caFile, 'utf8')
  }

  get caFile(): string {
    return this.access.caFile
  }

  /** The process of the API server, which is the leader of its group; throws when it has been killed. */
  get identity(): ProcessIdentity {
    return this.#server.identity
  }

  /** The processes that it needs besides. */
  get companions(): readonly ProcessIdentity[] {
    return [this.#etcd.identity]
  }

  /** Everything that both have printed so far. */
  get log(): string {
    return this.#etcd.log + this.#server.log
  }

  /** Ask it: `/api/v1/pods`. */
  request<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    { token = this.access.adminToken, contentType = 'application/json' }: KubernetesQuestion = {},
  ): Promise<Answer<Body>> {
    const bearerToken = token === '' ? undefined : token
    return ask<Body>(this.url, { method, path, body, contentType, bearerToken, ca: this.ca })
  }

  /** Forget what was before the newest version; a restart then forgets what the server itself remembers. */
  async compact(): Promise<void> {
    const { body } = await this.request<{ readonly metadata: { readonly resourceVersion: string } }>(
      'GET',
      '/api/v1/namespaces',
    )
    const compaction = JSON.stringify({ revision: body.metadata.resourceVersion, physical: true })
    await ask(this.#etcdUrl(), { method: 'POST', path: '/v3/kv/compaction', body: compaction })
  }

  /** Kill the API server as the kernel does, and wait; etcd and the data stay. */
  kill(): Promise<void> {
    return this.#server.kill()
  }

  /** Start the API server on its data and port, after it has been killed; one that runs is killed first, for it takes a minute otherwise. */
  async restart(): Promise<void> {
    await this.#server.kill()
    await this.#server.start()
  }

  /** Let the API server answer nothing, without closing a connection, until `thaw`. */
  freeze(): void {
    this.#server.freeze()
  }

  /** Let it go on where it froze. */
  thaw(): void {
    this.#server.thaw()
  }

  /** End both for good; their data are removed. */
  async stop(): Promise<void> {
    await this.#server.kill()
    await this.#etcd.kill()
    rmSync(this.home, { recursive: true, force: true })
  }

  async #start(): Promise<void> {
    await this.#etcd.kill()
    this.#ports = { client: await freePort(), peer: await freePort(), secure: await freePort() }
    writeFileSync(this.kubeconfig, kubeconfigOf(this.url, this.access), { mode: 0o600 })
    await this.#etcd.start()
    await this.#server.start()
  }

  #etcdUrl(): string {
    return `http://127.0.0.1:${this.#ports.client}`
  }

  #etcdCommand(): string[] {
    const [client, peer] = [this.#etcdUrl(), `http://127.0.0.1:${this.#ports.peer}`]
    const listeners = [`--listen-client-urls=${client}`, `--advertise-client-urls=${client}`]
    const peers = [
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=test=${peer}`,
    ]
    const data = ['--name=test', '--data-dir=etcd', '--unsafe-no-fsync', '--log-level=warn']
    return [this.#program, 'etcd', ...data, ...listeners, ...peers]
  }

  #serverCommand(): string[] {
    return [
      this.#program,
      'apiserver',
      `--etcd-servers=${this.#etcdUrl()}`,
      '--etcd-compaction-interval=0',
      '--bind-address=127.0.0.1',
      `--secure-port=${this.#ports.secure}`,
      '--advertise-address=192.0.2.1',
      '--endpoint-reconciler-type=none',
      // Both families, for services that ask for both.
      '--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112',
      // Nobody makes the account that it would want for every pod.
      '--disable-admission-plugins=ServiceAccount',
      '--allow-privileged',
      ...this.#flags,
    ]
  }

  async #isEtcdReady(): Promise<boolean> {
    return isFine(ask(this.#etcdUrl(), { method: 'GET', path: '/health', timeoutMs: 2_000 }))
  }

  async #isReady(): Promise<boolean> {
    return isFine(this.request('GET', '/readyz'))
  }
}

async function isFine(asked: Promise<Answer<unknown>>): Promise<boolean> {
  try {
    return (await asked).status === 200
  } catch {
    return false
  }
}
