import type { JsonObject } from '../field-reader.ts'
import { type KnownTexts, MalformedBytes, SPAN, VARINT, type Wire } from './wire.ts'

/** An object in the making. */
type Draft = Record<string, unknown>

/** One field that is read: what it is called in JSON, how it is written, and what it becomes. */
interface Field {
  readonly name: string
  readonly wireType: number
  /** Undefined for what is left out. `known` is what the field was before, where it may come again. */
  readonly read: (wire: Wire, known: unknown) => unknown
  readonly isRepeated?: boolean
}

/** The fields of one kind of object that are read, by their number; all others are skipped by their length. */
export type Message = readonly (Field | undefined)[]

/** How a field is read, whatever it is called. */
export type Reading = Omit<Field, 'name'>

/** Fields by name, in the manner of `{ phase: [1, text] }`. */
export function message(fields: Readonly<Record<string, readonly [number, Reading]>>): Message {
  const byNumber: (Field | undefined)[] = []
  for (const [name, [number, reading]] of Object.entries(fields)) byNumber[number] = { name, ...reading }
  return Array.from(byNumber)
}

/** Decode what stands between here and `end`. Throws MalformedBytes. */
export function decode(fields: Message, wire: Wire, end: number): JsonObject {
  const draft: Draft = {}
  while (wire.at < end) {
    const tag = wire.varint()
    const field = fields[tag >>> 3]
    const wireType = tag & 7
    if (field === undefined || field.wireType !== wireType) {
      wire.skip(wireType)
      continue
    }
    const value = field.read(wire, field.isRepeated === true ? draft[field.name] : undefined)
    if (value !== undefined) draft[field.name] = value
  }
  if (wire.at !== end) throw new MalformedBytes('a field ends behind what holds it')
  return draft
}

/** JSON leaves an empty text out, protobuf does not: it is absent in both. */
export const text: Reading = {
  wireType: SPAN,
  read(wire) {
    const value = wire.text()
    return value === '' ? undefined : value
  },
}

/** Texts of which a few are common: those need not be made anew. */
export function textAmong(known: KnownTexts): Reading {
  return {
    wireType: SPAN,
    read(wire) {
      const end = wire.spanEnd()
      const start = wire.at
      wire.at = end
      if (start === end) return undefined
      return known.find(wire.bytes, start, end) ?? wire.bytes.toString('utf8', start, end)
    },
  }
}

/** A number of 32 bits; one below zero is written with 64, such as the exit code of a Windows container. */
export const integer: Reading = {
  wireType: VARINT,
  read(wire) {
    const start = wire.at
    const value = wire.varint()
    return value <= Number.MAX_SAFE_INTEGER ? value : lowBits(wire.bytes, start)
  },
}

/** The 32 lowest bits of a long number, with their sign. */
function lowBits(bytes: Buffer, start: number): number {
  let value = 0
  for (let count = 0; count < 5; count += 1) value |= ((bytes[start + count] ?? 0) & 0x7f) << (7 * count)
  return value
}

export const flag: Reading = {
  wireType: VARINT,
  read: (wire) => wire.varint() !== 0,
}

export function one(fields: Message): Reading {
  return {
    wireType: SPAN,
    read: (wire) => decode(fields, wire, wire.spanEnd()),
  }
}

/** One more than FieldReader accepts, so that it says what is wrong. */
const MOST_ENTRIES = 4097

/** A repeated field. `isWanted` looks at an entry that begins at `wire.at`, before it is decoded. */
export function list(entry: Reading, isWanted?: (wire: Wire) => boolean): Reading {
  return {
    wireType: SPAN,
    isRepeated: true,
    read(wire, known) {
      const entries: unknown[] = Array.isArray(known) ? known : []
      if (entries.length >= MOST_ENTRIES || isWanted?.(wire) === false) wire.skip(SPAN)
      else entries.push(entry.read(wire, undefined) ?? '') // an empty text is left out of an object, not of a list
      return entries
    },
  }
}

/** A map of texts, of which only wanted keys are kept: ten thousand others cost a skip each. */
export function textMap(wanted: KnownTexts): Reading {
  return {
    wireType: SPAN,
    isRepeated: true,
    read(wire, known) {
      const end = wire.spanEnd()
      let key: string | undefined
      let valueAt: number | undefined
      while (wire.at < end) {
        const tag = wire.varint()
        const start = wire.at
        wire.skip(tag & 7)
        if (tag === KEY) key = keyAt(wire, start, wanted)
        else if (tag === VALUE) valueAt = start
      }
      if (key === undefined) return known
      const map: Draft = isDraft(known) ? known : Object.create(null)
      map[key] = valueAt === undefined ? '' : textAt(wire, valueAt)
      wire.at = end
      return map
    },
  }
}

/** Tags of the two fields of a map's entry. */
const KEY = (1 << 3) | SPAN
const VALUE = (2 << 3) | SPAN

function isDraft(value: unknown): value is Draft {
  return value !== undefined
}

function keyAt(wire: Wire, start: number, wanted: KnownTexts): string | undefined {
  const after = wire.at
  wire.at = start
  const end = wire.spanEnd()
  const key = wanted.find(wire.bytes, wire.at, end)
  wire.at = after
  return key
}

function textAt(wire: Wire, start: number): string {
  wire.at = start
  return wire.text()
}
