import { type Condition, kqlOf } from './condition.ts'
import { dataViewReference } from './data-view.ts'
import { DENIED, FAILED, hasFlag, LEAVES_MESH, NO_ROUTE, PLAINTEXT, SLOW } from './questions.ts'
import { type InstallableSavedObject, type Place, savedObject } from './saved-object.ts'

/** A question with its columns, as it stands in Discover. */
export interface Search {
  readonly name: string
  readonly title: string
  /** Said where the search is chosen: what it shows and what to look at. */
  readonly description: string
  readonly condition: Condition
  readonly columns: readonly string[]
  /** What the chart above the lines is split by. */
  readonly breakdown: string
  readonly sort: readonly [field: string, order: 'asc' | 'desc']
  /** Opens with the last minutes, whatever time was looked at before. */
  readonly lastMinutes?: number
}

const WHO = ['envoy.source.workload', 'envoy.destination.service', 'envoy.direction']
const NEWEST = ['@timestamp', 'desc'] as const
const BREAKDOWN = 'envoy.verdict.cause'

/** The searches, in the order of the documentation. Both lines of a hop are shown: each says what its proxy saw. */
export const SEARCHES: readonly Search[] = [
  {
    name: 'flagship-search-failures-by-cause',
    title: 'Envoy: failures by cause',
    description: 'Everything that failed, by cause. A failure the next hop reports of itself has a line there.',
    condition: FAILED,
    columns: ['envoy.verdict.cause', 'event.reason', ...WHO, 'envoy.response_code', 'event.code', 'http.request.id'],
    breakdown: BREAKDOWN,
    sort: NEWEST,
  },
  {
    name: 'flagship-search-uc-now',
    title: 'Envoy: UC now',
    description: 'Upstream connections that broke before the answer, in the last 15 minutes.',
    condition: hasFlag('UC'),
    columns: [...WHO, 'envoy.verdict.cause', 'envoy.upstream.host', 'envoy.response_code_details', 'event.duration'],
    breakdown: 'envoy.destination.service',
    sort: NEWEST,
    lastMinutes: 15,
  },
  {
    name: 'flagship-search-no-route',
    title: 'Envoy: no route (NR, NC)',
    description: 'Requests and connections for which a proxy had no route or no cluster: its name, and what was asked.',
    condition: NO_ROUTE,
    columns: ['service.name', 'url.domain', 'url.path', 'envoy.route_name', 'envoy.verdict.cause', 'event.reason'],
    breakdown: 'service.name',
    sort: NEWEST,
  },
  {
    name: 'flagship-search-denied',
    title: 'Envoy: denied by policy',
    description: 'Refused by authorization, credentials or rate limit, by the proxy that wrote the line.',
    condition: DENIED,
    columns: [...WHO, 'envoy.verdict.cause', 'envoy.policy.namespace', 'envoy.policy.name', 'envoy.policy.rule'],
    breakdown: BREAKDOWN,
    sort: NEWEST,
  },
  {
    name: 'flagship-search-plaintext',
    title: 'Envoy: plaintext where mTLS was expected',
    description:
      'Signs that one side spoke plaintext and the other wanted TLS. no_filter_chain alone may also be a port scan.',
    condition: PLAINTEXT,
    columns: [...WHO, 'envoy.verdict.cause', 'source.ip', 'destination.ip', 'destination.port', 'event.reason'],
    breakdown: BREAKDOWN,
    sort: NEWEST,
  },
  {
    name: 'flagship-search-leaves-mesh',
    title: 'Envoy: leaves the mesh (Passthrough, BlackHole)',
    description: 'Traffic to what the mesh does not know: let through (Passthrough) or stopped (BlackHole, block_all).',
    condition: LEAVES_MESH,
    columns: [
      'envoy.source.workload',
      'envoy.upstream.cluster',
      'destination.address',
      'destination.port',
      'server.address',
      'event.outcome',
    ],
    breakdown: 'envoy.source.workload',
    sort: NEWEST,
  },
  {
    name: 'flagship-search-slow',
    title: 'Envoy: slow requests',
    description: 'HTTP and gRPC over the threshold. A service time far below the duration: the time went elsewhere.',
    condition: SLOW,
    columns: [...WHO, 'event.duration', 'envoy.upstream.service_time_ms', 'http.request.method', 'url.path'],
    breakdown: 'envoy.destination.service',
    sort: ['event.duration', 'desc'],
  },
  {
    name: 'flagship-search-request-id',
    title: 'Envoy: one request by its id',
    description: 'Put the x-request-id in the place of the star: every proxy on the way has a line, first is first.',
    condition: { exists: 'http.request.id' },
    columns: ['http.request.id', ...WHO, 'envoy.response_code', 'event.code', 'envoy.verdict.cause', 'event.duration'],
    breakdown: 'envoy.direction',
    sort: ['@timestamp', 'asc'],
  },
]

const INDEX = 'kibanaSavedObjectMeta.searchSourceJSON.index'

/** A search as a saved object, in the form from before Discover had tabs: Kibana 9 migrates it. */
export function searchObject(search: Search, place: Place): InstallableSavedObject {
  return savedObject(
    {
      type: 'search',
      name: search.name,
      references: [dataViewReference(place, INDEX)],
      attributes: (mark) => ({
        title: search.title,
        description: `${search.description} Managed by flagship (${mark}).`,
        columns: search.columns,
        sort: [search.sort],
        grid: {},
        hideChart: false,
        breakdownField: search.breakdown,
        isTextBasedQuery: false,
        kibanaSavedObjectMeta: {
          searchSourceJSON: JSON.stringify({
            query: { language: 'kuery', query: kqlOf(search.condition) },
            filter: [],
            indexRefName: INDEX,
          }),
        },
        ...timeOf(search),
      }),
    },
    place,
  )
}

function timeOf({ lastMinutes }: Search): object {
  if (lastMinutes === undefined) return { timeRestore: false }
  return {
    timeRestore: true,
    timeRange: { from: `now-${lastMinutes}m`, to: 'now' },
    refreshInterval: { pause: true, value: 60_000 },
  }
}
