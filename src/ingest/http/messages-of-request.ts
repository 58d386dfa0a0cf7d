import { type Body, MAX_MESSAGES, messagesOf } from '../envelope/body.ts'
import type { LineEnvelope } from '../envelope/open.ts'

const JSON_TYPES = ['application/json', 'application/x-ndjson', 'application/ndjson']

/** Content types of the bodies that an envelope may come in. */
export function contentTypesOf(envelope: LineEnvelope): readonly string[] {
  if (envelope === 'otel') return ['application/json', 'application/x-protobuf']
  return envelope === 'raw' ? [...JSON_TYPES, 'text/plain'] : JSON_TYPES
}

/** The messages in the body of a request: a body of OTLP is one. */
export function messagesOfRequest(body: Buffer, contentType: string, envelope: LineEnvelope): Body {
  if (envelope === 'otel') return { ok: true, messages: [body] }
  return contentType === 'text/plain' ? linesOf(body) : messagesOf(body)
}

const NEWLINE = 0x0a
const CARRIAGE_RETURN = 0x0d

function linesOf(body: Buffer): Body {
  const messages: Buffer[] = []
  for (let [start, number] = [0, 1]; start < body.length; number += 1) {
    const newline = body.indexOf(NEWLINE, start)
    const end = newline === -1 ? body.length : newline
    const line = body.subarray(start, body[end - 1] === CARRIAGE_RETURN ? Math.max(start, end - 1) : end)
    if (messages.length === MAX_MESSAGES) return tooMany(number)
    if (line.length > 0) messages.push(line)
    start = end + 1
  }
  return { ok: true, messages }
}

function tooMany(line: number): Body {
  return { ok: false, line, expected: `at most ${MAX_MESSAGES} records in a request` }
}
