import { readFile } from 'node:fs/promises'
import { FlagshipError, reasonOf } from '../../errors.ts'
import { quote } from '../../record/quote.ts'
import type { NamespaceRow, NodeRow, PodRow, ServiceRow } from '../endpoint/row.ts'
import type { RowTarget } from '../endpoint/row-target.ts'
import { type FieldProblem, FieldReader, foundText, isObject, type JsonObject } from './field-reader.ts'
import { DEFAULT_LABELS } from './labels.ts'
import { namespaceRowOf } from './namespace.ts'
import { nodeRowOf } from './node.ts'
import { podRowOf } from './pod.ts'
import { serviceRowOf } from './service.ts'

/** The offline form of a cluster: rows for the index, and what was left out. */
export interface Inventory {
  readonly pods: readonly PodRow[]
  readonly services: readonly ServiceRow[]
  readonly nodes: readonly NodeRow[]
  readonly namespaces: readonly NamespaceRow[]
  /** Items of kinds that are not needed, by kind. */
  readonly ignored: ReadonlyMap<string, number>
  /** Items that could not be used, one message each; at most `MAX_MESSAGES`. */
  readonly problems: readonly string[]
  /** How many items could not be used. */
  readonly rejectedCount: number
}

const MAX_MESSAGES = 20

/**
 * Read the inventory file at `path`.
 * @throws FlagshipError INPUT_UNREADABLE when it cannot be read, INVENTORY_INVALID when it is no inventory at all.
 */
export async function readInventory(
  path: string,
  wantedLabels: readonly string[] = DEFAULT_LABELS,
): Promise<Inventory> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw new FlagshipError('INPUT_UNREADABLE', `Cannot read inventory ${quote(path)}: ${reasonOf(error)}`, error)
  }
  return parseInventory(text, path, wantedLabels)
}

/**
 * Read what `kubectl get pods,services,endpointslices,nodes -A -o json` prints: a List, a list of one kind, a bare
 * array of objects, or one object. A bad item is left out and named; the others are kept.
 * @throws FlagshipError INVENTORY_INVALID when `text` is none of these. `path` is what messages call it.
 */
export function parseInventory(
  text: string,
  path: string,
  wantedLabels: readonly string[] = DEFAULT_LABELS,
): Inventory {
  const { items, kind } = itemsOf(parseJson(text, path), path)
  const building = new Building(path, wantedLabels)
  for (const [index, item] of items.entries()) building.add(index, item, kind)
  return building
}

/** Hand the rows over. `seenAtMs`: when the list was made, as far as known; it stands in where a row has no time. */
export function feedInventory(target: RowTarget, inventory: Inventory, seenAtMs: number): void {
  for (const row of inventory.namespaces) target.upsertNamespace(row)
  for (const row of inventory.nodes) target.upsertNode(row)
  for (const row of inventory.services) target.upsertService(row)
  for (const row of inventory.pods) target.upsertPod(row, seenAtMs)
}

class Building implements Inventory {
  readonly pods: PodRow[] = []
  readonly services: ServiceRow[] = []
  readonly nodes: NodeRow[] = []
  readonly namespaces: NamespaceRow[] = []
  readonly ignored = new Map<string, number>()
  readonly problems: string[] = []
  rejectedCount = 0
  readonly #path: string
  readonly #wantedLabels: readonly string[]

  constructor(path: string, wantedLabels: readonly string[]) {
    this.#path = path
    this.#wantedLabels = wantedLabels
  }

  add(index: number, item: unknown, listKind: string | undefined): void {
    if (!isObject(item)) return this.#reject(index, '', { field: '', expected: 'an object', found: foundText(item) })
    const kind = item['kind'] ?? listKind
    const reader = new FieldReader()
    const keep = this.#rowOf(kind, item, reader)
    const [problem] = reader.problems
    if (problem !== undefined) this.#reject(index, titleOf(kind, item), problem)
    else keep()
  }

  /** Read the item now, keep it once it is known to be good. */
  #rowOf(kind: unknown, item: JsonObject, reader: FieldReader): () => void {
    switch (kind) {
      case 'Pod': {
        const row = podRowOf(item, reader, this.#wantedLabels)
        return () => this.pods.push(row)
      }
      case 'Service': {
        const row = serviceRowOf(item, reader, this.#wantedLabels)
        return () => this.services.push(row)
      }
      case 'Node': {
        const row = nodeRowOf(item, reader)
        return () => this.nodes.push(row)
      }
      case 'Namespace': {
        const row = namespaceRowOf(item, reader, this.#wantedLabels)
        return () => this.namespaces.push(row)
      }
      default: {
        const name = typeof kind === 'string' && kind !== '' ? kind : reader.requiredText({ kind }, 'kind')
        return () => this.ignored.set(name, (this.ignored.get(name) ?? 0) + 1)
      }
    }
  }

  #reject(index: number, title: string, { field, expected, found }: FieldProblem): void {
    this.rejectedCount += 1
    if (this.problems.length >= MAX_MESSAGES) return
    const place = `item ${index}${title}${field === '' ? '' : `: ${field}`}`
    this.problems.push(`Cannot use inventory ${quote(this.#path)}, ${place}: ${found}, expected ${expected}`)
  }
}

/** ` (Pod default/reviews-v1)`, as far as the item tells. */
function titleOf(kind: unknown, item: JsonObject): string {
  const metadata = isObject(item['metadata']) ? item['metadata'] : {}
  const parts = [metadata['namespace'], metadata['name']].filter((part) => typeof part === 'string')
  const name = quote(parts.join('/').slice(0, 200)).slice(1, -1)
  return typeof kind === 'string' ? ` (${quote(kind.slice(0, 63)).slice(1, -1)}${name === '' ? '' : ` ${name}`})` : ''
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text)
  } catch (error) {
    const hint = text.trimStart().startsWith('apiVersion:') ? ' (it looks like YAML: print it with -o json)' : ''
    throw invalid(path, `${reasonOf(error)}${hint}`, error)
  }
}

const BYTE_ORDER_MARK = 0xfeff

/** The items, and the kind that those of a `PodList` do not repeat. */
function itemsOf(value: unknown, path: string): { items: readonly unknown[]; kind: string | undefined } {
  if (Array.isArray(value)) return { items: value, kind: undefined }
  if (!isObject(value)) throw invalid(path, `it is ${foundText(value)}, not a list of Kubernetes objects`)
  const { kind, items } = value
  if (typeof kind !== 'string') throw invalid(path, `kind is ${foundText(kind)}, expected "List"`)
  if (Array.isArray(items)) return { items, kind: kind === 'List' ? undefined : kind.replace(/List$/, '') }
  if (kind.endsWith('List')) throw invalid(path, `items is ${foundText(items)}, expected a list`)
  return { items: [value], kind }
}

function invalid(path: string, state: string, cause?: unknown): FlagshipError {
  const remedy = 'make one with `kubectl get pods,services,endpointslices,nodes -A -o json`'
  return new FlagshipError('INVENTORY_INVALID', `Cannot read inventory ${quote(path)}: ${state}; ${remedy}`, cause)
}
