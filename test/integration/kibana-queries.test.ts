import { beforeAll, describe, expect, test } from 'vitest'
import { thresholdOf } from '../../src/bootstrap/alert-thresholds.ts'
import { kqlOf } from '../../src/bootstrap/kibana/condition.ts'
import { VISUALIZATIONS } from '../../src/bootstrap/kibana/dashboard.ts'
import { SEEN_BY_CALLER } from '../../src/bootstrap/kibana/questions.ts'
import { type AlertRule, ALERT_RULES } from '../../src/bootstrap/kibana/rules.ts'
import { SEARCHES } from '../../src/bootstrap/kibana/searches.ts'
import { elasticsearchMapping } from '../../src/record/elasticsearch-mapping.ts'
import { dslOfKql } from '../support/kql.ts'
import { describeElasticsearch, type ElasticsearchServer } from '../support/real-elasticsearch.ts'
import { recordedDocuments } from '../support/recorded-tree.ts'
import { type Firing, firingsOf, ruleSearch } from '../support/rule-aggregation.ts'

type Json = Readonly<Record<string, unknown>>

/** When a rule looks. */
const NOW = Date.parse('2026-11-22T14:00:00Z')

/** A value in a document, by its dotted name. */
function at(document: unknown, name: string): unknown {
  return name
    .split('.')
    .reduce((value: unknown, key) => (value === undefined ? undefined : Reflect.get(Object(value), key)), document)
}

async function index(server: ElasticsearchServer, name: string, documents: readonly string[]): Promise<void> {
  const mappings = elasticsearchMapping()
  expect(await server.request('PUT', `/${name}`, { mappings })).toMatchObject({ status: 200 })
  for (let from = 0; from < documents.length; from += 2_000) {
    const lines = documents.slice(from, from + 2_000).map((document) => `{"index":{}}\n${document}\n`)
    const { body } = await server.request<{ errors: boolean }>('POST', `/${name}/_bulk`, lines.join(''))
    expect(body.errors).toBe(false)
  }
  await server.request('POST', `/${name}/_refresh`)
}

/** Ids of the events that a KQL text finds. */
async function eventsFoundBy(server: ElasticsearchServer, kql: string): Promise<string[]> {
  const body = { query: dslOfKql(kql), size: 1_000, _source: ['event.id'] }
  const answer = await server.request('POST', '/searched/_search', body)
  expect(answer.status).toBe(200)
  const hits: unknown = at(answer.body, 'hits.hits')
  return (Array.isArray(hits) ? hits : []).map((hit) => String(at(hit, '_source.event.id'))).sort()
}

async function firings(server: ElasticsearchServer, rule: AlertRule): Promise<readonly Firing[]> {
  const answer = await server.request('POST', `/rule-${rule.slug}/_search`, ruleSearch(rule, NOW))
  expect(answer.status).toBe(200)
  return firingsOf(rule, answer.body)
}

describeElasticsearch('what Kibana is given', (server) => {
  describe('searchObject()', () => {
    let documents: readonly Json[] = []

    beforeAll(async () => {
      const texts = [...(await recordedDocuments()), ...MADE_UP.map((document) => JSON.stringify(document))]
      documents = texts
        .map((text): Json => JSON.parse(text))
        .filter((document) => at(document, 'event.dataset') === 'envoy.access')
      await index(
        server(),
        'searched',
        documents.map((document) => JSON.stringify(document)),
      )
    })

    test.for(SEARCHES.map((search) => [search.name, search] as const))(
      '%s finds exactly what it says',
      async ([name, search]) => {
        const expected = EXPECTED[name]
        const wanted = documents.filter((document) => expected?.isWanted(document) === true)
        expect(wanted).toHaveLength(expected?.count ?? -1)
        expect(await eventsFoundBy(server(), kqlOf(search.condition))).toEqual(
          wanted.map((document) => String(at(document, 'event.id'))).sort(),
        )
      },
    )

    test.for(VISUALIZATIONS.map((lens) => [lens.title, lens] as const))(
      'dashboard panel "%s" has documents',
      async ([, lens]) => {
        const kql = lens.condition === undefined ? '' : kqlOf(lens.condition)
        expect((await eventsFoundBy(server(), kql)).length).toBeGreaterThan(20)
      },
    )

    test("the caller's lines count each request of a hop once", async () => {
      const ids = new Set(await eventsFoundBy(server(), kqlOf(SEEN_BY_CALLER)))
      const counted = documents.filter((document) => ids.has(String(at(document, 'event.id'))))
      const hops = counted
        .filter((one) => at(one, 'http.request.id') !== undefined && at(one, 'envoy.upstream.cluster') !== undefined)
        .map(
          (one) => `${String(at(one, 'http.request.id'))} to ${String(at(one, 'envoy.upstream.cluster_parts.fqdn'))}`,
        )
      expect(hops.length).toBeGreaterThan(200)
      expect(new Set(hops).size).toBe(hops.length)
    })
  })

  describe('ruleEsql() as an aggregation', () => {
    beforeAll(async () => {
      for (const rule of ALERT_RULES) await index(server(), `rule-${rule.slug}`, scenarioDocuments(rule))
    })

    test.for(ALERT_RULES.map((rule) => [rule.name, rule] as const))(
      '%s: spikes fire, noise and little things do not',
      async ([, rule]) => {
        const services = (await firings(server(), rule)).map(({ group }) => String(group[0])).sort()
        const hasSustained = rule.baseline.kind === 'share' && rule.baseline.sustained !== undefined
        const expected = ['first-seen', 'spike', 'unknown', ...(hasSustained ? ['outage'] : [])]
        expect(services).toEqual(expected.sort())
      },
    )

    test.for(ALERT_RULES.map((rule) => [rule.name, rule] as const))('%s counts one line of a hop', async ([, rule]) => {
      const spike = (await firings(server(), rule)).filter(({ group }) => group[0] === 'spike')
      expect(spike).toHaveLength(1)
      expect(spike[0]).toMatchObject({ hits: rule.floor, side: sideOf(rule) })
      expect(spike[0]?.causes).toEqual(rule.slug === 'grpc' ? ['next_hop_answered_grpc_error'] : [causeOf(rule)])
    })
  })
})

