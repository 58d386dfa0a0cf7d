import type { JsonObject } from '../field-reader.ts'
import { type KnownTexts, MalformedBytes, SPAN, VARINT, type Wire } from './wire.ts'

/** An object in the making. */
type Draft = Record<string, unknown>

/** One field that is read: what it is called in JSON, how it is written, and how it gets into the object. */
interface Field {
  readonly name: string
  readonly wireType: number
  readonly read: (wire: Wire, draft: Draft, name: string) => void
}

/** The fields of one kind of object that are read, by their number; all others are skipped by their length. */
export type Message = readonly (Field | undefined)[]

type Reading = Omit<Field, 'name'>

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
    if (field === undefined || field.wireType !== wireType) wire.skip(wireType)
    else field.read(wire, draft, field.name)
  }
  if (wire.at !== end) throw new MalformedBytes('a field ends behind what holds it')
  return draft
}

/** JSON leaves an empty text out, protobuf does not: it is absent in both. */
export const text: Reading = {
  wireType: SPAN,
  read(wire, draft, name) {
    const value = wire.text()
    if (value !== '') draft[name] = value
  },
}

/** Texts of which a few are common: those need not be made anew. */
export function textAmong(known: KnownTexts): Reading {
  return {
    wireType: SPAN,
    read(wire, draft, name) {
      const start = wire.at
      const end = wire.spanEnd()
      const common = known.find(wire.bytes, wire.at, end)
      if (common === undefined) {
        wire.at = start
        text.read(wire, draft, name)
      } else {
        wire.at = end
        draft[name] = common
      }
    },
  }
}

/** A number of 32 bits; one below zero is written with 64, such as the exit code of a Windows container. */
export const integer: Reading = {
  wireType: VARINT,
  read(wire, draft, name) {
    const start = wire.at
    const value = wire.varint()
    draft[name] = value <= Number.MAX_SAFE_INTEGER ? value : lowBits(wire.bytes, start)
  },
}

/** The 32 lowest bits of a long number, with their sign. */
function lowBits(bytes: Buffer, start: number): number {
  let value = 0
  for (let count = 0; count < 5; count += 1) value |= ((bytes[start + count] ?? 0) & 0x7f) << (7 * count)
  return value
}

/** A number that is not below zero; above 2^53 it is only near. */
export const unsigned: Reading = {
  wireType: VARINT,
  read(wire, draft, name) {
    draft[name] = wire.varint()
  },
}

export const flag: Reading = {
  wireType: VARINT,
  read(wire, draft, name) {
    draft[name] = wire.varint() !== 0
  },
}

export function one(fields: Message): Reading {
  return {
    wireType: SPAN,
    read(wire, draft, name) {
      draft[name] = decode(fields, wire, wire.spanEnd())
    },
  }
}

/** One more than FieldReader accepts, so that it says what is wrong. */
const MOST_ENTRIES = 4097

/** A repeated field. `isWanted` looks at an entry that begins at `wire.at`, before it is decoded. */
export function list(entry: Reading, isWanted?: (wire: Wire) => boolean): Reading {
  return {
    wireType: SPAN,
    read(wire, draft, name) {
      const entries = listOf(draft, name)
      if (entries.length >= MOST_ENTRIES || isWanted?.(wire) === false) return wire.skip(SPAN)
      const holder: Draft = {}
      entry.read(wire, holder, name)
      entries.push(holder[name] ?? '') // an empty text is left out of an object, not of a list
    },
  }
}

function listOf(draft: Draft, name: string): unknown[] {
  const known = draft[name]
  if (Array.isArray(known)) return known
  const fresh: unknown[] = []
  draft[name] = fresh
  return fresh
}

/** A map of texts, of which only wanted keys are kept: ten thousand others cost a skip each. */
export function textMap(wanted: KnownTexts): Reading {
  return {
    wireType: SPAN,
    read(wire, draft, name) {
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
      if (key === undefined) return
      const known = draft[name]
      const map: Draft = isDraft(known) ? known : (draft[name] = Object.create(null))
      map[key] = valueAt === undefined ? '' : textAt(wire, valueAt)
      wire.at = end
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
