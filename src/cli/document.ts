/** The parts of a document that people are shown. Documents come from outside too, so everything may be missing. */
export interface ShownDocument {
  readonly '@timestamp'?: string
  readonly event?: {
    readonly id?: string
    readonly dataset?: string
    readonly outcome?: string
    readonly code?: string
    readonly reason?: string
    readonly end?: string
    readonly original?: string
  }
  readonly error?: { readonly type?: string; readonly message?: string }
  readonly log?: { readonly level?: string; readonly logger?: string }
  readonly message?: string
  readonly http?: { readonly request?: { readonly method?: string; readonly id?: string } }
  readonly url?: { readonly path?: string; readonly domain?: string }
  readonly source?: { readonly address?: string; readonly port?: number }
  readonly destination?: { readonly address?: string; readonly port?: number; readonly domain?: string }
  readonly kubernetes?: { readonly pod?: { readonly name?: string }; readonly namespace?: string }
  readonly envoy?: {
    readonly response_code?: number
    readonly response_flags?: readonly string[]
    readonly response_code_details_text?: string
    readonly direction?: string
    readonly upstream?: { readonly cluster?: string; readonly local_address?: string; readonly host?: string }
    readonly downstream?: { readonly remote_address?: string }
    readonly verdict?: {
      readonly responder?: string
      readonly rule?: string
      readonly cause?: string
      readonly cut_short?: boolean
      readonly checks?: readonly string[]
    }
    readonly source?: ShownEndpoint
    readonly destination?: ShownEndpoint
  }
}

interface ShownEndpoint {
  readonly kind?: string
  readonly namespace?: string
  readonly pod?: string
  readonly workload?: string
  readonly service?: string
  readonly pod_state?: string
  readonly pod_state_ms?: number
}

/** Who called, as people would say it: workload, else what is known of the address. */
export function sourceOf(document: ShownDocument): string {
  const end = document.envoy?.source
  return end?.workload ?? end?.pod ?? end?.service ?? document.source?.address ?? '?'
}

/**
 * Who was called: service, else workload, else the address. Where no endpoint was chosen, what the client asked for
 * says most.
 */
export function destinationOf(document: ShownDocument): string {
  return (
    askedFor(document) ??
    nameOf(document.envoy?.destination) ??
    document.destination?.domain ??
    addressOf(document.destination)
  )
}

function askedFor({ envoy, url }: ShownDocument): string | undefined {
  return envoy?.upstream?.host === undefined && envoy?.destination?.service === undefined ? url?.domain : undefined
}

function nameOf(end: ShownEndpoint | undefined): string | undefined {
  return end?.service ?? end?.workload
}

function addressOf({ address, port }: { readonly address?: string; readonly port?: number } = {}): string {
  if (address === undefined) return '?'
  return port === undefined ? address : `${address}:${port}`
}

/** `SOURCE -> DESTINATION` */
export function hopOf(document: ShownDocument): string {
  return `${sourceOf(document)} -> ${destinationOf(document)}`
}

/** `503 UF,URX` */
export function statusOf({ envoy }: ShownDocument): string {
  return `${envoy?.response_code ?? '-'} ${(envoy?.response_flags ?? ['-']).join(',')}`
}

/** Time of day, to the millisecond. */
export function timeOf(document: ShownDocument): string {
  return (document['@timestamp'] ?? '').slice(11, 23)
}

export function isFailure(document: ShownDocument): boolean {
  return document.event?.outcome === 'failure'
}

/** `reviews-v2-w4n7p was terminating for 3.1 s`, where the called pod was in a state that is no normal one. */
export function podStateOf({ envoy }: ShownDocument): string | undefined {
  const { pod, pod_state: state, pod_state_ms: stateMs } = envoy?.destination ?? {}
  const words = STATES.get(state ?? '')
  if (pod === undefined || words === undefined) return undefined
  return `${pod} ${words} for ${typeof stateMs === 'number' ? (stateMs / 1_000).toFixed(1) : '?'} s`
}

const STATES: ReadonlyMap<string, string> = new Map([
  ['starting', 'was starting'],
  ['not_ready', 'was not ready'],
  ['terminating', 'was terminating'],
  ['restarted', 'had been started anew'],
  ['gone', 'had been gone'],
])

/** Who chose the status, in words. */
export function answeredBy(document: ShownDocument): string {
  const reporter = document.kubernetes?.pod?.name
  switch (document.envoy?.verdict?.responder) {
    case 'envoy':
      return reporter === undefined ? 'this proxy answered' : `proxy of ${reporter} answered`
    case 'application':
      return 'application answered'
    case 'next_hop':
      return 'next hop answered'
    case 'none':
      return 'nobody answered'
    case 'not_applicable':
      return 'TCP connection'
    default:
      return 'unknown who answered'
  }
}
