import { isTooDeep, type JsonObject } from '../format/json-value.ts'
import { readCri } from '../frame/cri.ts'
import { emptyFrame } from '../frame/framed.ts'
import { isObject } from './values.ts'

/** Where a record holds the line. */
export interface RecordShape {
  /** Keys of the shipper's own: everything else came out of the line. */
  readonly own: ReadonlySet<string>
  /** Keys that hold the line's text, or the object it was parsed to. */
  readonly textKeys: readonly string[]
}

/** The text of a line. */
export interface Content {
  readonly text: string
}

/**
 * The text of the line in one record: as it stands, or made again of the parsed keys, which shippers put in the place
 * of the text, below one key of their own, or beside the shipper's keys. Undefined when the record holds no line.
 * `message`: the JSON text the record came from.
 */
export function contentOf(record: JsonObject, shape: RecordShape, message: string): Content | 'too_deep' | undefined {
  for (const key of shape.textKeys) {
    const value = record[key]
    if (typeof value === 'string' && !(key === 'message' && isDiagnostic(record)))
      return { text: withoutNewline(value) }
    if (isObject(value)) return rebuilt(value, message)
  }
  const hasTime = isDiagnostic(record)
  const members = Object.entries(record).filter(([key]) => !shape.own.has(key) || (hasTime && key === 'time'))
  if (members.length === 0) return undefined
  const nested = isAccess(record) ? [] : members.map(([, value]) => value).filter(isObject)
  return rebuilt(nested.length === 1 && nested[0] !== undefined ? nested[0] : Object.fromEntries(members), message)
}

/** A line made of its parsed keys, unless they are nested too deep to be written again. */
export function rebuilt(keys: JsonObject, message: string): Content | 'too_deep' {
  return isTooDeep(keys, message) ? 'too_deep' : { text: JSON.stringify(keys) }
}

/** ztunnel's JSON lines and diagnostics have a `message` and a `time` of their own: the latter takes the runtime's place. */
function isDiagnostic({ level, scope }: JsonObject): boolean {
  return typeof level === 'string' && typeof scope === 'string'
}

/** Keys of an access line that stand beside the shipper's own. */
function isAccess(record: JsonObject): boolean {
  return ['start_time', 'response_code', 'response_flags'].some((key) => record[key] !== undefined)
}

function withoutNewline(text: string): string {
  const end = text.endsWith('\n') ? text.length - 1 : text.length
  return text.slice(0, text[end - 1] === '\r' ? end - 1 : end)
}

/** What the runtime's frame around a text said, where the shipper left the frame on. */
export interface InnerFrame {
  readonly text: string
  readonly time: string | undefined
  readonly stream: string
  readonly isPartial: boolean
}

/** Take the CRI frame off a text; undefined when it has none. */
export function unframed(text: string): InnerFrame | undefined {
  if (text[4] !== '-' || text[10] !== 'T') return undefined
  const bytes = Buffer.from(text)
  const framed = emptyFrame()
  if (!readCri(bytes, 0, bytes.length, framed)) return undefined
  const { time, stream, isPartial } = framed
  return { text: bytes.toString('utf8', framed.from, framed.to), time, stream, isPartial }
}
