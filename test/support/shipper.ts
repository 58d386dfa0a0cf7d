import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { accessLine } from './container-log.ts'
import { type ShippedLine, WRAPPINGS } from './envelopes.ts'

const RETRY_MS = 50
const START_MS = Date.parse('2026-11-22T13:00:00Z')

/** How a shipper writes the body of a request, and what its envelope is called. */
interface BodyForm {
  readonly envelope: 'fluentbit' | 'vector' | 'otel'
  readonly wrapping: keyof typeof WRAPPINGS
  readonly contentType: string
  readonly isGzip?: boolean
  readonly join: (records: readonly Buffer[]) => Buffer
}

const array = (records: readonly Buffer[]) => Buffer.from(`[${records.join(',')}]`)
const lines = (records: readonly Buffer[]) => Buffer.from(records.map((record) => `${record.toString()}\n`).join(''))
const joined = (records: readonly Buffer[]) => Buffer.concat(records)
const fluentBit = { envelope: 'fluentbit', wrapping: 'Fluent Bit, as the multiline parser cri makes it' } as const
const vector = { envelope: 'vector', wrapping: 'Vector, json' } as const
const [JSON_TYPE, NDJSON_TYPE] = ['application/json', 'application/x-ndjson']

/** Bodies of shippers, by the name of their settings. */
export const BODY_FORMS = {
  'Fluent Bit, format json': { ...fluentBit, contentType: JSON_TYPE, join: array },
  'Fluent Bit, format json_lines, compress gzip': {
    ...fluentBit,
    contentType: NDJSON_TYPE,
    isGzip: true,
    join: lines,
  },
  'Fluent Bit, format json_stream': { ...fluentBit, contentType: JSON_TYPE, join: joined },
  'Vector, newline_delimited, compression gzip': { ...vector, contentType: NDJSON_TYPE, isGzip: true, join: lines },
  'Vector, json array': { ...vector, contentType: JSON_TYPE, join: array },
  'the Collector, otlphttp': {
    envelope: 'otel',
    wrapping: 'Collector, otlp_proto',
    contentType: 'application/x-protobuf',
    isGzip: true,
    join: joined,
  },
} as const satisfies Readonly<Record<string, BodyForm>>

/** Sends lines as another shipper does: the same body until it is taken, on 429, 5xx and no answer. */
export class Shipper {
  readonly #url: string
  readonly #form: BodyForm
  readonly #name: string
  readonly #settings: { readonly patienceMs: number; readonly headers: Readonly<Record<string, string>> }
  #written = 0
  readonly #sending = new Set<Promise<void>>()
  /** How often each status came; `none`: no answer in time, or no connection. */
  readonly statuses: Record<string, number> = {}
  /** Bodies that were given up, as shippers do where they are refused. */
  readonly givenUp: string[] = []

  constructor(
    url: string,
    name: string,
    form: keyof typeof BODY_FORMS,
    { patienceMs = 10_000, headers = {} }: { patienceMs?: number; headers?: Readonly<Record<string, string>> } = {},
  ) {
    this.#url = url
    this.#name = name
    this.#form = BODY_FORMS[form]
    this.#settings = { patienceMs, headers }
  }

  /** The lines that were sent, as `NAME/NUMBER`. */
  get lines(): string[] {
    return Array.from({ length: this.#written }, (_, number) => `${this.#name}/${number}`)
  }

  /** Send so many lines in one request, until it is taken. */
  send(count: number): void {
    const records = Array.from({ length: count }, () => this.#record(this.#written++))
    const body = this.#form.join(records)
    const sending = this.#sendUntilTaken(this.#form.isGzip === true ? gzipSync(body) : body)
    this.#sending.add(sending)
    void sending.finally(() => this.#sending.delete(sending))
  }

  /** Resolves when everything is taken or given up. */
  async drained(): Promise<void> {
    while (this.#sending.size > 0) await Promise.all(this.#sending)
  }

  #record(number: number): Buffer {
    const line: ShippedLine = {
      text: accessLine(this.#name, number),
      time: `${new Date(START_MS + number).toISOString().slice(0, -1)}000001Z`,
      stream: 'stdout',
      identity: {
        namespace: 'shop',
        podName: this.#name,
        podUid: `${this.#name}-uid`,
        containerName: 'istio-proxy',
        nodeName: 'node-a',
      },
      path: `/var/log/pods/shop_${this.#name}_${this.#name}-uid/istio-proxy/0.log`,
      offsetBytes: number * 100,
    }
    const [, wrap] = WRAPPINGS[this.#form.wrapping]
    return wrap(line)
  }

  async #sendUntilTaken(body: Buffer): Promise<void> {
    for (;;) {
      const status = await this.#try(body)
      this.statuses[status] = (this.statuses[status] ?? 0) + 1
      if (status === '200') return
      if (status !== 'none' && status !== '429' && !status.startsWith('5')) return void this.givenUp.push(status)
      await sleep(RETRY_MS)
    }
  }

  async #try(body: Buffer): Promise<string> {
    const { patienceMs, headers } = this.#settings
    const packed = this.#form.isGzip === true ? { 'content-encoding': 'gzip' } : {}
    try {
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': this.#form.contentType, ...packed, ...headers },
        body: new Uint8Array(body),
        signal: AbortSignal.timeout(patienceMs),
      })
      await response.arrayBuffer()
      return String(response.status)
    } catch {
      return 'none'
    }
  }
}
