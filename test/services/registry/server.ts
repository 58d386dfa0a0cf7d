import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Answer, ask } from '../ask.ts'
import { freePort, startOnFreePorts } from '../ports.ts'
import type { ProcessIdentity } from '../process.ts'
import { ServerProcess } from '../server-process.ts'
import { REGISTRY_VERSION, registryProgram, registryJdk } from './recipe.ts'

/** Where Apicurio speaks as Confluent's registry does. */
const API = '/apis/ccompat/v7'
const HEAP = '256m'

/** How a registry is to be. */
export interface RegistryOptions {
  /** Whether it goes on when this process ends. */
  readonly stays?: boolean
}

/** A real schema registry on 127.0.0.1, with data of its own. */
export class RegistryServer {
  readonly version = REGISTRY_VERSION
  /** Data and log; removed by `stop`. */
  readonly home = mkdtempSync(join(tmpdir(), 'flagship-registry-'))
  readonly #installation: string
  readonly #process: ServerProcess
  #port = 0

  private constructor(installation: string, { stays = false }: RegistryOptions) {
    this.#installation = installation
    this.#process = new ServerProcess({
      title: `Apicurio Registry "${this.version}"`,
      directory: this.home,
      logPath: join(this.home, 'server.log'),
      stays,
      command: () => this.#command(),
      isReady: () => this.#isReady(),
    })
  }

  /** Start a registry and wait until it answers; throws with the reason from its log when it ends instead. */
  static async start(installation: string, options: RegistryOptions = {}): Promise<RegistryServer> {
    const server = new RegistryServer(installation, options)
    try {
      await startOnFreePorts(
        () => server.#start(),
        () => /BindException|already in use/.test(server.log),
      )
    } catch (error) {
      await server.stop()
      throw error
    }
    return server
  }

  /** Its API as Confluent's registry has it: `http://127.0.0.1:20000/apis/ccompat/v7`. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}${API}`
  }

  /** The process, which is the leader of its group; throws when it has been killed. */
  get identity(): ProcessIdentity {
    return this.#process.identity
  }

  /** Everything that it has printed so far. */
  get log(): string {
    return this.#process.log
  }

  /** Ask it for a path below `url`: `/subjects`. */
  request<Body = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<Answer<Body>> {
    return ask<Body>(this.url, { method, path: `${API}${path}`, body })
  }

  /** Kill it as the kernel does, and wait; the data stay. */
  kill(): Promise<void> {
    return this.#process.kill()
  }

  /** Start it on its data and port, after it has been killed; one that runs is shut down in good order first. */
  restart(): Promise<void> {
    return this.#process.restart()
  }

  /** Let it answer nothing, without closing a connection, until `thaw`. */
  freeze(): void {
    this.#process.freeze()
  }

  /** Let it go on where it froze. */
  thaw(): void {
    this.#process.thaw()
  }

  /** End it for good; its data are removed. */
  async stop(): Promise<void> {
    await this.kill()
    rmSync(this.home, { recursive: true, force: true })
  }

  async #start(): Promise<void> {
    this.#port = await freePort()
    await this.#process.start()
  }

  #command(): string[] {
    const settings = {
      'quarkus.http.host': '127.0.0.1',
      'quarkus.http.port': String(this.#port),
      // What it has acknowledged must outlive a kill.
      'apicurio.datasource.url': `jdbc:h2:file:${join(this.home, 'data')};WRITE_DELAY=0`,
      'java.io.tmpdir': this.home,
    }
    const java = [join(registryJdk().home, 'bin', 'java'), `-Xmx${HEAP}`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
    const properties = Object.entries(settings).map(([key, value]) => `-D${key}=${value}`)
    return [...java, ...properties, '-jar', registryProgram(this.#installation)]
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await ask(this.url, { method: 'GET', path: `${API}/subjects`, timeoutMs: 2_000 })).status === 200
    } catch {
      return false
    }
  }
}