interface Expected {
  readonly isWanted: (document: Json) => boolean
  readonly count: number
}

const hasFlag = (document: Json, ...flags: readonly string[]) => {
  const found: unknown = at(document, 'envoy.response_flags')
  return Array.isArray(found) && flags.some((flag) => found.includes(flag))
}
const cause = (document: Json) => String(at(document, 'envoy.verdict.cause'))

/** What each search is for, said without its query; the counts are those of the recording and of MADE_UP. */
const EXPECTED: Readonly<Record<string, Expected>> = {
  'flagship-search-failures-by-cause': { isWanted: (one) => at(one, 'event.outcome') === 'failure', count: 163 },
  'flagship-search-uc-now': { isWanted: (one) => hasFlag(one, 'UC'), count: 10 },
  'flagship-search-no-route': {
    isWanted: (one) => ['route_not_found', 'cluster_not_found'].includes(cause(one)),
    count: 6,
  },
  'flagship-search-denied': {
    isWanted: (one) => /^(rbac|jwt|ext_authz|rate_limit|csrf|ztunnel_strict)/.test(cause(one)),
    count: 9,
  },
  'flagship-search-plaintext': {
    isWanted: (one) =>
      ['no_filter_chain', 'tls_peer_speaks_plaintext', 'ztunnel_strict_refused_plaintext'].includes(cause(one)),
    count: 5,
  },
  'flagship-search-leaves-mesh': {
    isWanted: (one) =>
      /^(PassthroughCluster|BlackHoleCluster)$/.test(String(at(one, 'envoy.upstream.cluster'))) ||
      cause(one) === 'destination_not_registered',
    count: 5,
  },
  'flagship-search-slow': {
    isWanted: (one) =>
      Number(at(one, 'event.duration')) >= 1e9 &&
      at(one, 'network.protocol') !== 'tcp' &&
      at(one, 'envoy.response_code') !== 101 &&
      at(one, 'http.request.method') !== 'CONNECT',
    count: 7,
  },
  'flagship-search-request-id': { isWanted: (one) => at(one, 'http.request.id') !== undefined, count: 472 },
}

/** What the recording has none of. */
const MADE_UP: readonly Json[] = [
  { slow: 'an hour of WebSocket', duration: 3_600e9, response_code: 101 },
  { slow: 'just slow', duration: 1e9, response_code: 200 },
  { slow: 'just not', duration: 1e9 - 1, response_code: 200 },
  { slow: 'a tunnel', duration: 3_600e9, response_code: 200, method: 'CONNECT' },
].map(({ slow, duration, response_code, method = 'GET' }) => ({
  '@timestamp': '2026-11-22T13:00:00.000Z',
  event: { id: slow, dataset: 'envoy.access', outcome: 'success', duration },
  network: { protocol: 'http' },
  http: { request: { method } },
  envoy: { direction: 'outbound', response_code },
}))

/** The first cause a rule counts, for rules of causes; else one that goes with its flag. */
function causeOf(rule: AlertRule): string {
  const causes: Readonly<Record<string, string>> = {
    uc: 'upstream_closed_before_response',
    'no-route': 'route_not_found',
    uf: 'connection_refused',
    uh: 'no_healthy_upstream',
    'denied-authorization': 'rbac_no_allow_policy',
    'denied-authorizer': 'ext_authz_denied',
    'denied-credentials': 'jwt_expired',
    'rate-limited': 'rate_limited_locally',
    grpc: 'application_answered_grpc_error',
    'new-cause': 'upstream_timeout',
  }
  return causes[rule.slug] ?? 'no such rule'
}

