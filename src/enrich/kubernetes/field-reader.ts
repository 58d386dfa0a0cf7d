import { quote } from '../../record/quote.ts'
import { parseCidr } from '../endpoint/cidr.ts'
import { canonicalIp } from '../ip.ts'

/** An object of JSON. */
export interface JsonObject {
  readonly [key: string]: unknown
}

/** A field that is not what Kubernetes makes it. */
export interface FieldProblem {
  /** Dotted path inside the object. */
  readonly field: string
  readonly expected: string
  /** What stands there, shortened. */
  readonly found: string
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Reads fields of one Kubernetes object. A missing or null field is absent; one of another type is a problem and
 * absent. Paths are from the object's root; `from` is the object that holds the path's last key.
 */
export class FieldReader {
  readonly problems: FieldProblem[] = []

  object(from: JsonObject | undefined, path: string): JsonObject | undefined {
    const value = valueAt(from, path)
    return value === undefined || isObject(value) ? value : this.#not(path, 'an object', value)
  }

  objects(from: JsonObject | undefined, path: string): readonly JsonObject[] {
    const list = this.#list(from, path)
    if (list.every(isObject)) return list
    return list.filter((value, at): value is JsonObject => {
      if (isObject(value)) return true
      this.#not(`${path}[${at}]`, 'an object', value)
      return false
    })
  }

  text(from: JsonObject | undefined, path: string): string | undefined {
    const value = valueAt(from, path)
    if (value === undefined || (typeof value === 'string' && value.length <= MAX_TEXT)) return value
    return this.#not(path, typeof value === 'string' ? `at most ${MAX_TEXT} characters` : 'a text', value)
  }

  /** Empty, with a problem, when the object has none. */
  requiredText(from: JsonObject | undefined, path: string): string {
    const text = this.text(from, path)
    if (text === undefined || text === '') this.#not(path, 'a text', valueAt(from, path))
    return text ?? ''
  }

  isTrue(from: JsonObject | undefined, path: string): boolean {
    const value = valueAt(from, path)
    if (value !== undefined && typeof value !== 'boolean') this.#not(path, 'true or false', value)
    return value === true
  }

  /** From 1 to 65535; Kubernetes leaves a port it did not give at 0. */
  port(from: JsonObject | undefined, path: string): number | undefined {
    const value = valueAt(from, path)
    if (value === undefined || value === 0) return undefined
    if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536) return value
    return this.#not(path, 'a port', value)
  }

  /** A whole number. */
  count(from: JsonObject | undefined, path: string): number | undefined {
    const value = valueAt(from, path)
    if (value === undefined || (typeof value === 'number' && Number.isSafeInteger(value))) return value
    return this.#not(path, 'a whole number', value)
  }

  /** Milliseconds since the epoch of an RFC 3339 time, or of a Date, which JSON cannot hold but protobuf can. */
  timeMs(from: JsonObject | undefined, path: string): number | undefined {
    const value = valueAt(from, path)
    if (value instanceof Date) return value.getTime()
    const text = this.text(from, path)
    if (text === undefined) return undefined
    const ms = Date.parse(text)
    return Number.isNaN(ms) || text.length < 20 ? this.#not(path, 'a time like 2026-11-22T12:00:00Z', text) : ms
  }

  /** Canonical; an empty text is absent. */
  ip(from: JsonObject | undefined, path: string): string | undefined {
    const text = this.text(from, path)
    if (text === undefined || text === '') return undefined
    return canonicalIp(text) ?? this.#not(path, 'an IP address', text)
  }

  /** Canonical addresses of a list of texts; empty texts and `None` (headless services) are left out. */
  ips(from: JsonObject | undefined, path: string): readonly string[] {
    return this.#texts(from, path).flatMap((text, at) => {
      if (text === '' || text === 'None') return []
      return canonicalIp(text) ?? this.#not(`${path}[${at}]`, 'an IP address', text) ?? []
    })
  }

  /** Canonical addresses that the objects of a list have under `key`. */
  ipsUnder(from: JsonObject | undefined, path: string, key: string): readonly string[] {
    const ips: string[] = []
    for (const [at, each] of this.objects(from, path).entries()) {
      const text = valueAt(each, key)
      const ip = typeof text === 'string' ? canonicalIp(text) : undefined
      if (ip !== undefined) ips.push(ip)
      else this.ip(each, `${path}[${at}].${key}`) // absent, or a problem
    }
    return ips
  }

  cidrs(from: JsonObject | undefined, path: string): readonly string[] {
    return this.#texts(from, path).filter((text, at) => {
      if (parseCidr(text) !== undefined) return true
      this.#not(`${path}[${at}]`, 'a range like 10.244.1.0/24', text)
      return false
    })
  }

  texts(from: JsonObject | undefined, path: string): readonly string[] {
    return this.#texts(from, path)
  }

  #texts(from: JsonObject | undefined, path: string): readonly string[] {
    return this.#list(from, path).filter((value, at): value is string => {
      if (typeof value === 'string') return true
      this.#not(`${path}[${at}]`, 'a text', value)
      return false
    })
  }

  #list(from: JsonObject | undefined, path: string): readonly unknown[] {
    const value = valueAt(from, path)
    if (value === undefined) return []
    if (!Array.isArray(value)) return this.#not(path, 'a list', value) ?? []
    return value.length <= MAX_LIST ? value : (this.#not(path, `at most ${MAX_LIST} entries`, value) ?? [])
  }

  #not(field: string, expected: string, value: unknown): undefined {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ field, expected, found: foundText(value) })
    return undefined
  }
}

/** Kubernetes' names and labels have at most 253 characters, keys with a prefix 317. */
const MAX_TEXT = 1024
/** Containers, ports, addresses, conditions, owners: no object has more. */
const MAX_LIST = 4096
/** Of one object. */
const MAX_PROBLEMS = 8

function valueAt(from: JsonObject | undefined, path: string): unknown {
  if (from === undefined) return undefined
  const key = keyOf(path)
  return Object.hasOwn(from, key) ? (from[key] ?? undefined) : undefined
}

/** Last key by path: cutting the same paths again is dear, and so is finding a path here that was put together just now. */
const keys = new Map<string, string>()
/** Paths into lists have an index, and no end. */
const MAX_KEYS = 512

function keyOf(path: string): string {
  const known = keys.get(path)
  if (known !== undefined) return known
  const key = path.slice(path.lastIndexOf('.') + 1)
  if (keys.size < MAX_KEYS) keys.set(path, key)
  return key
}

/** A value in few words, for a message. */
export function foundText(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (isObject(value)) return 'an object'
  const text = typeof value === 'string' ? quote(value.slice(0, 60)) : JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
