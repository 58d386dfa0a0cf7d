import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, ask, type Credentials, type Question } from '../ask.ts'
import { freePort } from '../ports.ts'
import { endProcess, identityOf, type ProcessIdentity, signalGroup } from '../process.ts'
import { jdkFor, type Release } from './recipe.ts'

const READY_MS = 120_000
const POLL_MS = 100
const PORT_TRIES = 5
const HEAP = '512m'
const SECURITY_MODULE = 'x-pack-security'
const LOG4J = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
`

/** How a server is to be. */
export interface ElasticsearchOptions {
  /** With x-pack-security and one user, `admin`, who may do everything; the password is another each time. */
  readonly security?: boolean
  /** Settings of the node, over the defaults: `{ 'thread_pool.write.queue_size': '1' }`. */
  readonly settings?: Readonly<Record<string, string>>
  /** Whether it goes on when this process ends. */
  readonly stays?: boolean
  /** Whether it compiles its code as well as it can, for benchmarks; without, it starts on half the CPU time. */
  readonly optimizes?: boolean
}

/** A real Elasticsearch of one node on 127.0.0.1, with data of its own. */
export class ElasticsearchServer {
  readonly #release: Release
  readonly #installation: string
  readonly #options: ElasticsearchOptions
  /** Configuration, data and log; removed by `stop`. */
  readonly home = mkdtempSync(join(tmpdir(), 'flagship-elasticsearch-'))
  /** Who may do everything; undefined without security. */
  readonly auth: Credentials | undefined
  #ports = { http: 0, transport: 0 }
  #identity: ProcessIdentity | undefined
  #ended: Promise<unknown> = Promise.resolve()

  private constructor(release: Release, installation: string, options: ElasticsearchOptions) {
    this.#release = release
    this.#installation = installation
    this.#options = options
    if (options.security === true) this.auth = { username: 'admin', password: randomBytes(12).toString('hex') }
    this.#layOut()
  }

  /** Start a server and wait until it answers; throws with the reason from its log when it ends instead. */
  static async start(
    release: Release,
    installation: string,
    options: ElasticsearchOptions = {},
  ): Promise<ElasticsearchServer> {
    const server = new ElasticsearchServer(release, installation, options)
    try {
      await server.#startOnFreePorts()
    } catch (error) {
      await server.stop()
      throw error
    }
    return server
  }

  get version(): string {
    return this.#release.version
  }

  get url(): string {
    return `http://127.0.0.1:${this.#ports.http}`
  }

  /** The process, which is the leader of its group; throws when it has been killed. */
  get identity(): ProcessIdentity {
    if (this.#identity === undefined) throw new Error(`Cannot use Elasticsearch "${this.url}": it does not run`)
    return this.#identity
  }

  get pid(): number {
    return this.identity.pid
  }

  /** Everything that it has written so far. */
  get log(): string {
    return readFileSync(this.#logPath, 'utf8')
  }

  /** Kill it as the kernel does, and wait; the data stay. */
  async kill(): Promise<void> {
    if (this.#identity !== undefined) signalGroup(this.#identity.pid, 'SIGKILL')
    await this.#ended
    this.#identity = undefined
  }

  /** Start it on its data and port, after it has been killed; one that runs is shut down in good order first. */
  async restart(): Promise<void> {
    if (this.#identity !== undefined) await endProcess(this.#identity, READY_MS)
    await this.#ended
    await this.#startOnce()
  }

  /** End it for good; its data are removed. */
  async stop(): Promise<void> {
    await this.kill()
    rmSync(this.home, { recursive: true, force: true })
  }

  /** Let it answer nothing, without closing a connection, until `thaw`. */
  freeze(): void {
    signalGroup(this.pid, 'SIGSTOP')
  }

  /** Let it go on where it froze. */
  thaw(): void {
    signalGroup(this.pid, 'SIGCONT')
  }

  /** Ask it, as `admin` where it has security. A body that is not text is sent as JSON; text is taken for ndjson. */
  request<Body = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer<Body>> {
    return this.#ask<Body>({ method, path, body })
  }

  get #logPath(): string {
    return join(this.home, 'logs', 'server.log')
  }

  #ask<Body>(question: Question): Promise<Answer<Body>> {
    return ask<Body>(this.url, { ...question, ...(this.auth && { auth: this.auth }) })
  }

  /** The jars are shared with every other server of the release; what is written is its own. */
  #layOut(): void {
    for (const name of ['config', 'data', 'logs', 'tmp', 'modules']) mkdirSync(join(this.home, name))
    symlinkSync(join(this.#installation, 'lib'), join(this.home, 'lib'))
    for (const name of readdirSync(join(this.#installation, 'modules'))) {
      if (name === SECURITY_MODULE && this.auth === undefined) continue
      symlinkSync(join(this.#installation, 'modules', name), join(this.home, 'modules', name))
    }
    writeFileSync(join(this.home, 'config', 'log4j2.properties'), LOG4J)
    if (this.auth === undefined) return
    const digest = createHash('sha1').update(this.auth.password).digest('base64')
    writeFileSync(join(this.home, 'config', 'users'), `${this.auth.username}:{SHA}${digest}\n`)
    writeFileSync(join(this.home, 'config', 'users_roles'), `superuser:${this.auth.username}\n`)
  }

  /** Between choosing a port and listening on it, another may have taken it. */
  async #startOnFreePorts(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      this.#ports = { http: await freePort(), transport: await freePort() }
      try {
        return await this.#startOnce()
      } catch (error) {
        if (tries === PORT_TRIES || !/BindHttpException|BindTransportException/.test(this.log)) throw error
      }
    }
  }

  async #startOnce(): Promise<void> {
    const child = this.#spawn()
    this.#ended = once(child, 'close')
    const hasEnded = this.#ended.then(() => true)
    this.#identity = child.pid === undefined ? undefined : identityOf(child.pid)
    for (const endMs = performance.now() + READY_MS; performance.now() < endMs; ) {
      if (await this.#isReady()) return
      if (await Promise.race([hasEnded, sleep(POLL_MS, false)])) throw this.#failure('it ended')
    }
    throw this.#failure(`it was not ready within ${READY_MS / 1000} s`)
  }

  async #isReady(): Promise<boolean> {
    const path = '/_cluster/health?wait_for_status=yellow&timeout=1s'
    try {
      return (await this.#ask({ method: 'GET', path, timeoutMs: 2_000 })).status === 200
    } catch {
      return false
    }
  }

  #failure(state: string): Error {
    const lines = this.log.split('\n').filter((line) => /Exception|Caused by|Error/.test(line))
    const reason = lines.slice(-5).map((line) => line.slice(0, 300))
    return new Error([`Cannot start Elasticsearch "${this.version}": ${state}`, ...reason].join('\n  '))
  }

  #spawn(): ChildProcess {
    const log = openSync(this.#logPath, 'a')
    try {
      // A pipe that is never written to: its end tells the server that this process has ended.
      const stdin = this.#options.stays === true ? 'ignore' : 'pipe'
      const java = join(jdkFor(this.#release).home, 'bin', 'java')
      return spawn(java, this.#arguments(), { cwd: this.home, detached: true, stdio: [stdin, log, log] })
    } finally {
      closeSync(log)
    }
  }

  #arguments(): string[] {
    const lib = join(this.#installation, 'lib')
    const settings = Object.entries(this.#settings()).map(([key, value]) => `${key}=${value}`)
    const memory = [`-Xms${HEAP}`, `-Xmx${HEAP}`, '-XX:+UseSerialGC', `-Djava.io.tmpdir=${join(this.home, 'tmp')}`]
    const node = [`-Des.path.home=${this.home}`, '-Dlog4j2.disable.jmx=true']
    const compiler = this.#options.optimizes === true ? [] : ['-XX:TieredStopAtLevel=1']
    const life = [`-Dflagship.attached=${this.#options.stays !== true}`]
    const code = ['--module-path', lib, '--add-modules=ALL-MODULE-PATH', '-cp', join(this.#installation, 'classes')]
    const rights = [
      '--enable-native-access=ALL-UNNAMED,org.elasticsearch.nativeaccess,org.apache.lucene.core',
      // For x-pack-security, which is loaded without its module.
      '--add-exports=org.elasticsearch.server/org.elasticsearch.plugins.interceptor=ALL-UNNAMED',
    ]
    return [...memory, ...compiler, ...node, ...life, ...code, ...rights, 'Launch', ...settings]
  }

  #settings(): Record<string, string> {
    return {
      'cluster.name': 'flagship-test',
      'network.host': '127.0.0.1',
      'http.port': String(this.#ports.http),
      'transport.port': String(this.#ports.transport),
      'discovery.type': 'single-node',
      'xpack.security.enabled': String(this.auth !== undefined),
      'xpack.security.enrollment.enabled': 'false',
      ...(this.auth && { 'xpack.security.autoconfiguration.enabled': 'false' }),
      ...this.#options.settings,
    }
  }
}
