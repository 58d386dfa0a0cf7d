import { isObject, type JsonObject } from '../../../../src/enrich/kubernetes/field-reader.ts'
import { type Field, mapValueKind, messageNamed } from './schema.ts'
import { Writer } from './writer.ts'

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

/** `k8s\0` and an Unknown around a message: how every answer in protobuf begins. */
export function encodeEnvelope(kind: string, apiVersion: string, message: readonly Uint8Array[]): Buffer {
  writer.reset()
  writer.delimited(1, () => {
    writer.text(1, apiVersion)
    writer.text(2, kind)
  })
  const typeMeta = writer.bytes()
  writer.reset()
  const length = message.reduce((sum, part) => sum + part.length, 0)
  writer.varint(2 * 8 + 2)
  writer.varint(length)
  const head = writer.bytes()
  // contentEncoding and contentType, both empty.
  return Buffer.concat([Buffer.from('k8s\0'), typeMeta, head, ...message, Buffer.from([0x1a, 0, 0x22, 0])])
}

/** A list's message in parts: its metadata, then its items. */
export function encodeList(itemKind: string, metadata: JsonObject, items: Iterable<JsonObject>): Buffer[] {
  const parts = [encodeField(1, () => writeMessage('ListMeta', metadata))]
  for (const item of items) parts.push(encodeField(2, () => writeMessage(itemKind, item)))
  return parts
}

/** One event of a watch: its length in four bytes, then WatchEvent { type, object: RawExtension }. */
export function encodeFrame(type: string, envelope: Uint8Array): Buffer {
  writer.reset()
  writer.text(1, type)
  writer.delimited(2, () => writer.blob(1, envelope))
  const event = writer.bytes()
  const length = Buffer.alloc(4)
  length.writeUInt32BE(event.length)
  return Buffer.concat([length, event])
}

function encodeField(number: number, write: () => void): Buffer {
  writer.reset()
  writer.delimited(number, write)
  return writer.bytes()
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
