import type { ValueKind } from './operators.ts'

/** Kinds whose values are told from what follows them by their characters alone. */
export type SpanKind = Exclude<ValueKind, 'loose' | 'time'>

/** Characters below 128 that a value of a kind may hold, `1` each. */
const CLASSES: Readonly<Record<SpanKind, Uint8Array>> = {
  number: classOf(/[0-9]/),
  protocol: classOf(/[A-Za-z0-9/.]/),
  flags: classOf(/[A-Za-z0-9_,.-]/),
  address: classOf(/[^\s",;|]/),
  token: classOf(/[^\s"]/),
}

function classOf(character: RegExp): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => {
    const isControl = code < 0x20 || code === 0x7f
    return !isControl && character.test(String.fromCharCode(code)) ? 1 : 0
  })
}

/** Place in a literal of the first character that no value of the kind holds; -1 when there is none. */
export function delimiterIn(kind: SpanKind, literal: string): number {
  for (let i = 0; i < literal.length; i += 1) {
    const code = literal.charCodeAt(i)
    if (code < 128 && CLASSES[kind][code] === 0) return i
  }
  return -1
}

/** Characters a value of a kind and its literal may begin with, `1` each; undefined for nearly any. */
export function beginningsOf(kind: ValueKind, literal: string): Uint8Array | undefined {
  if (kind !== 'protocol' && kind !== 'number') return undefined
  const beginnings = kind === 'number' ? CLASSES.number.slice() : classOf(/H/)
  for (const code of [DASH, literal.charCodeAt(0)]) if (code < 128) beginnings[code] = 1
  return beginnings
}

/** Tells where a value ends that starts at a place, or -1 when none of its kind does. It may be empty. */
export type SpanEnd = (text: string, at: number) => number

/**
 * How to find the end of values of a kind before a literal. Bounded kinds are read character by character. Tokens
 * and addresses end at the literal's delimiter, which is searched: `finders` is given what has to forget one text
 * before the next.
 */
export function spanEndOf(kind: SpanKind, literal: string, finders: Finder[]): SpanEnd {
  const offset = delimiterIn(kind, literal)
  const overlap = Math.max(offset, 0)
  if (kind === 'number') return (text, at) => bounded(NUMBER, 20, text, at) - overlap
  if (kind === 'flags') return (text, at) => bounded(FLAGS, 1024, text, at) - overlap
  if (kind === 'protocol') return (text, at) => protocolEnd(text, at, overlap)
  const delimiter = new Finder(literal.charAt(offset), finders)
  if (kind === 'address') {
    return (text, at) => {
      const end = delimiter.next(text, at) - overlap
      return end <= at || isAddress(text, at, end) ? end : -1
    }
  }
  return tokenEnd(delimiter, overlap, finders)
}

/** Blanks and quotes are looked for only where they are not what ends the token. */
function tokenEnd(delimiter: Finder, overlap: number, finders: Finder[]): SpanEnd {
  const others = [' ', '"'].filter((character) => character !== delimiter.character)
  const other = new Finder(others[0] ?? '', finders)
  const another = others[1] === undefined ? undefined : new Finder(others[1], finders)
  return (text, at) => {
    const end = delimiter.next(text, at) - overlap
    if (end > at && other.next(text, at) < end) return -1
    return another !== undefined && end > at && another.next(text, at) < end ? -1 : end
  }
}

const { number: NUMBER, flags: FLAGS, protocol: PROTOCOL } = CLASSES

/** End of the longest value; beyond what any has, -2000 makes it none whatever is subtracted. */
function bounded(table: Uint8Array, most: number, text: string, at: number): number {
  const limit = at + most
  let end = at
  while (table[text.charCodeAt(end)] === 1) {
    if (end === limit) return -2000
    end += 1
  }
  return end
}

function protocolEnd(text: string, at: number, overlap: number): number {
  const end = bounded(PROTOCOL, 10, text, at) - overlap
  return end <= at || (text.charCodeAt(at) === LETTER_H && text.startsWith('HTTP/', at)) ? end : -1
}

/**
 * Finds the next place of one character. A far one is remembered, so that looking for it from each of many places
 * costs one look at the text between.
 */
export class Finder {
  readonly character: string
  #from = 0
  #found = -1

  /** `finders` is told of it, because it has to forget one text before the next. */
  constructor(character: string, finders: Finder[]) {
    this.character = character
    finders.push(this)
  }

  /** The next place, or the end of the text; of no character, always the end. */
  next(text: string, at: number): number {
    if (at <= this.#found && at >= this.#from) return this.#found
    const found = this.character === '' ? -1 : text.indexOf(this.character, at)
    const place = found === -1 ? text.length : found
    if (place - at > NEAR) {
      this.#from = at
      this.#found = place
    }
    return place
  }

  /** Before another text. */
  forget(): void {
    this.#found = -1
  }
}
const NEAR = 64

const DASH = 0x2d
const LETTER_H = 0x48
const COLON = 0x3a
const DOT = 0x2e
const SLASH = 0x2f
const LONGEST_ADDRESS = 1024

/** An IP address with or without port, a path, an abstract socket, or `scheme://...` as internal listeners have. */
function isAddress(text: string, start: number, end: number): boolean {
  if (end - start > LONGEST_ADDRESS) return false
  let hasMark = text.charCodeAt(start) === SLASH
  for (let i = start; i < end; i += 1) {
    const code = text.charCodeAt(i)
    if (code === COLON || code === DOT) hasMark = true
    else if (IP_CHARACTERS[code] !== 1) return isNamedAddress(text.slice(start, end))
  }
  return hasMark
}
const IP_CHARACTERS = classOf(/[0-9A-Fa-f[\]%/]/)

function isNamedAddress(address: string): boolean {
  return /^(?:-$|\/|@|[a-z][a-z0-9+.-]*:\/\/)/.test(address) && !/[\s"]/.test(address)
}
