import type { Clock } from '../../../clock.ts'
import { FlagshipError } from '../../../errors.ts'
import type { Logger } from '../../../logger.ts'
import type { RowTarget } from '../../endpoint/row-target.ts'
import type { ApiAccess } from './access.ts'
import { type ApiFailure, failureOf, REMEDIES } from './api-failure.ts'
import { Backoff, BACKOFF_TIMES, type BackoffTimes } from './backoff.ts'
import { API_TIMES, ApiConnection, type ApiTimes } from './connection.ts'
import { Intake } from './intake.ts'
import { listAll, type ListParts } from './list.ts'
import { UNOBSERVED } from './observer.ts'
import { type ResourceName, resourcesFor, type WantedLabels } from './resources.ts'

/** How often a list is tried. */
const MOST_TRIES = 4

/** What a list of a cluster works with; the logger is told of objects that cannot be used. */
export interface ListClusterParts extends WantedLabels {
  readonly encoding: 'protobuf' | 'json'
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly times?: ApiTimes
  readonly backoffTimes?: BackoffTimes
}

/** How many objects there are, and how many of them cannot be used. */
export interface ListedCluster {
  readonly counts: Readonly<Record<ResourceName, number>>
  readonly rejectedCount: number
}

/**
 * Hand over all pods, services, nodes and namespaces there are now, those pods too that have ended: lines may be older.
 * @throws FlagshipError KUBERNETES_REFUSED, KUBERNETES_UNAVAILABLE.
 */
export async function listCluster(
  access: ApiAccess,
  target: RowTarget,
  parts: ListClusterParts,
  signal: AbortSignal,
): Promise<ListedCluster> {
  const { clock, logger, encoding, times = API_TIMES } = parts
  const connection = new ApiConnection(access, encoding, times)
  const counts = { pods: 0, services: 0, nodes: 0, namespaces: 0 }
  let rejectedCount = 0
  try {
    for (const resource of resourcesFor(target, parts)) {
      const intake = new Intake(resource, UNOBSERVED, clock, logger)
      const listing = { connection, intake, idleMs: times.idleMs, fieldSelector: undefined }
      const keys = await listPatiently(access, listing, parts, signal)
      await intake.retain(keys)
      counts[resource.name] = keys.size
      rejectedCount += intake.rejectedCount
    }
  } finally {
    connection.close()
  }
  return { counts, rejectedCount }
}

async function listPatiently(
  { server }: ApiAccess,
  listing: ListParts,
  { clock, random, logger, backoffTimes = BACKOFF_TIMES }: ListClusterParts,
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const backoff = new Backoff(random, backoffTimes)
  for (let isUrgent = false; ; ) {
    try {
      return (await listAll(listing, isUrgent, signal)).keys
    } catch (error) {
      const failure = failureOf(error)
      const delayMs = backoff.nextMs(failure.retryAfterMs)
      const refused = refusal(server, listing.intake.resource.name, failure)
      if (signal.aborted || backoff.failures >= MOST_TRIES) throw refused
      logger.warn({ try: backoff.failures, of: MOST_TRIES }, `${refused.message}; it is tried again`)
      isUrgent = failure.code === '401'
      await clock.sleep(delayMs, signal)
    }
  }
}

function refusal(server: URL, resource: ResourceName, failure: ApiFailure): FlagshipError {
  const remedy = REMEDIES.get(failure.code)
  const state = `${failure.message}${remedy === undefined ? '' : `; ${remedy}`}`
  const code = remedy === undefined ? 'KUBERNETES_UNAVAILABLE' : 'KUBERNETES_REFUSED'
  return new FlagshipError(code, `Cannot list ${resource} at "${server.origin}": ${state}`, failure)
}
