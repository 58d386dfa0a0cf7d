import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import type { Config } from '../../config/schema.ts'
import { type KubernetesMode, kubernetesMode } from '../../config/summary.ts'
import { EndpointIndex } from '../../enrich/endpoint/index.ts'
import { Lookups } from '../../enrich/endpoint/lookups.ts'
import { loadIndex } from '../../enrich/kubernetes/load-index.ts'
import { FlagshipError } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import type { AgentStatus } from '../../pipeline/status.ts'
import type { News } from '../../pipeline/waits.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { LiveNames, type NamesStatus } from './live-names.ts'
import { connectorOf } from './name-sources.ts'
import { showLookups, showNames } from './names-metrics.ts'
import { namesFile } from './names-file.ts'

/** Beyond so many nodes, watches of every agent are a burden for the API server. */
const WARN_NODES = 20
const MOST_NODES = 100

/** Who is behind addresses, as the configuration says to find out. */
export interface Names extends AsyncDisposable {
  readonly index: EndpointIndex
  readonly lookups: Lookups
  /** Undefined: nothing comes that would be worth waiting for. */
  readonly news: News | undefined
  /** Rejects when what the source tells cannot be worked with; else it never settles. */
  readonly failed: Promise<never>
  /** For `/v1/status`. */
  status(): { readonly mode: KubernetesMode } & Partial<NamesStatus>
  /** Go on as what `status` says is read. */
  follow(status: () => AgentStatus): void
  /** Stop asking, and write down what is known. */
  [Symbol.asyncDispose](): Promise<void>
}

/** What finding out needs from outside. */
export interface NamesParts {
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly metrics: Metrics
}

/**
 * Names to begin with: everything there is, or what there is after `syncWaitMs`, or at the end of `signal`.
 * @throws FlagshipError INPUT_UNREADABLE, INVENTORY_INVALID, KUBECONFIG_INVALID, CLUSTER_TOO_LARGE.
 */
export async function openNames(config: Config, parts: NamesParts, signal: AbortSignal): Promise<Names> {
  const mode = kubernetesMode(config)
  return mode === 'resolver' || mode === 'direct'
    ? liveNames(config, mode, parts, signal)
    : fixedNames(config, mode, parts)
}

async function fixedNames(config: Config, mode: KubernetesMode, { logger }: NamesParts): Promise<Names> {
  const { inventory, labels, networks } = config.enrich
  const { index, warnings } = await loadIndex({
    inventory: mode === 'inventory' ? inventory : undefined,
    labels,
    networks,
  })
  for (const warning of warnings) logger.warn({ inventory }, warning)
  const { pods, services, nodes } = index.size
  return {
    index,
    lookups: new Lookups(),
    news: undefined,
    failed: new Promise(() => {}),
    status: () => ({ mode, pods, services, nodes }),
    follow: () => {},
    [Symbol.asyncDispose]: async () => {},
  }
}

async function liveNames(
  config: Config,
  mode: 'resolver' | 'direct',
  parts: NamesParts,
  signal: AbortSignal,
): Promise<Names> {
  const { kubernetes, networks } = config.enrich
  const { syncWaitMs, missWaitMs, historyMinutes } = kubernetes
  const lookups = new Lookups()
  const index = new EndpointIndex({ networks, historyMs: historyMinutes * 60_000 })
  const live = await LiveNames.start(
    index,
    { syncWaitMs, missWaitMs },
    {
      ...parts,
      file: fileOf(config),
      connect: await connectorOf(config, mode, parts),
      accept: () => {
        if (mode === 'direct') checkSize(index.size.nodes, kubernetes.allowManyNodes, parts.logger)
      },
      show: (status) => {
        showNames(parts.metrics, status)
        showLookups(parts.metrics, lookups)
      },
    },
  )
  try {
    await live.ready(signal)
  } catch (error) {
    await live.stop()
    throw error
  }
  return {
    index: live.index,
    lookups,
    news: live.news,
    failed: live.failed,
    status: () => ({ mode, ...live.status }),
    follow: (status) => live.keep(() => oldestUnreadMs(config, status(), parts.clock)),
    [Symbol.asyncDispose]: () => live.stop(),
  }
}

/** A member of a group writes nothing to disk. */
function fileOf({ state, ingest }: Config) {
  return ingest.kafka === undefined ? namesFile(join(state.directory, 'names.gz')) : undefined
}

/**
 * No line written before this is read any more; undefined when that cannot be told yet. Of what other shippers hold
 * back nothing is known.
 */
function oldestUnreadMs({ ingest }: Config, { pipelines }: AgentStatus, clock: Clock): number | undefined {
  if (ingest.kafka !== undefined || ingest.http !== undefined) return clock.nowMs()
  const marks = pipelines.map(({ watermarkMs }) => watermarkMs)
  return marks.includes(undefined) ? undefined : Math.min(...marks.map((mark) => mark ?? 0))
}

/** Every agent watches the whole cluster in this mode. @throws FlagshipError CLUSTER_TOO_LARGE. */
export function checkSize(nodes: number, allowManyNodes: boolean, logger: Logger): void {
  const remedy = 'run `flagship resolver` and set enrich.kubernetes.mode to resolver'
  if (nodes > MOST_NODES && !allowManyNodes) {
    const message = `Cannot watch the API server from every agent of a cluster of ${nodes} nodes (at most ${MOST_NODES}): ${remedy}, or set enrich.kubernetes.allowManyNodes`
    throw new FlagshipError('CLUSTER_TOO_LARGE', message)
  }
  if (nodes > WARN_NODES) logger.warn({ nodes }, `every agent watches the API server: with so many nodes, ${remedy}`)
}
