import { once } from 'node:events'
import { type IncomingMessage, request as requestPlainly } from 'node:http'
import { request as requestSecurely } from 'node:https'
import { text } from 'node:stream/consumers'

const PATIENCE_MS = 60_000

/** A user and a password. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

/** A request to a server of a test. */
export interface Question {
  readonly method: string
  readonly path: string
  /** Text is sent as ndjson, everything else as JSON, unless `contentType` says more. */
  readonly body?: unknown
  readonly contentType?: string
  readonly auth?: Credentials
  /** Instead of `auth`. */
  readonly bearerToken?: string | undefined
  /** Who signed the certificate of a server that is asked by https. */
  readonly ca?: string
  readonly timeoutMs?: number
}

/** What came back: JSON as what it means, everything else as `{ text }`. Whoever asks says which form it has. */
export interface Answer<Body> {
  readonly status: number
  readonly body: Body
}

/** Ask a server over a connection of its own, so that none is left over from before a kill. */
export async function ask<Body = unknown>(url: string, question: Question): Promise<Answer<Body>> {
  const { method, path, body, auth, bearerToken, ca, timeoutMs = PATIENCE_MS } = question
  const content = body === undefined || typeof body === 'string' ? (body ?? '') : JSON.stringify(body)
  const contentType = question.contentType ?? (typeof body === 'string' ? 'application/x-ndjson' : 'application/json')
  const request = ca === undefined ? requestPlainly : requestSecurely
  const asked = request(new URL(path, url), {
    method,
    agent: false,
    signal: AbortSignal.timeout(timeoutMs),
    // Without a length Node leaves out how long the body of a DELETE is, and the server sees none.
    headers: {
      'content-type': contentType,
      'content-length': Buffer.byteLength(content),
      ...(bearerToken !== undefined && { authorization: `Bearer ${bearerToken}` }),
    },
    ...(ca !== undefined && { ca }),
    ...(auth && { auth: `${auth.username}:${auth.password}` }),
  })
  asked.end(content)
  const [answered]: IncomingMessage[] = await once(asked, 'response')
  if (answered === undefined) throw new Error(`Cannot ask "${url}${path}": no answer`)
  const answer = await text(answered)
  return {
    status: answered.statusCode ?? 0,
    body: JSON.parse(isJson(answered) ? answer : JSON.stringify({ text: answer })),
  }
}

function isJson({ headers }: IncomingMessage): boolean {
  return headers['content-type']?.includes('json') === true && headers['content-length'] !== '0'
}
