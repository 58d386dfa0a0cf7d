import type { JsonObject } from '../../../../src/enrich/kubernetes/field-reader.ts'
import { type Field, mapValueKind, messageNamed } from './schema.ts'

type Mutable = Record<string, unknown>

const NOTHING: Buffer = Buffer.alloc(0)

/** An object of one kind, or a list of them, as JSON would have it; what is empty may stand there or not. */
export function decodeEnvelope(bytes: Buffer): JsonObject {
  if (bytes.subarray(0, 4).toString('latin1') !== 'k8s\0')
    throw new Error('Cannot decode an answer: it has no "k8s\\0"')
  const [, typeMeta, message] = partsOf(bytes.subarray(4))
  const [, apiVersion, kind] = partsOf(typeMeta?.[0] ?? NOTHING)
  const name = textOf(kind)
  const value = name.endsWith('List') ? decodeList(name, message?.[0]) : decodeMessage(name, message?.[0])
  return { kind: name, apiVersion: textOf(apiVersion), ...value }
}

/** An event of a watch. */
export interface DecodedEvent {
  readonly type: string
  readonly object: JsonObject
}

/** The events in a stream of frames, as far as they are whole. */
export function decodeFrames(bytes: Buffer): DecodedEvent[] {
  const events: DecodedEvent[] = []
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at)
    if (end > bytes.length) break
    const [, type, extension] = partsOf(bytes.subarray(at + 4, end))
    const [, raw] = partsOf(extension?.[0] ?? NOTHING)
    events.push({ type: textOf(type), object: decodeEnvelope(raw?.[0] ?? NOTHING) })
    at = end
  }
  return events
}

function decodeList(name: string, bytes: Buffer = NOTHING): JsonObject {
  const [, metadata, items = []] = partsOf(bytes)
  const kind = name.replace(/List$/, '')
  return { metadata: decodeMessage('ListMeta', metadata?.[0]), items: items.map((item) => decodeMessage(kind, item)) }
}

function decodeMessage(name: string, bytes: Buffer = NOTHING): JsonObject {
  const value: Mutable = {}
  const parts = partsOf(bytes)
  for (const field of messageNamed(name)) {
    const found = parts[field.number]
    if (found === undefined) continue
    if (field.json === undefined) Object.assign(value, valueOf(field.kind, found.at(-1)))
    else value[field.json] = fieldOf(field, found)
  }
  return value
}

function fieldOf({ kind, isList }: Field, found: readonly Buffer[]): unknown {
  const valueKind = mapValueKind(kind)
  if (valueKind !== undefined) return Object.fromEntries(found.map((entry) => entryOf(valueKind, entry)))
  return isList ? found.map((each) => valueOf(kind, each)) : valueOf(kind, found.at(-1))
}

function entryOf(kind: string, entry: Buffer): [string, unknown] {
  const [, key, value] = partsOf(entry)
  return [textOf(key), valueOf(kind, value?.at(-1))]
}

function valueOf(kind: string, bytes: Buffer = NOTHING): unknown {
  switch (kind) {
    case 'string':
      return bytes.toString()
    case 'int':
      return intOf([bytes])
    case 'bool':
      return intOf([bytes]) !== 0
    case 'bytes':
      return bytes.toString('base64')
    case 'Time':
    case 'MicroTime':
      return timeOf(bytes)
    case 'Quantity':
      return textOf(partsOf(bytes)[1])
    case 'IntOrString':
      return intOrStringOf(bytes)
    case 'FieldsV1':
      return JSON.parse(textOf(partsOf(bytes)[1]))
    default:
      return decodeMessage(kind, bytes)
  }
}

function timeOf(bytes: Buffer): string | null {
  const [, seconds] = partsOf(bytes)
  return seconds === undefined ? null : new Date(intOf(seconds) * 1000).toISOString().replace('.000Z', 'Z')
}

function intOrStringOf(bytes: Buffer): string | number {
  const [, type, int, text] = partsOf(bytes)
  return intOf(type) === 0 ? intOf(int) : textOf(text)
}

/** By field number: the bytes of each value, those of a varint included. */
function partsOf(bytes: Buffer): Buffer[][] {
  const parts: Buffer[][] = []
  for (let at = 0; at < bytes.length; ) {
    const [tag, from] = varintAt(bytes, at)
    const [value, next] = varintAt(bytes, from)
    const [start, end] = tag % 8 === 0 ? [from, next] : [next, next + value]
    if ((tag % 8 !== 0 && tag % 8 !== 2) || end > bytes.length) throw new Error(`Cannot decode field ${tag}: cut off`)
    ;(parts[Math.floor(tag / 8)] ??= []).push(bytes.subarray(start, end))
    at = end
  }
  return parts
}

function varintAt(bytes: Buffer, at: number): [value: number, end: number] {
  let value = 0n
  for (let [end, shift] = [at, 0n]; ; shift += 7n) {
    const byte = bytes[end]
    if (byte === undefined) throw new Error('Cannot decode a number: it is cut off')
    end += 1
    value |= BigInt(byte & 127) << shift
    if (byte < 128) return [Number(BigInt.asIntN(64, value)), end]
  }
}

function intOf(found: readonly Buffer[] | undefined): number {
  const bytes = found?.at(-1)
  return bytes === undefined ? 0 : varintAt(bytes, 0)[0]
}

function textOf(found: readonly Buffer[] | undefined): string {
  return found?.at(-1)?.toString() ?? ''
}
