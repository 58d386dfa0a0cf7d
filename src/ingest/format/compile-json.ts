import type { EnvoyLine } from '../../record/envoy-line.ts'
import { type Column, resolveColumns } from './columns.ts'
import { createValueReader, type ValueReader } from './compile-text.ts'
import { invalid, type OperatorUse, parseTemplate } from './grammar.ts'
import { extraOf, type JsonObject } from './json-value.ts'
import { layOut, type Slot } from './layout.ts'
import { assignTime } from './start-time.ts'

/** A JSON format, ready to read objects. */
export interface JsonFormat {
  readonly name: string
  /** Read one parsed line into `line`; `text` is the line itself. False when it is not a line of this format. */
  parse(object: JsonObject, text: string, line: EnvoyLine): boolean
}

/** What a format says about one value: an operator, a text with operators in it, or more values. */
type Node =
  | { readonly kind: 'operator'; readonly column: Column }
  | { readonly kind: 'text'; readonly reader: ValueReader }
  | { readonly kind: 'constant' }
  | { readonly kind: 'members'; readonly members: ReadonlyMap<string, Node> }

/** Deeper formats than anybody writes. */
const MAX_DEPTH = 32

/**
 * Compile a JSON format: an object of format strings, nested as it pleases, as under `json_format` in Envoy.
 *
 * Key order does not matter; numbers may be texts; absent, null, `-` and the empty text are the same. What no property
 * holds, and keys the format does not have, go to `extra` under their own keys.
 * @throws FlagshipError FORMAT_INVALID when a value does not follow the grammar, or none holds an operator.
 */
export function compileJsonFormat(name: string, definition: JsonObject): JsonFormat {
  const leaves = leavesOf(name, definition)
  if (leaves.places.length === 0)
    throw invalid(name, 0, 'begins an object without any operator; give a key "%START_TIME%"')
  const columns = resolveColumns(name, leaves.places)
  const root = nodeOf(definition, leaves.layouts, columns)
  const hasStart = columns.some(({ time }) => time !== undefined)
  const leafCount = leaves.layouts.size
  return {
    name,
    parse(object, text, line) {
      const reading = { line, found: 0, unknown: 0, late: [] }
      const others = readMembers(root, object, reading)
      assignLate(reading)
      if (!isFit(reading, leafCount, hasStart)) return false
      if (Object.keys(others).length > 0) line.extra = extraOf(others, text)
      line.format = name
      return true
    },
  }
}

/** Where each text of a format stands: layouts by path, whose columns count through all of them. */
interface Leaves {
  readonly layouts: Map<string, Slot[]>
  readonly places: OperatorUse[][]
}

function leavesOf(name: string, definition: JsonObject): Leaves {
  const leaves: Leaves = { layouts: new Map(), places: [] }
  collect(name, definition, '', 0, leaves)
  return leaves
}

function collect(name: string, value: unknown, path: string, depth: number, leaves: Leaves): void {
  if (depth > MAX_DEPTH) throw invalid(name, 0, `begins an object nested deeper than ${MAX_DEPTH} levels; flatten it`)
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) collect(name, inner, pathOf(path, key), depth + 1, leaves)
  } else if (typeof value === 'string') {
    const { slots, places } = layOut(parseTemplate(`${name}" at "${path.replaceAll(SEPARATOR, '.')}`, value))
    if (places.length === 0) return
    const first = leaves.places.length
    leaves.places.push(...places)
    leaves.layouts.set(
      path,
      slots.map((slot) => (typeof slot === 'number' ? slot + first : slot)),
    )
  }
}

function pathOf(path: string, key: string): string {
  return path === '' ? key : path + SEPARATOR + key
}
const SEPARATOR = '\0' // a key may hold a dot

function nodeOf(
  definition: object,
  layouts: ReadonlyMap<string, Slot[]>,
  columns: readonly Column[],
  path = '',
): Members {
  const members = new Map<string, Node>()
  for (const [key, value] of Object.entries(definition)) {
    const inner = pathOf(path, key)
    const isObject = typeof value === 'object' && value !== null
    members.set(key, isObject ? nodeOf(value, layouts, columns, inner) : leafOf(layouts.get(inner), columns))
  }
  return { kind: 'members', members }
}
type Members = Extract<Node, { kind: 'members' }>

function leafOf(layout: readonly Slot[] | undefined, columns: readonly Column[]): Node {
  if (layout === undefined) return { kind: 'constant' }
  const [slot] = layout
  const column = typeof slot === 'number' && layout.length === 1 ? columns[slot] : undefined
  if (column !== undefined) return { kind: 'operator', column }
  return { kind: 'text', reader: createValueReader(layout, columns) }
}

/** One line being read. */
interface Reading {
  readonly line: EnvoyLine
  /** Members the format knows, and members it does not. */
  found: number
  unknown: number
  readonly late: { readonly key: string; readonly value: unknown; readonly column: Column; readonly kept: Others }[]
}
type Others = Record<string, unknown>

/** What of an object no property holds. */
function readMembers({ members }: Members, object: object, reading: Reading): Others {
  const kept: Others = Object.create(null)
  for (const [key, value] of Object.entries(object)) {
    const node = members.get(key)
    if (node === undefined) {
      reading.unknown += 1
      kept[key] = value
      continue
    }
    reading.found += 1
    if (value !== null && value !== '' && value !== '-') readMember(node, key, value, reading, kept)
  }
  return kept
}

function readMember(node: Node, key: string, value: unknown, reading: Reading, kept: Others): void {
  switch (node.kind) {
    case 'constant':
      kept[key] = value
      break
    case 'members':
      if (typeof value !== 'object' || value === null) kept[key] = value
      else keepMembers(readMembers(node, value, reading), key, kept)
      break
    case 'text':
      if (typeof value !== 'string' || !readText(node.reader, value, reading.line)) kept[key] = value
      break
    case 'operator':
      if (node.column.isLate) reading.late.push({ key, value, column: node.column, kept })
      else if (!assignOne(node.column, reading.line, value)) kept[key] = value
      break
  }
}

/** False when some of it found no property: then the text is kept whole. */
function readText(reader: ValueReader, value: string, line: EnvoyLine): boolean {
  const isRead = reader.read(value, line, false) && line.extra === undefined
  line.extra = undefined
  return isRead
}

function keepMembers(others: Others, key: string, kept: Others): void {
  if (Object.keys(others).length > 0) kept[key] = others
}

function assignLate({ line, late }: Reading): void {
  for (const { key, value, column, kept } of late) if (!assignOne(column, line, value)) kept[key] = value
}

/** False when no property holds the value. */
function assignOne({ assign, time }: Column, line: EnvoyLine, value: unknown): boolean {
  return time === undefined ? assign?.(line, value) === true : assignTime(line, value, time)
}

/** A start that can be read and a quarter of the keys, more of them known than not: filters and omitted values leave that. */
function isFit({ line, found, unknown }: Reading, leafCount: number, hasStart: boolean): boolean {
  if (hasStart && line.startTimeMs === undefined) return false
  return found * (hasStart ? 4 : 2) >= leafCount && found >= unknown
}
