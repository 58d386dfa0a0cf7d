import { randomUUID } from 'node:crypto'
import type { Clock } from '../../clock.ts'
import { parseListen } from '../../config/listen.ts'
import type { ResolverConfig } from '../../config/resolver.ts'
import { EndpointIndex } from '../../enrich/endpoint/index.ts'
import { accessOf } from '../../enrich/kubernetes/api/access-of.ts'
import { UNOBSERVED } from '../../enrich/kubernetes/api/observer.ts'
import { type ClusterWatch, watchCluster } from '../../enrich/kubernetes/api/watch-cluster.ts'
import { Publisher, type ReaderEvent } from '../../enrich/resolver/publisher.ts'
import { type ResolverServerParts, startResolverServer } from '../../enrich/resolver/server.ts'
import { isAuthorized } from '../../ingest/http/authorization.ts'
import type { Logger } from '../../logger.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { Environment } from '../../config/environment.ts'
import { showNames } from '../run/names-metrics.ts'
import { secretsIn } from '../run/secrets.ts'
import { openCertificates } from './certificates.ts'
import { refusalLog } from './refusal-log.ts'

/** What a resolver needs from outside. */
export interface ResolverParts {
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly metrics: Metrics
}

/** A resolver that runs. */
export interface Resolver extends AsyncDisposable {
  /** Where agents come to. */
  readonly url: string
  /** Whether there is everything to be told. */
  readonly isSynced: boolean
  /** For `/v1/status`. */
  status(): object
  /** The end of all streams. */
  [Symbol.asyncDispose](): Promise<void>
}

const TICK_MS = 1_000
const FORGET_MS = 60_000

/** Watch the cluster and listen for agents. @throws FlagshipError KUBECONFIG_INVALID, LISTEN_FAILED, INPUT_UNREADABLE, CONFIG_INVALID. */
export async function startResolver(config: ResolverConfig, env: Environment, parts: ResolverParts): Promise<Resolver> {
  const listen = parseListen(config.listen)
  if (listen === undefined) throw new Error('the configuration was checked')
  const access = await accessOf(config.api, env, parts.clock)
  const certificates = await openCertificates(config.tls, parts)
  let running: Running | undefined
  const server = await startResolverServer(listen, certificates?.current, {
    publisher: () => running?.publisher,
    isAuthorized: authorizationOf(config, parts),
    onRefused: refusalLog(parts),
  })
  running = new Running(access, config, parts)
  const stopped = new AbortController()
  const keeping = Promise.all([running.keep(stopped.signal), certificates?.keep(server, stopped.signal)])
  return {
    url: server.url,
    get isSynced() {
      return running.publisher !== undefined
    },
    status: () => ({ cluster: config.cluster, ...running.status }),
    [Symbol.asyncDispose]: async () => {
      stopped.abort()
      await keeping
      await server.close()
      await running.stop()
    },
  }
}

function authorizationOf(
  { auth, tls, listen }: ResolverConfig,
  { clock, logger }: ResolverParts,
): ResolverServerParts['isAuthorized'] {
  if (auth.tokenFile === undefined && tls.clientCaFile === undefined)
    logger.warn({ listen }, 'everybody who reaches this port may read names of pods and services')
  if (auth.tokenFile === undefined) return undefined
  const credentials = { username: undefined, secrets: secretsIn(auth.tokenFile, clock) }
  return (header) => isAuthorized(header, credentials)
}

/** An index that is kept as the cluster is, and published once it is whole. */
class Running {
  readonly #index: EndpointIndex
  readonly #watch: ClusterWatch
  readonly #parts: ResolverParts
  #publisher: Publisher | undefined
  #oversizeCount = 0
  #currentMs: number

  constructor(
    access: Parameters<typeof watchCluster>[0],
    { api, labels, namespaceLabels, historyMinutes }: ResolverConfig,
    parts: ResolverParts,
  ) {
    const { clock, random, logger, metrics } = parts
    this.#parts = parts
    this.#currentMs = clock.elapsedMs()
    this.#index = new EndpointIndex({ historyMs: historyMinutes * 60_000 })
    this.#index.setFreshness('not_synced')
    this.#watch = watchCluster(access, this.#index, {
      clock,
      random,
      logger,
      labels,
      namespaceLabels,
      encoding: api.encoding,
      observer: { ...UNOBSERVED, failure: (source) => metrics.count('flagship_names_errors_total', { source }) },
      onFreshness: (freshness, heardAtMs) => this.#index.setFreshness(freshness, heardAtMs),
    })
    void this.#watch.synced.then(() => this.#publish())
  }

  /** Undefined until everything is known. */
  get publisher(): Publisher | undefined {
    return this.#publisher
  }

  get status() {
    return { freshness: this.#watch.freshness, ...this.#index.size, ...this.#publisher?.status }
  }

  /** Forget what is too old, and show how things stand, until `signal`. */
  async keep(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts
    let forgetMs = clock.elapsedMs() + FORGET_MS
    while (!signal.aborted) {
      if (clock.elapsedMs() >= forgetMs) {
        this.#index.forget(clock.nowMs())
        forgetMs = clock.elapsedMs() + FORGET_MS
      }
      this.#showNames()
      this.#show()
      await clock.sleep(TICK_MS, signal)
    }
  }

  async stop(): Promise<void> {
    this.#publisher?.stop()
    await this.#watch.stop()
  }

  #publish(): void {
    const { clock, logger } = this.#parts
    this.#publisher = new Publisher(this.#index, {
      clock,
      epoch: randomUUID(),
      versions: () => this.#watch.versions('pods'),
      freshness: () => (this.#watch.freshness === 'current' ? 'current' : 'stale'),
      onEvent: (event) => this.#count(event),
    })
    logger.info({ ...this.#index.size }, 'synced: agents are told')
  }

  #count(event: ReaderEvent): void {
    const { metrics } = this.#parts
    if (event === 'snapshot' || event === 'resume') metrics.count('flagship_resolver_streams_total', { how: event })
    else if (event !== 'busy') metrics.count('flagship_resolver_dropped_total', { reason: event })
  }

  #showNames(): void {
    const { clock, metrics } = this.#parts
    const elapsedMs = clock.elapsedMs()
    if (this.#watch.freshness === 'current') this.#currentMs = elapsedMs
    showNames(metrics, { ...this.#index.size, staleMs: elapsedMs - this.#currentMs })
  }

  #show(): void {
    if (this.#publisher === undefined) return
    const { metrics, logger } = this.#parts
    const { readers, ringBytes } = this.#publisher.status
    const { oversizeCount } = this.#publisher
    metrics.set('flagship_resolver_readers', {}, readers)
    metrics.set('flagship_resolver_kept_bytes', {}, ringBytes)
    if (oversizeCount > this.#oversizeCount)
      logger.warn(
        { records: oversizeCount },
        'cannot tell agents of objects that are too large: they stay without names',
      )
    this.#oversizeCount = oversizeCount
  }
}
