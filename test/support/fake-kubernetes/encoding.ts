import type { JsonObject } from '../../../src/enrich/kubernetes/field-reader.ts'
import { encodeEnvelope, encodeFrame, encodeList, encodeMessage } from './protobuf/encode.ts'

const BATCH_BYTES = 128 * 1024
const JSON_TYPE = 'application/json'
const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf'

/** How objects are written. */
export interface Encoding {
  readonly name: 'json' | 'protobuf'
  readonly contentType: string
  readonly watchContentType: string
  /** A list in batches of about 128 KiB. */
  list(kind: string, metadata: JsonObject, items: Iterable<JsonObject>): Iterable<Buffer>
  object(kind: string, object: JsonObject): Buffer
  /** An event of a watch. */
  event(type: string, kind: string, object: JsonObject): Buffer
}

const JSON_ENCODING: Encoding = {
  name: 'json',
  contentType: JSON_TYPE,
  watchContentType: JSON_TYPE,
  list: (kind, metadata, items) => batches(jsonList(kind, metadata, items)),
  object: (kind, object) => Buffer.from(`${jsonOf(kind, object)}\n`),
  event: (type, kind, object) => Buffer.from(`{"type":"${type}","object":${jsonOf(kind, object)}}\n`),
}

const PROTOBUF_ENCODING: Encoding = {
  name: 'protobuf',
  contentType: PROTOBUF_TYPE,
  watchContentType: `${PROTOBUF_TYPE};stream=watch`,
  list: (kind, metadata, items) => batches([encodeEnvelope(`${kind}List`, 'v1', encodeList(kind, metadata, items))]),
  object: (kind, object) => encodeEnvelope(kind, 'v1', [encodeMessage(kind, object)]),
  event: (type, kind, object) => encodeFrame(type, encodeEnvelope(kind, 'v1', [encodeMessage(kind, object)])),
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

function* jsonList(kind: string, metadata: JsonObject, items: Iterable<JsonObject>): Iterable<Buffer> {
  yield Buffer.from(`{"kind":"${kind}List","apiVersion":"v1","metadata":${JSON.stringify(metadata)},"items":[`)
  let separator = ''
  for (const item of items) {
    yield Buffer.from(separator + JSON.stringify(item))
    separator = ','
  }
  yield Buffer.from(']}\n')
}

/** Parts put together until they are worth writing. */
export function* batches(parts: Iterable<Buffer>): Iterable<Buffer> {
  let [batch, bytes]: [Buffer[], number] = [[], 0]
  for (const part of parts) {
    batch.push(part)
    bytes += part.length
    if (bytes < BATCH_BYTES) continue
    yield Buffer.concat(batch)
    ;[batch, bytes] = [[], 0]
  }
  if (bytes > 0) yield Buffer.concat(batch)
}
