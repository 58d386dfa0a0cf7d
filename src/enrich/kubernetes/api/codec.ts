import { isObject, type JsonObject } from '../field-reader.ts'
import { JsonListSplitter } from './json-splitter.ts'
import { decode, type Message } from './message.ts'
import { BOOKMARK, LIST_METADATA, STATUS } from './objects.ts'
import { FrameSplitter, ProtobufListSplitter } from './protobuf-splitter.ts'
import { LineSplitter, type Splitter } from './splitter.ts'
import { MalformedBytes, SPAN, Wire } from './wire.ts'

/** One event of a watch; `object` is a Status where `type` is ERROR. */
export interface WatchEvent {
  readonly type: string
  readonly object: JsonObject
}

/** How a body is written. What is decoded has the shape of JSON either way, and may have fewer fields. */
export interface Codec {
  readonly name: 'protobuf' | 'json'
  readonly listSplitter: () => Splitter
  readonly watchSplitter: () => Splitter
  /** Items, metadata and events throw MalformedBytes or SyntaxError where they are none. */
  readonly item: (bytes: Buffer, fields: Message) => JsonObject
  readonly listMetadata: (bytes: Buffer) => JsonObject
  readonly event: (bytes: Buffer, fields: Message) => WatchEvent
  readonly status: (body: Buffer) => JsonObject
}

/** Media types in the order in which we like them. */
export const ACCEPT = {
  protobuf: 'application/vnd.kubernetes.protobuf, application/json;q=0.9',
  json: 'application/json',
} as const

/** The codec of a body with this content type; undefined for one that is neither, such as `text/plain`. */
export function codecOf(contentType: string | undefined): Codec | undefined {
  const type = contentType?.split(';', 1)[0]?.trim()
  if (type === 'application/vnd.kubernetes.protobuf') return PROTOBUF
  return type === 'application/json' ? JSON_CODEC : undefined
}

const JSON_CODEC: Codec = {
  name: 'json',
  listSplitter: () => new JsonListSplitter(),
  watchSplitter: () => new LineSplitter(),
  item: parse,
  listMetadata: parse,
  event(bytes) {
    const { type, object } = parse(bytes)
    if (typeof type !== 'string' || !isObject(object)) throw new MalformedBytes('an event without type or object')
    return { type, object }
  },
  status: parse,
}

function parse(bytes: Buffer): JsonObject {
  const value: unknown = JSON.parse(bytes.toString())
  if (!isObject(value)) throw new MalformedBytes('it is no object')
  return value
}

const PROTOBUF: Codec = {
  name: 'protobuf',
  listSplitter: () => new ProtobufListSplitter(),
  watchSplitter: () => new FrameSplitter(),
  item: (bytes, fields) => decode(fields, new Wire(bytes), bytes.length),
  listMetadata: (bytes) => decode(LIST_METADATA, new Wire(bytes), bytes.length),
  event(bytes, fields) {
    const wire = new Wire(bytes)
    let type = ''
    let objectAt: number | undefined
    while (wire.at < bytes.length) {
      const tag = wire.varint()
      if (tag === EVENT_TYPE) {
        type = wire.text()
      } else {
        if (tag === EVENT_OBJECT) objectAt = wire.at
        wire.skip(tag & 7)
      }
    }
    if (type === '' || objectAt === undefined) throw new MalformedBytes('an event without type or object')
    wire.at = objectAt
    return { type, object: rawObject(wire, messageOf(type, fields)) }
  },
  status: (body) => envelope(body, STATUS),
}

/** Tags of `meta.v1.WatchEvent`. */
const EVENT_TYPE = (1 << 3) | SPAN
const EVENT_OBJECT = (2 << 3) | SPAN
/** Tag of the one field of `runtime.RawExtension`. */
const EXTENSION_RAW = (1 << 3) | SPAN
/** Tag of the field of `runtime.Unknown` that holds the object. */
const UNKNOWN_RAW = (2 << 3) | SPAN

const MAGIC = 'k8s\0'

function messageOf(type: string, fields: Message): Message {
  if (type === 'BOOKMARK') return BOOKMARK
  return type === 'ERROR' ? STATUS : fields
}

/** The object in a `runtime.RawExtension`. */
function rawObject(wire: Wire, fields: Message): JsonObject {
  const end = wire.spanEnd()
  while (wire.at < end) {
    const tag = wire.varint()
    if (tag === EXTENSION_RAW) return envelope(wire.bytes.subarray(wire.at, end), fields, true)
    wire.skip(tag & 7)
  }
  throw new MalformedBytes('an event without object')
}

/** The object in `k8s\0` and a `runtime.Unknown`; `hasLength` where its length stands before it. */
function envelope(bytes: Buffer, fields: Message, hasLength = false): JsonObject {
  const wire = new Wire(bytes)
  const end = hasLength ? wire.spanEnd() : bytes.length
  if (bytes.toString('latin1', wire.at, wire.at + MAGIC.length) !== MAGIC) throw new MalformedBytes('no envelope')
  wire.at += MAGIC.length
  while (wire.at < end) {
    const tag = wire.varint()
    if (tag === UNKNOWN_RAW) return decode(fields, wire, wire.spanEnd())
    wire.skip(tag & 7)
  }
  throw new MalformedBytes('an envelope without object')
}
