import type { Reason } from './resolution.ts'

/**
 * How much an index knows. not_synced: not yet everything its source has. current: what its source has. stale: what its
 * source had when it was last heard.
 */
export type Freshness = 'not_synced' | 'current' | 'stale'

/** Why nobody is known at an address that is the cluster's. */
export function unknownReason(freshness: Freshness): Reason {
  return freshness === 'current' ? 'not_known' : freshness
}
