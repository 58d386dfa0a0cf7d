import { stat } from 'node:fs/promises'
import { EndpointIndex, type EndpointIndexOptions } from '../endpoint/index.ts'
import { feedInventory, readInventory } from './inventory.ts'

export interface LoadIndexOptions extends EndpointIndexOptions {
  /** File to read; without one nothing but ranges is known. */
  readonly inventory?: string | undefined
  /** Labels that are kept. */
  readonly labels?: readonly string[]
}

/**
 * An index of what an inventory file says.
 * @throws FlagshipError INPUT_UNREADABLE, INVENTORY_INVALID.
 */
export async function loadIndex({ inventory, labels, ...options }: LoadIndexOptions): Promise<EndpointIndex> {
  const index = new EndpointIndex(options)
  if (inventory === undefined) return index
  const rows = await readInventory(inventory, labels)
  const { mtimeMs } = await stat(inventory)
  feedInventory(index, rows, mtimeMs)
  return index
}
