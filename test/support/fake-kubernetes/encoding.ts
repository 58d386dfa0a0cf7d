import type { JsonObject } from '../../../src/enrich/kubernetes/field-reader.ts'
import { encodeEvents, encodeList, enveloped } from './protobuf/encode.ts'

const BATCH_LENGTH = 128 * 1024
const JSON_TYPE = 'application/json'
const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf'

/** How objects are written: many to a buffer, of some 128 KiB. */
export interface Encoding {
  readonly name: 'json' | 'protobuf'
  readonly contentType: string
  readonly watchContentType: string
  list(kind: string, metadata: JsonObject, items: Iterable<JsonObject>): Iterable<Buffer>
  /** Events of a watch. */
  events(type: string, kind: string, objects: Iterable<JsonObject>): Iterable<Buffer>
}

const JSON_ENCODING: Encoding = {
  name: 'json',
  contentType: JSON_TYPE,
  watchContentType: JSON_TYPE,
  list: (kind, metadata, items) => batches(jsonList(kind, metadata, items)),
  events: (type, kind, objects) => batches(jsonEvents(type, kind, objects)),
}

const PROTOBUF_ENCODING: Encoding = {
  name: 'protobuf',
  contentType: PROTOBUF_TYPE,
  watchContentType: `${PROTOBUF_TYPE};stream=watch`,
  list: (kind, metadata, items) => enveloped(`${kind}List`, 'v1', encodeList(kind, metadata, items)),
  events: encodeEvents,
}

/** One event of a watch. */
export function eventOf(encoding: Encoding, type: string, kind: string, object: JsonObject): Buffer {
  const [event = Buffer.alloc(0)] = encoding.events(type, kind, [object])
  return event
}

/** The first that is accepted; undefined when none is. */
export function encodingFor(accept: string | undefined): Encoding | undefined {
  for (const type of (accept ?? '*/*').split(',').map((part) => part.split(';')[0]?.trim())) {
    if (type === PROTOBUF_TYPE) return PROTOBUF_ENCODING
    if (type === JSON_TYPE || type === '*/*' || type === 'application/*') return JSON_ENCODING
  }
  return undefined
}

function jsonOf(kind: string, object: JsonObject): string {
  return JSON.stringify(object['kind'] === undefined ? { kind, apiVersion: 'v1', ...object } : object)
}

function* jsonList(kind: string, metadata: JsonObject, items: Iterable<JsonObject>): Iterable<string> {
  yield `{"kind":"${kind}List","apiVersion":"v1","metadata":${JSON.stringify(metadata)},"items":[`
  let separator = ''
  for (const item of items) {
    yield separator + JSON.stringify(item)
    separator = ','
  }
  yield ']}\n'
}

function* jsonEvents(type: string, kind: string, objects: Iterable<JsonObject>): Iterable<string> {
  for (const object of objects) yield `{"type":"${type}","object":${jsonOf(kind, object)}}\n`
}

function* batches(parts: Iterable<string>): Iterable<Buffer> {
  let batch = ''
  for (const part of parts) {
    batch += part
    if (batch.length < BATCH_LENGTH) continue
    yield Buffer.from(batch)
    batch = ''
  }
  if (batch !== '') yield Buffer.from(batch)
}
