import { once } from 'node:events'
import { type IncomingMessage, request as requestPlainly } from 'node:http'
import { request as requestSecurely } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { createGunzip, gunzipSync } from 'node:zlib'
import { isObject, type JsonObject } from '../../src/enrich/kubernetes/field-reader.ts'
import { type DecodedEvent, decodeEnvelope, decodeFrames } from './fake-kubernetes/protobuf/decode.ts'

const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const PATIENCE_MS = 20_000

/** Where an API server is, and whose rights are used. */
export interface ApiAddress {
  readonly url: string
  /** Of an https one. */
  readonly ca?: string
  readonly token?: string
  /** A client's certificate, in place of a token. */
  readonly certificate?: { readonly cert: string; readonly key: string }
}

/** What came back: as it was on the wire, and what it means. */
export interface ApiAnswer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** As it came, not unzipped. */
  readonly bytes: Buffer
  /** Of JSON or protobuf; `{ text }` for everything else. */
  readonly body: JsonObject
}

/** Ask an API server without a client of ours: what it says is what the client must live with. */
export async function askApi(address: ApiAddress, path: string, headers: object = {}): Promise<ApiAnswer> {
  const answer = await send(address, path, headers)
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  const content = answer.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
  return { status: answer.statusCode ?? 0, headers: answer.headers, bytes, body: bodyOf(answer, content) }
}

/** An open watch, whose events come in as they are sent. */
export class ApiWatch {
  readonly events: DecodedEvent[] = []
  /** As they came, unzipped. */
  readonly frames: Buffer[] = []
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** Whether the server has ended it in good order. */
  hasEnded = false
  readonly #answer: IncomingMessage
  #rest: Buffer = Buffer.alloc(0)

  private constructor(answer: IncomingMessage) {
    this.#answer = answer
    this.status = answer.statusCode ?? 0
    this.headers = answer.headers
    const isGzipped = answer.headers['content-encoding'] === 'gzip'
    const stream = isGzipped ? answer.pipe(createGunzip()) : answer
    stream.on('data', (bytes: Buffer) => this.#read(bytes))
    stream.on('end', () => (this.hasEnded = answer.complete))
    for (const each of [answer, stream]) each.on('error', () => undefined)
  }

  static async open(address: ApiAddress, path: string, headers: object = {}): Promise<ApiWatch> {
    return new ApiWatch(await send(address, path, headers))
  }

  /** Wait for so many events altogether, and give them. */
  async arrived(count: number): Promise<readonly DecodedEvent[]> {
    await this.#until(() => this.events.length >= count, `${count} events`)
    return this.events
  }

  /** Wait for the first event of a type. */
  async first(type: string): Promise<DecodedEvent> {
    await this.#until(() => this.events.some((event) => event.type === type), type)
    const event = this.events.find((each) => each.type === type)
    if (event === undefined) throw new Error(`no ${type}`)
    return event
  }

  /** Wait until the server ends it, and give everything. */
  async ended(): Promise<readonly DecodedEvent[]> {
    await this.#until(() => this.hasEnded, 'the end')
    return this.events
  }

  /** How much of an event has come that is not whole. */
  get restBytes(): number {
    return this.#rest.length
  }

  /** Whether the connection has ended, in whatever way. */
  get isClosed(): boolean {
    return this.#answer.destroyed
  }

  close(): void {
    this.#answer.destroy()
  }

  async #until(isSo: () => boolean, what: string): Promise<void> {
    for (const endMs = performance.now() + PATIENCE_MS; !isSo(); await sleep(5))
      if (performance.now() > endMs)
        throw new Error(`Cannot wait longer for ${what}: there are ${this.events.map(({ type }) => type).join(' ')}`)
  }

  #read(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes])
    for (;;) {
      const end = isProtobuf(this.#answer) ? frameEnd(this.#rest) : this.#rest.indexOf('\n') + 1
      if (end === 0 || end > this.#rest.length) return
      const frame = this.#rest.subarray(0, end)
      this.#rest = this.#rest.subarray(end)
      this.frames.push(frame)
      this.events.push(isProtobuf(this.#answer) ? protobufEvent(frame) : jsonEvent(frame))
    }
  }
}

/** Nothing that is empty, which protobuf cannot tell from what is not there, and JSON leaves out as it likes. */
export function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (!isObject(value)) return value
  const entries = Object.entries(value).map(([key, each]) => [key, withoutEmpty(each)] as const)
  return Object.fromEntries(entries.filter(([, each]) => !isEmpty(each)))
}

/** `shop/web-1` of an object, or its name alone. */
export function nameOf(object: unknown): string {
  const metadata = isObject(object) && isObject(object['metadata']) ? object['metadata'] : {}
  return [metadata['namespace'], metadata['name']].filter((part) => part !== undefined && part !== '').join('/')
}

/** The version of an object or a list. */
export function versionOf(object: unknown): string {
  const metadata = isObject(object) && isObject(object['metadata']) ? object['metadata'] : {}
  return typeof metadata['resourceVersion'] === 'string' ? metadata['resourceVersion'] : ''
}

/** The items of a list. */
export function itemsOf(list: JsonObject): readonly unknown[] {
  return Array.isArray(list['items']) ? list['items'] : []
}

async function send({ url, ca, token, certificate }: ApiAddress, path: string, headers: object) {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const options = { agent: false as const, headers: { ...authorization, accept: 'application/json', ...headers } }
  const asked = url.startsWith('https:')
    ? requestSecurely(url + path, { ...options, ...certificate, ...(ca !== undefined && { ca }) })
    : requestPlainly(url + path, options)
  asked.end()
  const [answer]: IncomingMessage[] = await once(asked, 'response', { signal: AbortSignal.timeout(PATIENCE_MS) })
  if (answer === undefined) throw new Error(`Cannot ask "${path}": no answer`)
  return answer
}

function bodyOf(answer: IncomingMessage, content: Buffer): JsonObject {
  if (isProtobuf(answer)) return decodeEnvelope(content)
  const text = content.toString()
  const value: unknown = answer.headers['content-type']?.startsWith('application/json') ? JSON.parse(text) : undefined
  return isObject(value) ? value : { text }
}

function jsonEvent(line: Buffer): DecodedEvent {
  const event: DecodedEvent = JSON.parse(line.toString())
  return event
}

function protobufEvent(frame: Buffer): DecodedEvent {
  const [event] = decodeFrames(frame)
  if (event === undefined) throw new Error('Cannot decode a frame: it is not whole')
  return event
}

function frameEnd(bytes: Buffer): number {
  return bytes.length < 4 ? 0 : 4 + bytes.readUInt32BE()
}

function isProtobuf({ headers }: IncomingMessage): boolean {
  return headers['content-type']?.startsWith(PROTOBUF) === true
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (isObject(value)) return Object.keys(value).length === 0
  return value === null || value === '' || value === 0 || value === false
}
