import type { JsonText } from './field.ts'

/**
 * What one access-log line says, by the names of Envoy's operators, before anything is concluded from it.
 *
 * `undefined` means absent: no key, null, `-` and the empty text are all the same. Numbers are finite and not negative.
 */
export interface EnvoyLine {
  /** Name of the format the line was read by: `istio-json`, `istio-text-1.9`, `custom:NAME`, `ztunnel-text` ... */
  format: string
  /** The text fits its format in more than one way (text formats do not escape). */
  isAmbiguous: boolean
  /** START_TIME as ISO 8601 in UTC, with the digits it had; for ztunnel the end minus the duration. */
  startTime: string | undefined
  /** The same instant in milliseconds since the epoch. */
  startTimeMs: number | undefined
  method: string | undefined
  /** Path and query, as logged. */
  path: string | undefined
  /** `HTTP/1.1`, `HTTP/2`, `HTTP/3`; absent on TCP and connection lines. */
  protocol: string | undefined
  /** 0 when nothing was answered or the line is not HTTP. */
  responseCode: number | undefined
  /** Short flags as one text in the order of the line, comma separated; absent when none was set. */
  responseFlags: string | undefined
  responseCodeDetails: string | undefined
  connectionTerminationDetails: string | undefined
  upstreamTransportFailureReason: string | undefined
  bytesReceived: number | undefined
  bytesSent: number | undefined
  durationMs: number | undefined
  upstreamServiceTimeMs: number | undefined
  xForwardedFor: string | undefined
  userAgent: string | undefined
  requestId: string | undefined
  authority: string | undefined
  upstreamHost: string | undefined
  /** Without the trailing `;` that some Istio releases print. */
  upstreamCluster: string | undefined
  upstreamLocalAddress: string | undefined
  downstreamLocalAddress: string | undefined
  downstreamRemoteAddress: string | undefined
  /** The SNI. */
  requestedServerName: string | undefined
  routeName: string | undefined
  /** What only some formats log; absent on most lines. */
  more: MoreValues | undefined
  /** Keys no other property holds, as one JSON object. */
  extra: JsonText | undefined
}

/** Values of operators that default formats leave out. */
export interface MoreValues {
  grpcStatus?: string
  grpcStatusNumber?: number
  responseFlagsLong?: string
  upstreamAttemptCount?: number
  downstreamDirectRemoteAddress?: string
  /** Comma separated, as Envoy prints it. */
  downstreamPeerUriSan?: string
  downstreamPeerSubject?: string
  downstreamTlsVersion?: string
  downstreamTlsCipher?: string
  upstreamPeerUriSan?: string
  traceId?: string
  spanId?: string
  /** Value of the W3C `traceparent` header. */
  traceparent?: string
  referrer?: string
  scheme?: string
  /** Pod name of the proxy (HOSTNAME). */
  hostname?: string
  /** Peer metadata, exact by construction: Istio's filter state or ztunnel's own keys. */
  sourcePeer?: Peer
  destinationPeer?: Peer
  /** ztunnel: outbound or inbound, as it says itself. */
  ztunnelDirection?: 'outbound' | 'inbound'
  /** Where an HBONE tunnel leads: the address behind port 15008. */
  hboneAddress?: string
  level?: string
  message?: string
}

/** What a proxy knows of its peer. */
export interface Peer {
  workload?: string
  namespace?: string
  /** Pod name, where the metadata has one. */
  pod?: string
  /** `HOST` of the service, such as reviews.default.svc.cluster.local. */
  service?: string
  cluster?: string
  /** SPIFFE id. */
  identity?: string
}

/** An Envoy component, istio-agent or ztunnel diagnostic line. */
export interface ComponentLine {
  format: 'envoy-log' | 'istio-agent-log' | 'ztunnel-log'
  /** ISO 8601 UTC; absent on a continuation line. */
  time: string | undefined
  timeMs: number | undefined
  /** trace, debug, info, warning, error, critical, fatal. */
  level: string | undefined
  logger: string | undefined
  message: string
  /** Thread, source file and the like. */
  extra: JsonText | undefined
}

/** Why a line could not be read; a closed set, safe as a metric label. */
export type UnparsedReason =
  | 'empty'
  | 'invalid_json'
  | 'no_format_fits'
  | 'truncated'
  | 'lost_by_envoy'
  | 'too_deep'
  | 'wrong_envelope'
  | 'internal_error'

/** What a line is. Every line is one of these: nothing throws, nothing disappears. `isJson`: its texts were JSON strings. */
export type ParsedLine =
  | { readonly kind: 'access'; readonly line: EnvoyLine; readonly isJson: boolean }
  | { readonly kind: 'log'; readonly line: ComponentLine }
  | { readonly kind: 'unparsed'; readonly reason: UnparsedReason; readonly detail?: string }

/** An access line with nothing in it. */
export function emptyLine(format: string): EnvoyLine {
  return {
    format,
    isAmbiguous: false,
    startTime: undefined,
    startTimeMs: undefined,
    method: undefined,
    path: undefined,
    protocol: undefined,
    responseCode: undefined,
    responseFlags: undefined,
    responseCodeDetails: undefined,
    connectionTerminationDetails: undefined,
    upstreamTransportFailureReason: undefined,
    bytesReceived: undefined,
    bytesSent: undefined,
    durationMs: undefined,
    upstreamServiceTimeMs: undefined,
    xForwardedFor: undefined,
    userAgent: undefined,
    requestId: undefined,
    authority: undefined,
    upstreamHost: undefined,
    upstreamCluster: undefined,
    upstreamLocalAddress: undefined,
    downstreamLocalAddress: undefined,
    downstreamRemoteAddress: undefined,
    requestedServerName: undefined,
    routeName: undefined,
    more: undefined,
    extra: undefined,
  }
}
