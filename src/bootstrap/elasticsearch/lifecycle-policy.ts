import { OURS } from './templates.ts'

/** Days after its rollover at which an index moves on, where it is kept longer than that. */
const WARM_DAYS = 3
const COLD_DAYS = 30

/** A policy is named by what it does, so that sinks that keep equally long share one. */
export function policyIdOf(retention: string): string {
  return `flagship-${retention}`
}

/**
 * An ILM policy with tiers for indices that are kept for `retention` (`90d`): hot, warm after 3 days and merged, cold
 * after 30, then deleted. Ages count from the rollover.
 */
export function lifecyclePolicy(retention: string): object {
  const days = Number.parseInt(retention, 10)
  const phases = {
    hot: {
      min_age: '0ms',
      actions: {
        rollover: { max_age: `${rolloverDays(days)}d`, max_primary_shard_size: '50gb' },
        set_priority: { priority: 100 },
      },
    },
    ...(days > WARM_DAYS && {
      warm: {
        min_age: `${WARM_DAYS}d`,
        actions: { forcemerge: { max_num_segments: 1 }, set_priority: { priority: 50 } },
      },
    }),
    ...(days > COLD_DAYS && { cold: { min_age: `${COLD_DAYS}d`, actions: { set_priority: { priority: 0 } } } }),
    delete: { min_age: retention, actions: { delete: { delete_searchable_snapshot: true } } },
  }
  return { policy: { _meta: OURS, phases } }
}

/** As data stream lifecycles roll over (`cluster.lifecycle.default.rollover`: `max_age=auto`). */
function rolloverDays(retentionDays: number): number {
  if (retentionDays <= 14) return 1
  return retentionDays <= 90 ? 7 : 30
}
