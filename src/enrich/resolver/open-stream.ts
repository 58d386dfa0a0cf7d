import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import type { Access } from '../../clients/access.ts'
import { type Position, SCHEMA, STREAM_PATH } from './protocol.ts'

/** An answer that is no stream, such as that of a resolver that is not ready. */
export interface Refusal {
  readonly statusCode: number
  readonly retryAfterMs: number | undefined
  /** What the resolver says about it, shortened. */
  readonly text: string
}

/** What a resolver is asked with. */
export interface StreamRequest {
  readonly url: string
  readonly access: Access
  readonly position: Position | undefined
  readonly signal: AbortSignal
}

const LONGEST_TEXT = 512
const LONGEST_RETRY_S = 60

/** Ask for the stream. Rejects with an Error that says why there is no answer; `signal` ends everything. */
export async function openStream({ url, access, position, signal }: StreamRequest): Promise<IncomingMessage | Refusal> {
  const target = streamUrl(url, position)
  const { authorization, trust } = access
  const headers = { 'accept-encoding': 'gzip', ...(authorization === undefined ? {} : { authorization }) }
  const tls = {
    ...(trust.ca === undefined ? {} : { ca: trust.ca }),
    ...(trust.cert === undefined ? {} : { cert: trust.cert }),
    ...(trust.key === undefined ? {} : { key: trust.key }),
  }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { agent: false as const, headers, signal }
    const outgoing =
      target.protocol === 'https:' ? requestTls(target, { ...options, ...tls }) : requestPlain(target, options)
    outgoing.on('error', reject) // stays: an error that comes later must not end the process
    outgoing.on('response', resolve)
    outgoing.end()
  })
  response.on('error', () => undefined) // whoever reads it is told
  if (response.statusCode === 200) return response
  const text = await beginningOf(response)
  return { statusCode: response.statusCode ?? 0, retryAfterMs: retryAfterMs(response.headers['retry-after']), text }
}

/** What a refusal says, for people, with the remedy where there is one. */
export function reasonOfRefusal({ statusCode, text }: Refusal): string {
  if (statusCode === 401) return 'it does not know our token (401); look at enrich.kubernetes.resolver.tokenFile'
  return `it answers ${statusCode} ${text}`.trimEnd()
}

function streamUrl(url: string, position: Position | undefined): URL {
  const target = new URL(url)
  target.pathname = `${target.pathname.replace(/\/+$/, '')}${STREAM_PATH}`
  const query = position === undefined ? {} : { epoch: position.epoch, seq: String(position.seq) }
  target.search = new URLSearchParams({ schema: String(SCHEMA), ...query }).toString()
  return target
}

function retryAfterMs(header: string | undefined): number | undefined {
  const seconds = /^[0-9]{1,6}$/.test(header ?? '') ? Number(header) : undefined
  return seconds === undefined ? undefined : Math.min(seconds, LONGEST_RETRY_S) * 1_000
}

async function beginningOf(response: IncomingMessage): Promise<string> {
  let text = ''
  try {
    for await (const chunk of response) {
      text += String(chunk)
      if (text.length > LONGEST_TEXT) break
    }
  } catch {
    // What there was of it will do.
  }
  response.destroy()
  return text.slice(0, LONGEST_TEXT).replaceAll(/[^ -~]+/g, ' ')
}
