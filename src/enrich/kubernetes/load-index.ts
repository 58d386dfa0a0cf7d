import { stat } from 'node:fs/promises'
import { quote } from '../../record/quote.ts'
import { EndpointIndex, type EndpointIndexOptions } from '../endpoint/index.ts'
import { feedInventory, type Inventory, readInventory } from './inventory.ts'

export interface LoadIndexOptions extends EndpointIndexOptions {
  /** File to read; without one nothing but ranges is known. */
  readonly inventory?: string | undefined
  /** Labels that are kept. */
  readonly labels?: readonly string[]
}

export interface LoadedIndex {
  readonly index: EndpointIndex
  /** What a person should know of the file: items that were left out, or that it has no pods. */
  readonly warnings: readonly string[]
}

/**
 * An index of what an inventory file says.
 * @throws FlagshipError INPUT_UNREADABLE, INVENTORY_INVALID.
 */
export async function loadIndex({ inventory, labels, ...options }: LoadIndexOptions): Promise<LoadedIndex> {
  const index = new EndpointIndex(options)
  if (inventory === undefined) return { index, warnings: [] }
  const rows = await readInventory(inventory, labels)
  const { mtimeMs } = await stat(inventory)
  feedInventory(index, rows, mtimeMs)
  return { index, warnings: warningsOf(inventory, rows) }
}

function warningsOf(path: string, { pods, problems, rejectedCount }: Inventory): string[] {
  const empty = pods.length === 0 ? [`Inventory ${quote(path)} has no pods: addresses will stay without names`] : []
  const unnamed = rejectedCount - problems.length
  return [...empty, ...problems, ...(unnamed > 0 ? [`${unnamed} more items of the inventory were left out`] : [])]
}
