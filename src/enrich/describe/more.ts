import type { MoreValues } from '../../record/envoy-line.ts'
import type { LogRecord } from '../../record/generated/record.ts'

/** Fill in values that only some formats log. */
export function assignMore(more: MoreValues, record: LogRecord): void {
  record.grpcStatus = more.grpcStatus
  record.grpcStatusCode = more.grpcStatusNumber
  record.upstreamAttemptCount = more.upstreamAttemptCount
  record.downstreamPeerUriSan = more.downstreamPeerUriSan?.split(',')
  record.tlsClientSubject = more.downstreamPeerSubject
  record.tlsCipher = more.downstreamTlsCipher
  record.referrer = more.referrer
  record.urlScheme = more.scheme
  record.logLevel = more.level
  record.message = more.message
  assignTls(more, record)
  assignTrace(more, record)
}

/** Envoy prints `TLSv1.3`; ECS splits it. */
function assignTls({ downstreamTlsVersion: version }: MoreValues, record: LogRecord): void {
  if (version === undefined) return
  record.tlsVersion = version.startsWith('TLSv') ? version.slice(4) : version
  record.tlsVersionProtocol = 'tls'
}

/** `traceparent` is version-traceid-spanid-flags (W3C Trace Context); a traced operator wins. */
function assignTrace({ traceId, spanId, traceparent }: MoreValues, record: LogRecord): void {
  const [, id, span] = traceparent?.length === 55 ? traceparent.split('-', 3) : []
  record.traceId = traceId ?? id
  record.spanId = spanId ?? span
}
