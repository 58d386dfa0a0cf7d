/** The messages in the body of a request, or why it cannot be taken apart. */
export type Body =
  | { readonly ok: true; readonly messages: readonly Buffer[] }
  | {
      readonly ok: false
      /** Where reading ended, counted from 1. */
      readonly line: number
      readonly expected: string
    }

/** Records of one request, at most: the smallest becomes a hundred times as much. */
export const MAX_MESSAGES = 100_000

const NEWLINE = 0x0a
const QUOTE = 0x22
const COMMA = 0x2c
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/**
 * Take a body apart: a JSON array of objects (Fluent Bit `json`, Vector's default), objects one a line (`json_lines`,
 * `newline_delimited`) or one behind the other (`json_stream`). Only brackets and texts are looked at: an object
 * between them that is no JSON is a message like any other, and its envelope says so.
 */
export function messagesOf(body: Buffer): Body {
  const start = skipBlanks(body, 0)
  const isArray = body[start] === OPEN_BRACKET
  const messages: Buffer[] = []
  for (let at = isArray ? skipBlanks(body, start + 1) : start; at < body.length; ) {
    if (isArray && body[at] === CLOSE_BRACKET) return afterArray(body, at, messages)
    const end = endOfObject(body, at, isArray)
    if (end === undefined || messages.length === MAX_MESSAGES) return brokenAt(body, at, messages.length)
    messages.push(body.subarray(at, end))
    at = skipBlanks(body, end)
    if (isArray && body[at] === COMMA) at = skipBlanks(body, at + 1)
    else if (isArray && body[at] !== CLOSE_BRACKET) return brokenAt(body, at, 0)
  }
  return isArray ? brokenAt(body, body.length, 0) : { ok: true, messages }
}

function afterArray(body: Buffer, at: number, messages: readonly Buffer[]): Body {
  const end = skipBlanks(body, at + 1)
  return end === body.length ? { ok: true, messages } : brokenAt(body, end, 0)
}

/** Place behind the object that begins at `from`; undefined when none does, or it does not end. */
function endOfObject(body: Buffer, from: number, mayHaveNewlines: boolean): number | undefined {
  if (body[from] !== OPEN_BRACE) return undefined
  let depth = 0
  for (let at = from; at < body.length; at += 1) {
    const byte = body[at]
    if (byte === QUOTE) at = endOfText(body, at)
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1
    else if (byte === NEWLINE && !mayHaveNewlines) return undefined
    if (depth === 0) return at + 1
  }
  return undefined
}

/** Place of the quote that ends the text that begins at `from`; the body's end when none does. */
function endOfText(body: Buffer, from: number): number {
  for (let at = from + 1; at < body.length; at += 1) {
    if (body[at] === BACKSLASH) at += 1
    else if (body[at] === QUOTE) return at
  }
  return body.length
}

function skipBlanks(body: Buffer, from: number): number {
  let at = from
  while (at < body.length && isBlank(body[at])) at += 1
  return at
}

/** Blank, tab, newline, carriage return: what JSON allows between values. */
function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === NEWLINE || byte === 0x0d
}

function brokenAt(body: Buffer, at: number, count: number): Body {
  let line = 1
  for (let i = body.indexOf(NEWLINE); i !== -1 && i < at; i = body.indexOf(NEWLINE, i + 1)) line += 1
  if (count === MAX_MESSAGES) return { ok: false, line, expected: `at most ${MAX_MESSAGES} records in a request` }
  return { ok: false, line, expected: 'JSON objects, one a line or in one array' }
}