/** Where a failure has its line: refusals are the server's, the rest the caller's. */
function sideOf({ slug }: AlertRule): string {
  return slug.startsWith('denied') || slug === 'rate-limited' ? 'inbound' : 'caller'
}

/** A hop that failed: the line that says so, and the other one, which the rule must not count. */
function failedHop(rule: AlertRule): readonly Json[] {
  const flag = { uc: 'UC', 'no-route': 'NR', uf: 'UF', uh: 'UH' }[rule.slug]
  const grpc = rule.slug === 'grpc' ? { grpc: { status: 'Unavailable' } } : {}
  const protocol = rule.slug === 'grpc' ? 'grpc' : 'http'
  const line = (direction: string, ownCause: string, code?: string): Json => ({
    event: { outcome: 'failure', code },
    network: { protocol },
    envoy: {
      direction,
      ...grpc,
      verdict: { cause: ownCause },
      ...(code === undefined ? {} : { response_flags: [code] }),
    },
  })
  if (flag !== undefined) return [line(flag === 'NR' ? 'unknown' : 'outbound', causeOf(rule), flag)]
  if (rule.slug === 'new-cause') return [line('outbound', causeOf(rule)), line('outbound', 'next_hop_answered_error')]
  const passedOn = rule.slug === 'grpc' ? 'next_hop_answered_grpc_error' : 'next_hop_answered_error'
  return [line('inbound', causeOf(rule)), line('outbound', passedOn)]
}

function healthyHop(rule: AlertRule): readonly Json[] {
  const network = { protocol: rule.slug === 'grpc' ? 'grpc' : 'http' }
  const grpc = rule.slug === 'grpc' ? { grpc: { status: 'OK' } } : {}
  return ['outbound', 'inbound'].map((direction) => ({
    event: { outcome: 'success' },
    network,
    envoy: { direction, ...grpc },
  }))
}

interface Traffic {
  readonly failed: number
  readonly healthy: number
}

/** Named as what becomes of them. */
function scenarioDocuments(rule: AlertRule): readonly string[] {
  const { floor, ratio } = rule
  const scenarios: Readonly<Record<string, { before: Traffic; now: Traffic }>> = {
    spike: { before: { failed: 0, healthy: 60 }, now: { failed: floor, healthy: 40 } },
    'first-seen': { before: { failed: 0, healthy: 0 }, now: { failed: floor, healthy: 0 } },
    unknown: { before: { failed: 0, healthy: 50 }, now: { failed: floor, healthy: 10 } },
    noise: { before: { failed: 10, healthy: 90 }, now: { failed: floor, healthy: floor * 9 } },
    outage: { before: { failed: 30, healthy: 30 }, now: { failed: floor, healthy: floor } },
    'below-floor': { before: { failed: 0, healthy: 20 }, now: { failed: floor - 1, healthy: 0 } },
    'below-ratio': {
      before: { failed: 0, healthy: 100 },
      now: { failed: floor, healthy: Math.ceil((1.2 * floor) / ratio) },
    },
    'long-ago': { before: { failed: floor, healthy: 0 }, now: { failed: 0, healthy: 10 } },
  }
  return Object.entries(scenarios).flatMap(([service, { before, now }]) => [
    ...traffic(rule, service, before, thresholdOf('window'), thresholdOf('window') + thresholdOf('baseline')),
    ...traffic(rule, service, now, 0, thresholdOf('window')),
  ])
}

/** Spread evenly between two points in time, neither of them included. */
function traffic(
  rule: AlertRule,
  service: string,
  { failed, healthy }: Traffic,
  from: number,
  to: number,
): readonly string[] {
  const requests = [
    ...Array<readonly Json[]>(failed).fill(failedHop(rule)),
    ...Array<readonly Json[]>(healthy).fill(healthyHop(rule)),
  ]
  return requests.flatMap((hop, number) => {
    const minutesAgo = from + ((number + 1) * (to - from)) / (requests.length + 1)
    const end = new Date(NOW - minutesAgo * 60_000).toISOString()
    return hop.map((line) => JSON.stringify(placed(line, service, end)))
  })
}

function placed({ event, envoy, ...line }: Json, service: string, end: string): Json {
  const destination = service === 'unknown' ? {} : { destination: { service } }
  // A connection is logged at its end, long after its start: only the end may count.
  return {
    ...line,
    '@timestamp': '2026-11-21T00:00:00.000Z',
    event: { ...Object(event), end },
    service: { name: 'proxy' },
    envoy: { ...Object(envoy), ...destination },
  }
}
