import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { type Encoding, encodingFor } from './encoding.ts'
import { type Fault, Faults } from './faults.ts'
import { list } from './list.ts'
import { type GivenObject, KINDS, type Resource, RESOURCES, type StoredObject } from './object.ts'
import { type ListOptions, parseOptions } from './options.ts'
import { Outlet } from './outlet.ts'
import { certificateUserOf, type LoggedRequest, loggedRequest, refusalOf, targetOf, type User } from './request.ts'
import { failed, type Failure } from './status.ts'
import { Store } from './store.ts'
import { Watch } from './watch.ts'

/** Answers shorter than this are never gzipped. */
const GZIP_BYTES = 128 * 1024
const MAX_REQUESTS = 10_000
/** As Go's server in the real one. */
const KEEP_ALIVE_MS = 90_000
const NOT_ACCEPTABLE = failed(
  406,
  'NotAcceptable',
  '406: Not Acceptable\n\nAvailable representations: application/json, application/vnd.kubernetes.protobuf',
)

/** How the server is to be. */
export interface FakeKubernetesOptions {
  /** Whether a watch may begin with what is there (`sendInitialEvents`). On unless said. */
  readonly watchList?: boolean
  /** Who may come in, by bearer token; without it everybody may read. Whose certificate `clientCa` has signed may too. */
  readonly users?: ReadonlyMap<string, User>
  /** Serve https. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly clientCa?: string }
  /** How many changes of each resource are remembered at least. 10,000 unless said. */
  readonly history?: number
  /** Between two bookmarks of a watch; `bookmark` sends one at once. A minute unless said, as the real one. */
  readonly bookmarkMs?: number
  /** What is there from the start. */
  readonly cluster?: Partial<Readonly<Record<Resource, Iterable<GivenObject>>>>
  readonly firstVersion?: number
  /** When objects are created. */
  readonly now?: () => Date
}

/** An API server on 127.0.0.1 with the four resources, the rules of a real one for lists and watches, and faults as told. */
export class FakeKubernetes {
  readonly faults = new Faults()
  /** The last requests, oldest first. */
  readonly requests: LoggedRequest[] = []
  /** By bearer token; may be changed at any time. */
  readonly users: Map<string, User> | undefined
  /** Whether it is one with WatchList. */
  hasWatchList: boolean
  readonly #bookmarkMs: number
  readonly #store: Store
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #watches = new Set<Watch>()
  #port = 0

