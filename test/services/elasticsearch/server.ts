import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, ask, type Credentials, type Question } from '../ask.ts'
import { freePort, startOnFreePorts } from '../ports.ts'
import type { ProcessIdentity } from '../process.ts'
import { ServerProcess } from '../server-process.ts'
import { jdkFor, type Release } from './recipe.ts'

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
  readonly #process: ServerProcess
  #ports = { http: 0, transport: 0 }

  private constructor(release: Release, installation: string, options: ElasticsearchOptions) {
    this.#release = release
    this.#installation = installation
    this.#options = options
    if (options.security === true) this.auth = { username: 'admin', password: randomBytes(12).toString('hex') }
    this.#layOut()
    this.#process = new ServerProcess({
      title: `Elasticsearch "${release.version}"`,
      directory: this.home,
      logPath: join(this.home, 'logs', 'server.log'),
      stays: options.stays === true,
      command: () => [join(jdkFor(release).home, 'bin', 'java'), ...this.#arguments()],
      isReady: () => this.#isReady(),
    })
  }

  /** Start a server and wait until it answers; throws with the reason from its log when it ends instead. */
  static async start(
    release: Release,
    installation: string,
    options: ElasticsearchOptions = {},
  ): Promise<ElasticsearchServer> {
    const server = new ElasticsearchServer(release, installation, options)
    try {
      await startOnFreePorts(
        () => server.#start(),
        () => /BindHttpException|BindTransportException/.test(server.log),
      )
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
    return this.#process.identity
  }

  get pid(): number {
    return this.identity.pid
  }

  /** Everything that it has written so far. */
  get log(): string {
    return this.#process.log
  }

  /** Kill it as the kernel does, and wait; the data stay. */
  kill(): Promise<void> {
    return this.#process.kill()
  }

  /** Start it on its data and port, after it has been killed; one that runs is shut down in good order first. */
  restart(): Promise<void> {
    return this.#process.restart()
  }

  /** End it for good; its data are removed. */
  async stop(): Promise<void> {
    await this.kill()
    rmSync(this.home, { recursive: true, force: true })
  }

  /** Let it answer nothing, without closing a connection, until `thaw`. */
  freeze(): void {
    this.#process.freeze()
  }

  /** Let it go on where it froze. */
  thaw(): void {
    this.#process.thaw()
  }

  /** Ask it, as `admin` where it has security. A body that is not text is sent as JSON; text is taken for ndjson. */
  request<Body = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer<Body>> {
    return this.#ask<Body>({ method, path, body })
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

  async #start(): Promise<void> {
    this.#ports = { http: await freePort(), transport: await freePort() }
    await this.#process.start()
  }

  async #isReady(): Promise<boolean> {
    const path = '/_cluster/health?wait_for_status=yellow&timeout=1s'
    try {
      return (await this.#ask({ method: 'GET', path, timeoutMs: 2_000 })).status === 200
    } catch {
      return false
    }
  }

  #arguments(): string[] {
    const lib = join(this.#installation, 'lib')
    const settings = Object.entries(this.#settings()).map(([key, value]) => `${key}=${value}`)
    const memory = [`-Xms${HEAP}`, `-Xmx${HEAP}`, '-XX:+UseSerialGC', `-Djava.io.tmpdir=${join(this.home, 'tmp')}`]
    const node = [`-Des.path.home=${this.home}`, '-Dlog4j2.disable.jmx=true']
    const compiler = this.#options.optimizes === true ? [] : ['-XX:TieredStopAtLevel=1']
    const code = ['--module-path', lib, '--add-modules=ALL-MODULE-PATH', '-cp', join(this.#installation, 'classes')]
    const rights = [
      '--enable-native-access=ALL-UNNAMED,org.elasticsearch.nativeaccess,org.apache.lucene.core',
      // For x-pack-security, which is loaded without its module.
      '--add-exports=org.elasticsearch.server/org.elasticsearch.plugins.interceptor=ALL-UNNAMED',
    ]
    return [...memory, ...compiler, ...node, ...code, ...rights, 'Launch', ...settings]
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
