import { SYSTEM_CLOCK } from '../clock.ts'
import { EndpointIndex } from '../enrich/endpoint/index.ts'
import { accessOf } from '../enrich/kubernetes/api/access-of.ts'
import { listCluster } from '../enrich/kubernetes/api/list-cluster.ts'
import { DEFAULT_LABELS } from '../enrich/kubernetes/labels.ts'
import type { Logger } from '../logger.ts'
import type { Io } from './io.ts'
import { printable } from './printable.ts'

/** A list that is there sooner needs no words. */
const PATIENCE_MS = 1_000

/**
 * An index of the cluster as it is now, asked of the API server of a context. A list that takes long says on stderr how
 * far it is.
 * @throws FlagshipError KUBECONFIG_INVALID, KUBERNETES_REFUSED, KUBERNETES_UNAVAILABLE.
 */
export async function indexOfContext(context: string, { env, stderr }: Pick<Io, 'env' | 'stderr'>) {
  const say = (text: string) => stderr.write(`flagship: ${printable(text)}\n`)
  const access = await accessOf({ context }, env, SYSTEM_CLOCK)
  const index = new EndpointIndex()
  const over = new AbortController()
  void tellProgress(index, say, over.signal)
  const logger: Logger = { info() {}, warn: (_, text) => say(text), error: (_, text) => say(text) }
  const labels = { labels: DEFAULT_LABELS, namespaceLabels: [] }
  const parts = { ...labels, encoding: 'protobuf' as const, clock: SYSTEM_CLOCK, random: Math.random, logger }
  try {
    const { rejectedCount } = await listCluster(access, index, parts, over.signal)
    if (rejectedCount > 0) say(`${rejectedCount} objects of the cluster were left out`)
  } finally {
    over.abort()
  }
  index.setFreshness('current', SYSTEM_CLOCK.nowMs())
  return index
}

async function tellProgress(index: EndpointIndex, say: (text: string) => void, signal: AbortSignal): Promise<void> {
  for (;;) {
    await SYSTEM_CLOCK.sleep(PATIENCE_MS, signal)
    if (signal.aborted) return
    say(`listing the cluster: ${index.size.pods} pods, ${index.size.services} services so far`)
  }
}
