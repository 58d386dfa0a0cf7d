import type { Clock } from '../../../clock.ts'
import type { Logger } from '../../../logger.ts'
import type { Freshness } from '../../endpoint/freshness.ts'
import type { RowTarget } from '../../endpoint/row-target.ts'
import { NO_VERSIONS, type Versions } from '../resource-version.ts'
import type { ApiAccess } from './access.ts'
import { Backoff, BACKOFF_TIMES, type BackoffTimes } from './backoff.ts'
import { API_TIMES, ApiConnection, type ApiTimes } from './connection.ts'
import { Intake } from './intake.ts'
import { type ApiObserver, UNOBSERVED } from './observer.ts'
import { Reflector } from './reflector.ts'
import { type ResourceName, resourcesFor, type WantedLabels } from './resources.ts'

/** What a watch of a cluster works with. */
export interface WatchParts extends WantedLabels {
  readonly encoding: 'protobuf' | 'json'
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly observer?: ApiObserver
  /**
   * Told `stale` at the moment a watch breaks, before anything is handed over that comes after what was missed, and
   * `current` once that is handed over; `heardAtMs` is when pods were heard of last. Told nothing before all are synced.
   */
  readonly onFreshness?: (freshness: 'stale' | 'current', heardAtMs: number) => void
  readonly times?: ApiTimes
  readonly backoffTimes?: BackoffTimes
}

/** A watch that runs until it is stopped. */
export interface ClusterWatch {
  /** Resolves once all four resources were listed whole; never rejects, and never resolves without an answer. */
  readonly synced: Promise<void>
  readonly freshness: Freshness
  /** Up to when everything was told, in milliseconds since the epoch; undefined before the first word. */
  readonly heardAtMs: number | undefined
  /** How far a resource is known, and told. */
  versions(resource: ResourceName): Versions
  /** Since when nothing was heard of a resource, of which a bookmark is a sign each minute; undefined before the first word. */
  silentMs(resource: ResourceName): number | undefined
  /** Resolves once nothing more will come. */
  stop(): Promise<void>
}

/** Keep `target` as the API server has pods, services, nodes and namespaces. It needs list and watch on these, no more. */
export function watchCluster(access: ApiAccess, target: RowTarget, parts: WatchParts): ClusterWatch {
  const { clock, random, logger, times = API_TIMES, observer = UNOBSERVED } = parts
  const connection = new ApiConnection(access, parts.encoding, times)
  const reflectors = new Map(
    resourcesFor(target, parts).map((resource) => {
      const intake = new Intake(resource, observer, clock, logger)
      const backoff = new Backoff(random, parts.backoffTimes ?? BACKOFF_TIMES)
      return [
        resource.name,
        new Reflector({
          connection,
          intake,
          backoff,
          idleMs: times.idleMs,
          clock,
          random,
          logger,
          onCurrent: tellFreshness,
        }),
      ] as const
    }),
  )
  const all = [...reflectors.values()]
  const freshnessNow = () => {
    if (all.some(({ hasSynced }) => !hasSynced)) return 'not_synced'
    return all.every(({ isCurrent }) => isCurrent) ? 'current' : 'stale'
  }
  let told: { readonly freshness: 'stale' | 'current'; readonly heardAtMs: number } | undefined
  function tellFreshness(): void {
    const heardAtMs = reflectors.get('pods')?.heardAtMs
    const freshness = freshnessNow()
    if (heardAtMs === undefined || freshness === 'not_synced' || freshness === told?.freshness) return
    told = { freshness, heardAtMs }
    parts.onFreshness?.(freshness, heardAtMs)
  }
  const stopping = new AbortController()
  const running = Promise.all(all.map((reflector) => reflector.run(stopping.signal)))
  return {
    synced: Promise.all(all.map(({ synced }) => synced)).then(() => undefined),
    get freshness() {
      return freshnessNow()
    },
    get heardAtMs() {
      return told?.freshness === 'current' ? clock.nowMs() : told?.heardAtMs
    },
    versions: (resource) => reflectors.get(resource)?.versions ?? NO_VERSIONS,
    silentMs: (resource) => reflectors.get(resource)?.silentMs,
    async stop() {
      stopping.abort()
      await running
      connection.close()
    },
  }
}
