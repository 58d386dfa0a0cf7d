/** Requests to Kibana's HTTP interface, below one space. Answers of any status come back. */
import { Agent } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import { FlagshipError, reasonOf } from '../errors.ts'
import { type Auth, authorizationOf } from './access.ts'
import { exchange, type HttpAnswer } from './http-exchange.ts'

/** Where Kibana is and who we are there. */
export interface KibanaOptions {
  /** With its base path, where it has one. */
  readonly url: string
  /** `default` has no `/s/` in its paths. */
  readonly space: string
  readonly requestTimeoutMs: number
  readonly auth: Auth | undefined
  /** Certificates that sign Kibana's, in PEM; those that Node.js knows when undefined. */
  readonly ca?: string | undefined
}

/** One request. `json` and `file` exclude each other. */
export interface KibanaRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below the space: `/api/status`. */
  readonly path: string
  readonly json?: object
  /** NDJSON, sent as the form that the import takes. */
  readonly file?: string
}

/** What the server said; `body` is parsed where it is JSON, else text. */
export interface KibanaAnswer {
  readonly statusCode: number
  readonly body: unknown
}

/** A Kibana, seen from one space. */
export interface Kibana {
  /** Without credentials, for messages. */
  readonly origin: string
  readonly space: string
  /** @throws FlagshipError SINK_UNAVAILABLE when there is no answer, or half of one. */
  request(request: KibanaRequest): Promise<KibanaAnswer>
  close(): void
}

/** The space that is there without being made, and whose paths have no `/s/`. */
export const DEFAULT_SPACE = 'default'

/** What stands between the address of Kibana and the path of a request. */
export function spacePath(space: string): string {
  return space === DEFAULT_SPACE ? '' : `/s/${encodeURIComponent(space)}`
}

/** Nothing is connected yet. */
export function connectKibana(options: KibanaOptions): Kibana {
  const { space, requestTimeoutMs, auth, ca } = options
  const url = new URL(options.url)
  const agent = url.protocol === 'https:' ? new TlsAgent(ca === undefined ? {} : { ca }) : new Agent()
  const base = `${url.pathname.replace(/\/$/, '')}${spacePath(space)}`
  return {
    origin: url.origin,
    space,
    close: () => agent.destroy(),
    request: async (request) => {
      const { type, body } = contentOf(request)
      const headers = { ...HEADERS, ...(auth && { authorization: authorizationOf(auth) }), ...type }
      const { method } = request
      const path = `${base}${request.path}`
      try {
        const sent = { url, path, method, headers, body, agent, timeoutMs: requestTimeoutMs, signal: undefined }
        return answerOf(await exchange(sent, () => {}))
      } catch (error) {
        throw new FlagshipError('SINK_UNAVAILABLE', `Cannot reach Kibana "${url.origin}": ${reasonOf(error)}`)
      }
    },
  }
}

/** Kibana refuses to change anything without `kbn-xsrf`, whatever its value. */
const HEADERS = { accept: 'application/json', 'kbn-xsrf': 'flagship' }

/** Not in any JSON: it has no quotes, and each line of JSON begins with a brace. */
const BOUNDARY = 'flagship-4f1c7c2e0b6d4a55'

function contentOf({ json, file }: KibanaRequest): { type: Record<string, string>; body: string | undefined } {
  if (file !== undefined)
    return { type: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }, body: formOf(file) }
  if (json === undefined) return { type: {}, body: undefined }
  return { type: { 'content-type': 'application/json' }, body: JSON.stringify(json) }
}

function formOf(file: string): string {
  const head =
    'content-disposition: form-data; name="file"; filename="flagship.ndjson"\r\ncontent-type: application/ndjson'
  return `--${BOUNDARY}\r\n${head}\r\n\r\n${file}\r\n--${BOUNDARY}--\r\n`
}

function answerOf({ statusCode, body }: HttpAnswer): KibanaAnswer {
  return { statusCode, body: parsed(body) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