  private constructor({ watchList = true, users, tls, ...options }: FakeKubernetesOptions) {
    this.hasWatchList = watchList
    this.#bookmarkMs = options.bookmarkMs ?? 60_000
    this.users = users && new Map(users)
    this.#store = new Store(options.firstVersion ?? 200, options.history ?? 10_000, options.now ?? (() => new Date()))
    for (const resource of RESOURCES)
      for (const object of options.cluster?.[resource] ?? []) this.#store.preload(resource, object)
    this.#store.forget()
    const serve = (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response)
    const client = tls?.clientCa === undefined ? {} : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: false }
    this.#server = tls === undefined ? createServer(serve) : createTlsServer({ ...tls, ...client }, serve)
    this.#server.keepAliveTimeout = KEEP_ALIVE_MS
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket)).on('error', () => socket.destroy())
    })
    this.url = tls === undefined ? 'http://127.0.0.1' : 'https://127.0.0.1'
  }

  /** `http://127.0.0.1:40000` */
  url: string

  /** Start one on a free port. */
  static async start(options: FakeKubernetesOptions = {}): Promise<FakeKubernetes> {
    const fake = new FakeKubernetes(options)
    await fake.up()
    fake.url = `${fake.url}:${fake.#port}`
    return fake
  }

  /** The version of the cluster, which rises with every change. */
  get version(): number {
    return this.#store.version
  }

  /** How many watches are open. */
  get watchCount(): number {
    return this.#watches.size
  }

  /** What is there, in the order of lists. */
  objects(resource: Resource): readonly StoredObject[] {
    return this.#store.history(resource).sorted
  }

  /** Add or replace an object; one with another uid takes the place of the one before, which is deleted first. */
  put(resource: Resource, object: GivenObject): StoredObject {
    return this.#store.put(resource, object)
  }

  /** Delete an object: `shop/web-1`, `node-a`. Throws when there is none. */
  delete(resource: Resource, key: string): StoredObject {
    return this.#store.delete(resource, key)
  }

  /** As if other things of the cluster had changed so many times. */
  skipVersions(count: number): void {
    this.#store.version += count
  }

  /** Forget what was: old versions and continue tokens are too old from now on. Open watches go on. */
  forget(): void {
    this.#store.forget()
  }

  /** Tell every watch that wants to know how far it is. */
  bookmark(): void {
    for (const watch of this.#watches) watch.bookmark()
  }

  /** Tell the watches of a resource its last changes once more. */
  replay(resource: Resource, count: number): void {
    for (const watch of this.watchesOf(resource)) watch.replay(count)
  }

  /** The open watches of a resource, each of which can be ended, cut, silenced or told of an error. */
  watchesOf(resource: Resource): readonly Watch[] {
    return [...this.#watches].filter((watch) => watch.resource === resource)
  }

  /** Every open watch. */
  get watches(): readonly Watch[] {
    return [...this.#watches]
  }

  /** Wait until so many watches are open. */
  async watched(count: number): Promise<void> {
    while (this.#watches.size < count) await turn()
  }

  /** Take connections, on the same port as before. */
  async up(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (address !== null && typeof address === 'object') this.#port = portOf(address)
  }

  /** End every connection, and take none until `up`. */
  async down(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<unknown>()
    this.#server.close(resolve)
    for (const socket of this.#sockets) socket.destroy()
    await promise
  }

  /**
   * End every connection and come back at once, with the same objects and without a history, as a real one does.
   * `backTo`: at this earlier version, as after its etcd was restored from a copy; `whileDown` may change objects.
   */
  async restart({ backTo, whileDown }: { backTo?: number; whileDown?: () => void } = {}): Promise<void> {
    await this.down()
    whileDown?.()
    if (backTo === undefined) this.#store.version += 2
    else this.#store.goBackTo(backTo)
    this.#store.forget()
    await this.up()
  }

  /** End it for good. */
  async stop(): Promise<void> {
    for (const watch of this.#watches) watch.end()
    await this.down()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = loggedRequest(request)
    this.requests.push(asked)
    if (this.requests.length > MAX_REQUESTS) this.requests.shift()
    const fault = this.faults.take(asked.verb, asked.resource)
    if (fault?.kind === 'hang') return
    if (fault?.kind === 'destroy') return void request.socket.destroy()
    if (fault?.kind === 'answer') return answer(response, fault.failure)
    const failure = refusalOf(asked, this.users, certificateUserOf(request.socket))
    if (failure !== undefined) return answer(response, failure)
    await this.#obey(asked, response, fault)
  }

  async #obey(asked: LoggedRequest, response: ServerResponse, fault: Fault | undefined): Promise<void> {
    const { pathname } = new URL(asked.url, this.url)
    if (/^\/(readyz|livez|healthz)$/.test(pathname)) return answer(response, { code: 200, body: 'ok' })
    if (pathname === '/version') return answer(response, { code: 200, body: { major: '1', minor: '37' } })
    const target = targetOf(pathname)
    if (target === undefined || asked.method !== 'GET') return answer(response, NOT_FOUND)
    const encoding = encodingFor(asked.headers.accept)
    if (encoding === undefined) return answer(response, NOT_ACCEPTABLE)
    const parsed = parseOptions(target.resource, target.namespace, asked.query, this)
    if (!parsed.ok) return answer(response, parsed.failure)
    const parts = { resource: target.resource, options: parsed.options, encoding, response, fault }
    const isGzipped = /\bgzip\b/.test(String(asked.headers['accept-encoding']))
    await (parsed.options.isWatch ? this.#watch(parts, isGzipped) : this.#list(parts, isGzipped))
  }

  async #list({ resource, options, encoding, response, fault }: Answering, acceptsGzip: boolean): Promise<void> {
    const listed = list(this.#store.history(resource), this.version, options)
    if (!listed.ok) return answer(response, listed.failure)
    response.setHeader('content-type', encoding.contentType)
    let outlet: Outlet | undefined
    for (const batch of encoding.list(KINDS[resource], listed.metadata, listed.items)) {
      outlet ??= this.#outlet(response, acceptsGzip && batch.length >= GZIP_BYTES, fault)
      if (outlet.isClosed) return
      await outlet.write(batch)
    }
    await outlet?.end()
  }

  async #watch({ response, fault, ...asked }: Answering, acceptsGzip: boolean): Promise<void> {
    response.setHeader('content-type', asked.encoding.watchContentType)
    const outlet = this.#outlet(response, acceptsGzip && asked.options.sendsInitialEvents, fault)
    const history = this.#store.history(asked.resource)
    const [current, bookmarkMs] = [() => this.version, this.#bookmarkMs]
    const watch = new Watch({ ...asked, history, outlet, fault, current, bookmarkMs })
    response.on('close', () => watch.end())
    response.flushHeaders()
    this.#watches.add(watch)
    try {
      await watch.run()
    } finally {
      this.#watches.delete(watch)
    }
  }

  #outlet(response: ServerResponse, isGzipped: boolean, fault: Fault | undefined): Outlet {
    if (isGzipped) response.setHeader('content-encoding', 'gzip')
    response.setHeader('cache-control', 'no-cache, private')
    return new Outlet(response, isGzipped, fault)
  }
}

interface Answering {
  readonly resource: Resource
  readonly options: ListOptions
  readonly encoding: Encoding
  readonly response: ServerResponse
  readonly fault: Fault | undefined
}

const NOT_FOUND = failed(404, 'NotFound', 'the server could not find the requested resource')

function answer(response: ServerResponse, { code, body, headers }: Failure): void {
  const isText = typeof body === 'string'
  response.writeHead(code, {
    'cache-control': 'no-cache, private',
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json',
    ...headers,
  })
  response.end(isText ? body : `${JSON.stringify(body)}\n`)
}

function portOf({ port }: AddressInfo): number {
  return port
}
