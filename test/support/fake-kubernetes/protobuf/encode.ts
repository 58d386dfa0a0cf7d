import { isObject, type JsonObject } from '../../../../src/enrich/kubernetes/field-reader.ts'
import { type Field, mapValueKind, messageNamed } from './schema.ts'
import { Writer } from './writer.ts'

const BATCH_BYTES = 128 * 1024
const MAGIC = Buffer.from('k8s\0')
const EMPTY: JsonObject = {}
const writer = new Writer()
/** Parts that many objects share are frozen, and encoded once. */
const encodedParts = new WeakMap<object, Buffer>()

/** A message as Go writes it: also what is empty, unless it is a pointer. */
export function encodeMessage(name: string, value: JsonObject): Buffer {
  writer.reset()
  writeMessage(name, value)
  return writer.bytes()
}

/** The message of a list, in buffers that are worth sending. */
export function encodeList(itemKind: string, metadata: JsonObject, items: Iterable<JsonObject>): Buffer[] {
  const begin = () => writer.delimited(1, () => writeMessage('ListMeta', metadata))
  return [...batches(begin, items, (item) => writer.delimited(2, () => writeMessage(itemKind, item)))]
}

/** `k8s\0` and an Unknown around a message: how every answer in protobuf is. */
export function encodeEnvelope(kind: string, apiVersion: string, message: readonly Buffer[]): Buffer {
  return Buffer.concat(enveloped(kind, apiVersion, message))
}

/** The same, not put together: long as it may be, its length stands before it. */
export function enveloped(kind: string, apiVersion: string, message: readonly Buffer[]): Buffer[] {
  writer.reset()
  writeTypeMeta(kind, apiVersion)
  writer.varint(2 * 8 + 2)
  writer.varint(message.reduce((sum, { length }) => sum + length, 0))
  const head = writer.bytes()
  writer.reset()
  writeContentType()
  return [head, ...message, writer.bytes()]
}

/** Events of a watch, each its length in four bytes and WatchEvent { type, object: RawExtension }; many to a buffer. */
export function encodeEvents(type: string, kind: string, objects: Iterable<JsonObject>): Iterable<Buffer> {
  return batches(
    () => undefined,
    objects,
    (object) => writer.framed(() => writeEvent(type, kind, object)),
  )
}

/** What is written, in buffers that are worth sending; another may write between two of them. */
function* batches(
  begin: () => void,
  objects: Iterable<JsonObject>,
  write: (object: JsonObject) => void,
): Iterable<Buffer> {
  writer.reset()
  begin()
  for (const object of objects) {
    write(object)
    if (writer.length < BATCH_BYTES) continue
    yield writer.bytes()
    writer.reset()
  }
  if (writer.length > 0) yield writer.bytes()
}

function writeEvent(type: string, kind: string, object: JsonObject): void {
  writer.text(1, type)
  writer.delimited(2, () =>
    writer.delimited(1, () => {
      writeTypeMeta(kind, 'v1')
      writer.delimited(2, () => writeMessage(kind, object))
      writeContentType()
    }),
  )
}

/** How every message in protobuf begins: `k8s\0`, and the first field of an Unknown. */
function writeTypeMeta(kind: string, apiVersion: string): void {
  writer.raw(MAGIC)
  writer.delimited(1, () => {
    writer.text(1, apiVersion)
    writer.text(2, kind)
  })
}

/** The last fields of an Unknown: contentEncoding and contentType, both empty. */
function writeContentType(): void {
  writer.text(3, '')
  writer.text(4, '')
}

function writeMessage(name: string, value: JsonObject): void {
  const known = encodedParts.get(value)
  if (known !== undefined) return writer.raw(known)
  if (value === EMPTY || !Object.isFrozen(value)) return writeFields(name, value)
  encodedParts.set(
    value,
    writer.recorded(() => writeFields(name, value)),
  )
}

function writeFields(name: string, value: JsonObject): void {
  for (const field of messageNamed(name)) {
    const part = field.json === undefined ? value : (value[field.json] ?? undefined)
    if (field.isList) for (const each of listOf(part)) writeValue(field.number, field.kind, each)
    else if (mapValueKind(field.kind) !== undefined) writeMap(field, part)
    else if (part !== undefined || !field.isPointer) writeValue(field.number, field.kind, part)
  }
}

function writeMap({ number, kind }: Field, value: unknown): void {
  if (!isObject(value)) return
  for (const key of Object.keys(value).sort())
    writer.delimited(number, () => {
      writer.text(1, key)
      writeValue(2, mapValueKind(kind) ?? '', value[key])
    })
}

function writeValue(number: number, kind: string, value: unknown): void {
  switch (kind) {
    case 'string':
      return writer.text(number, textOf(value))
    case 'int':
      return writer.int(number, Number(value ?? 0))
    case 'bool':
      return writer.int(number, value === true ? 1 : 0)
    case 'bytes':
      return writer.blob(number, Buffer.from(textOf(value), 'base64'))
    case 'Time':
    case 'MicroTime':
      return writer.delimited(number, () => writeTime(value))
    case 'Quantity':
      return writer.delimited(number, () => writer.text(1, textOf(value)))
    case 'IntOrString':
      return writer.delimited(number, () => writeIntOrString(value))
    case 'FieldsV1':
      return writer.delimited(number, () => writer.text(1, JSON.stringify(value)))
    default:
      return writer.delimited(number, () => writeMessage(kind, isObject(value) ? value : EMPTY))
  }
}

function writeTime(value: unknown): void {
  if (typeof value !== 'string') return
  const ms = Date.parse(value)
  writer.int(1, Math.floor(ms / 1000))
  writer.int(2, (ms - Math.floor(ms / 1000) * 1000) * 1_000_000)
}

function writeIntOrString(value: unknown): void {
  const isText = typeof value === 'string'
  writer.int(1, isText ? 1 : 0)
  writer.int(2, isText ? 0 : Number(value ?? 0))
  writer.text(3, isText ? value : '')
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
