import type { IncomingMessage } from 'node:http'
import { reasonOf } from '../../../errors.ts'
import { quote } from '../../../record/quote.ts'
import { isObject, type JsonObject } from '../field-reader.ts'
import { codecOf } from './codec.ts'

/** Why a request or a stream of the API server came to nothing. `message` is for people and holds nothing secret. */
export class ApiFailure extends Error {
  /** For a metric: an HTTP status, or a word such as `connection`. */
  readonly code: string
  /** Where we stand is too old, or from a future that never was: only a whole list helps. */
  readonly needsList: boolean
  readonly retryAfterMs: number

  constructor(code: string, message: string, { needsList = false, retryAfterMs = 0 } = {}) {
    super(message)
    this.code = code
    this.needsList = needsList
    this.retryAfterMs = retryAfterMs
  }
}

/** Any error as a failure: what Node has a code for broke on the connection, anything else is a bug of ours. */
export function failureOf(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error
  const isNodes = typeof Reflect.get(Object(error), 'code') === 'string'
  return new ApiFailure(isNodes ? 'connection' : 'internal', reasonOf(error))
}

/** What a person can do about a failure, by its code. */
export const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['401', 'the API server does not accept this token or certificate'],
  ['403', 'it takes the verbs list and watch on pods, services, nodes and namespaces, cluster-wide'],
])

/** The failure that a `Status` tells: an ERROR event of a watch. */
export function failureOfStatus(status: JsonObject): ApiFailure {
  const { code, reason, message, details } = status
  const causes = isObject(details) && Array.isArray(details['causes']) ? details['causes'] : []
  const isAhead = causes.some((cause) => isObject(cause) && cause['reason'] === 'ResourceVersionTooLarge')
  const isOld = code === 410 || reason === 'Expired' || reason === 'Gone'
  const seconds = isObject(details) ? details['retryAfterSeconds'] : undefined
  const number = typeof code === 'number' ? code : 0
  return new ApiFailure(String(number), textOf(number, message), {
    needsList: isOld || isAhead,
    retryAfterMs: typeof seconds === 'number' ? boundedMs(seconds) : 0,
  })
}

/** The failure that an answer other than 200 tells. Never throws: the body may be anything. */
export function failureOfAnswer({ statusCode = 0, headers }: IncomingMessage, body: Buffer): ApiFailure {
  const status = statusOf(headers['content-type'], body)
  const told = failureOfStatus({ ...status, code: statusCode })
  const retryAfterMs = boundedMs(Number(headers['retry-after'] ?? 0))
  // In a 504 without a kind only the text says that it is about the version.
  const isAhead = /too large resource version/i.test(told.message)
  const message = status === undefined ? textOf(statusCode, body.toString()) : told.message
  return new ApiFailure(told.code, message, {
    needsList: told.needsList || isAhead,
    retryAfterMs: Math.max(told.retryAfterMs, retryAfterMs),
  })
}

/** No server may keep us away for longer. */
const LONGEST_RETRY_AFTER_S = 60

function boundedMs(seconds: number): number {
  return seconds > 0 ? Math.min(seconds, LONGEST_RETRY_AFTER_S) * 1000 : 0
}

function statusOf(contentType: string | undefined, body: Buffer): JsonObject | undefined {
  // An API server that waited in vain writes a Status and calls it text.
  const codec = codecOf(contentType) ?? codecOf('application/json')
  try {
    return codec?.status(body)
  } catch {
    return undefined
  }
}

const LONGEST_MESSAGE = 300

function textOf(code: number, message: unknown): string {
  const text = typeof message === 'string' ? message.trim().slice(0, LONGEST_MESSAGE) : ''
  return text === '' ? `the API server answers ${code}` : `the API server answers ${code}: ${quote(text)}`
}
