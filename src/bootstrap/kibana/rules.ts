import { thresholdOf } from '../alert-thresholds.ts'
import type { Condition } from './condition.ts'
import { DENIALS, FAILED, GRPC_FAILED, hasCause, isFlag, PASSED_ON, SEEN_BY_CALLER } from './questions.ts'

/** What an alert rule asks. Kibana is given it as ES|QL; the tests run the same as an aggregation. */
export interface AlertRule {
  /** UUID v4, fixed: Kibana takes no other ids for rules. */
  readonly id: string
  /** Names its file. */
  readonly slug: string
  readonly name: string
  /** Lines that are counted. */
  readonly hit: Condition
  /** Lines they are a share of; all when absent. */
  readonly among?: Condition
  /** One alert for each; fields with one value only. The side of the hop comes on top. */
  readonly groupBy: readonly string[]
  /** At least so many hits in the window. */
  readonly floor: number
  /** At least this share of the lines in the window. */
  readonly ratio: number
  /** How a spike is told from what is always there. */
  readonly baseline: Baseline
}

export type Baseline =
  /** The share is `factor` times that of the minutes before the window; or it is `sustained`, whatever was before. */
  | { readonly kind: 'share'; readonly minutes: number; readonly factor: number; readonly sustained?: number }
  /** One cause alone has the hits, and the service did not have it in the minutes before. */
  | { readonly kind: 'new_cause'; readonly minutes: number }

/**
 * Which line of a hop it is. Each proxy sets a flag only for what it met itself, so a failure has its flag and its
 * refusal in one line of the two; but every line counts among the requests. So shares are counted side by side: the
 * callers' lines (sidecars, gateways, and lines of unknown direction), the servers', the waypoints'.
 */
export const SIDES = { inbound: 'inbound', waypoint: 'waypoint', other: 'caller' } as const

const DESTINATION = 'envoy.destination.service'
const baselineMinutes = thresholdOf('baseline')
const factor = thresholdOf('factor')

/** Counts as an outage also when it has become usual. */
const SPIKE: Baseline = { kind: 'share', minutes: baselineMinutes, factor, sustained: thresholdOf('sustained') }
/** May be usual at any share: scanners, and callers without rights that go on asking. */
const RISE: Baseline = { kind: 'share', minutes: baselineMinutes, factor }

const denied = {
  groupBy: [DESTINATION],
  floor: thresholdOf('denied_floor'),
  ratio: thresholdOf('denied_ratio'),
  baseline: RISE,
}

/** The rules, in the order of the documentation. */
export const ALERT_RULES: readonly AlertRule[] = [
  {
    id: 'b890bc24-bbb6-48d6-a3e2-ca5936958dda',
    slug: 'uc',
    name: 'Envoy: upstream connections break off (UC)',
    hit: isFlag('UC'),
    groupBy: [DESTINATION],
    floor: thresholdOf('uc_floor'),
    ratio: thresholdOf('uc_ratio'),
    baseline: SPIKE,
  },
  {
    id: '1039386c-743f-4cd8-bd64-a16161f4c54e',
    slug: 'no-route',
    name: 'Envoy: no route or no cluster (NR, NC)',
    hit: isFlag('NR', 'NC'),
    groupBy: [DESTINATION, 'service.name'], // no route, no destination: then the proxy is all there is to name
    floor: thresholdOf('route_floor'),
    ratio: thresholdOf('route_ratio'),
    baseline: RISE,
  },
  {
    id: '090c9b3d-65ce-4bb6-aa8e-0690bf4e72c1',
    slug: 'uf',
    name: 'Envoy: connections cannot be made (UF)',
    hit: isFlag('UF'),
    groupBy: [DESTINATION],
    floor: thresholdOf('uf_floor'),
    ratio: thresholdOf('uf_ratio'),
    baseline: SPIKE,
  },
  {
    id: 'c8cb7143-4978-41ef-86a6-6161180efd01',
    slug: 'uh',
    name: 'Envoy: no healthy endpoint (UH)',
    hit: isFlag('UH'),
    groupBy: [DESTINATION],
    floor: thresholdOf('uh_floor'),
    ratio: thresholdOf('uh_ratio'),
    baseline: SPIKE,
  },
  {
    id: '9f159e7c-4302-48cb-aab8-df98bc66b5d6',
    slug: 'denied-authorization',
    name: 'Envoy: denied by authorization policy',
    hit: hasCause(...DENIALS.authorization),
    ...denied,
  },
  {
    id: '4523eb91-c918-4e45-9503-0f08c908ee93',
    slug: 'denied-authorizer',
    name: 'Envoy: denied by the external authorizer',
    hit: hasCause(...DENIALS.authorizer),
    ...denied,
  },
  {
    id: 'c82244a2-7507-46bd-8769-d078f0b190ee',
    slug: 'denied-credentials',
    name: 'Envoy: credentials refused',
    hit: hasCause(...DENIALS.credentials),
    ...denied,
  },
  {
    id: 'f5ba6cbc-b9e6-4799-bd26-e8b2b3772c8e',
    slug: 'rate-limited',
    name: 'Envoy: rate limit reached',
    hit: hasCause(...DENIALS.rate_limit),
    ...denied,
  },
  {
    id: '60abbe99-bd7c-446a-8695-92daff4b0356',
    slug: 'grpc',
    name: 'Envoy: gRPC calls fail',
    hit: GRPC_FAILED,
    // A status is passed on, so both lines have it: callers count.
    among: { all: [{ field: 'network.protocol', is: ['grpc'] }, SEEN_BY_CALLER] },
    groupBy: [DESTINATION],
    floor: thresholdOf('grpc_floor'),
    ratio: thresholdOf('grpc_ratio'),
    baseline: SPIKE,
  },
  {
    id: '918a6e27-478b-4edb-b422-485b9f818fe1',
    slug: 'new-cause',
    name: 'Envoy: a service fails for a cause that is new to it',
    hit: { all: [FAILED, { exists: 'envoy.verdict.cause' }, { not: PASSED_ON }] },
    groupBy: [DESTINATION],
    floor: thresholdOf('new_cause_floor'),
    ratio: thresholdOf('new_cause_ratio'),
    baseline: { kind: 'new_cause', minutes: thresholdOf('new_cause_baseline') * 60 },
  },
]
