import { RotatingAccess } from '../clients/access.ts'
import { reasonOfFailure } from '../clients/http-exchange.ts'
import { SYSTEM_CLOCK } from '../clock.ts'
import type { Config } from '../config/schema.ts'
import { kubernetesMode } from '../config/summary.ts'
import { EndpointIndex } from '../enrich/endpoint/index.ts'
import { accessOf } from '../enrich/kubernetes/api/access-of.ts'
import { listCluster } from '../enrich/kubernetes/api/list-cluster.ts'
import { openStream, reasonOfRefusal } from '../enrich/resolver/open-stream.ts'
import { SILENT } from '../logger.ts'
import { quote } from '../record/quote.ts'
import { type Complaint, complaintsOf } from '../sinks/complaint.ts'
import { checkSize } from './run/names.ts'

const PATIENCE_MS = 30_000

/** Ask the resolver, or the API server, whether it would tell us names; undefined where none is configured. */
export async function inspectNames(config: Config, env: NodeJS.ProcessEnv): Promise<readonly Complaint[] | undefined> {
  const mode = kubernetesMode(config)
  if (mode === 'direct') return complaintsOf(inspectApi(config, env))
  if (mode !== 'resolver') return undefined
  const { urls } = config.enrich.kubernetes.resolver
  return (await Promise.all(urls.map((url) => inspectResolver(config, url)))).flat()
}

/** All of it is listed once: less would not tell whether each of the four may be. */
async function inspectApi({ enrich }: Config, env: NodeJS.ProcessEnv): Promise<readonly Complaint[]> {
  const { kubernetes, labels, namespaceLabels } = enrich
  const access = await accessOf(kubernetes.api, env, SYSTEM_CLOCK)
  const index = new EndpointIndex()
  const { encoding } = kubernetes.api
  const parts = { encoding, labels, namespaceLabels, clock: SYSTEM_CLOCK, random: Math.random, logger: SILENT }
  await listCluster(access, index, parts, AbortSignal.timeout(PATIENCE_MS))
  checkSize(index.size.nodes, kubernetes.allowManyNodes, SILENT)
  return []
}

async function inspectResolver({ enrich }: Config, url: string): Promise<readonly Complaint[]> {
  const { tokenFile, urls: _, ...tls } = enrich.kubernetes.resolver
  const secret = tokenFile === undefined ? {} : { bearerTokenFile: tokenFile }
  const asked = `Cannot read names from resolver ${quote(url)}`
  const ended = new AbortController()
  let kind: Complaint['kind'] = 'wrong' // a file of ours, until it is asked
  try {
    const access = await new RotatingAccess({ ...secret, tls }, SYSTEM_CLOCK).current()
    kind = 'unreachable'
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(PATIENCE_MS)])
    const answer = await openStream({ url, access, position: undefined, signal })
    if (!('retryAfterMs' in answer)) return []
    if (answer.statusCode < 500) kind = 'wrong'
    return [{ kind, message: `${asked}: ${reasonOfRefusal(answer)}` }]
  } catch (error) {
    const reason = error instanceof Error ? reasonOfFailure(error) : String(error)
    return [{ kind, message: `${asked}: ${reason}` }]
  } finally {
    ended.abort()
  }
}
