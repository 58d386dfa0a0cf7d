import { memoized, withoutBlanks } from './bounded-memo.ts'
import type { CauseId } from './causes.ts'

/**
 * What a transport failure reason proves, from UPSTREAM_TRANSPORT_FAILURE_REASON or from the braces of
 * `upstream_reset_before_response_started{...}`: undefined when it names neither a TLS nor a connect error.
 *
 * Every spelling is read: `TLS error: 268435703:...`, `TLS_error:|268435703:...:TLS_error_end`,
 * `delayed connect error: 111`, `delayed_connect_error:_Connection_refused`.
 */
export const causeOfTransportFailure: (reason: string) => CauseId | undefined = (reason) => MEMO(reason)?.cause

const MEMO = memoized((reason): { readonly cause: CauseId | undefined } => {
  const text = withoutBlanks(reason)
  return { cause: text.includes('TLS_error') ? tlsCause(text) : connectCause(text) }
})

/** BoringSSL's reason text or number; the first that stands in the reason decides, so the more precise come first. */
const TLS_REASONS: readonly (readonly [needle: string, cause: CauseId])[] = [
  ['SAN_matcher', 'tls_san_mismatch'],
  ['certificate_has_expired', 'tls_certificate_expired'],
  ['certificate_is_not_yet_valid', 'tls_certificate_not_yet_valid'],
  ['issuer_certificate', 'tls_issuer_unknown'],
  ['unable_to_verify_the_first_certificate', 'tls_issuer_unknown'],
  ['self_signed_certificate', 'tls_issuer_unknown'],
  ['self-signed_certificate', 'tls_issuer_unknown'],
  ['CERTIFICATE_VERIFY_FAILED', 'tls_certificate_verify_failed'],
  ['WRONG_VERSION_NUMBER', 'tls_peer_speaks_plaintext'],
  ['HTTP_REQUEST', 'tls_peer_sent_http'],
  ['ALERT_CERTIFICATE_EXPIRED', 'tls_client_certificate_expired'],
  ['ALERT_UNKNOWN_CA', 'tls_client_certificate_issuer_unknown'],
  ['ALERT_CERTIFICATE_REQUIRED', 'tls_client_certificate_required'],
  ['ALERT_CERTIFICATE_UNKNOWN', 'tls_client_certificate_refused'],
  ['ALERT_BAD_CERTIFICATE', 'tls_client_certificate_refused'],
  ['ALERT_CERTIFICATE_REVOKED', 'tls_client_certificate_refused'],
  ['ALERT_UNSUPPORTED_CERTIFICATE', 'tls_client_certificate_refused'],
  ['ALERT_ACCESS_DENIED', 'tls_client_certificate_refused'],
  ['ALERT_PROTOCOL_VERSION', 'tls_version_mismatch'],
  ['UNSUPPORTED_PROTOCOL', 'tls_version_mismatch'],
  ['UNRECOGNIZED_NAME', 'tls_server_name_unknown'],
  ['ALERT_HANDSHAKE_FAILURE', 'tls_handshake_refused'],
  ['Secret_is_not_supplied_by_SDS', 'tls_secret_missing'],
  ['Connection_reset_by_peer', 'tls_connection_reset'],
  ['268435703', 'tls_peer_speaks_plaintext'],
  ['268435612', 'tls_peer_sent_http'],
  ['268435581', 'tls_certificate_verify_failed'],
  ['268436501', 'tls_client_certificate_expired'],
  ['268436502', 'tls_client_certificate_refused'],
  ['268436504', 'tls_client_certificate_issuer_unknown'],
  ['268436496', 'tls_handshake_refused'],
  ['33554536', 'tls_connection_reset'],
]

function tlsCause(text: string): CauseId {
  return TLS_REASONS.find(([needle]) => text.includes(needle))?.[1] ?? 'tls_handshake_failed'
}

/** errno of connect(2) on Linux as a number (Envoy 1.20 to 1.30) or as its text (since 1.31). */
const CONNECT_ERRORS: ReadonlyMap<string, CauseId> = new Map([
  ['111', 'connection_refused'],
  ['Connection_refused', 'connection_refused'],
  ['110', 'connection_timeout'],
  ['Connection_timed_out', 'connection_timeout'],
  ['104', 'connection_reset'],
  ['Connection_reset_by_peer', 'connection_reset'],
  ['113', 'host_unreachable'],
  ['No_route_to_host', 'host_unreachable'],
  ['101', 'network_unreachable'],
  ['Network_is_unreachable', 'network_unreachable'],
  ['99', 'local_address_unavailable'],
  ['Cannot_assign_requested_address', 'local_address_unavailable'],
])
const CONNECT_ERROR = 'connect_error:'

function connectCause(text: string): CauseId | undefined {
  const at = text.indexOf(CONNECT_ERROR)
  if (at === -1) return undefined
  let from = at + CONNECT_ERROR.length
  while (text[from] === '_') from += 1
  let to = from
  while (to < text.length && !'|},'.includes(text.charAt(to))) to += 1
  return CONNECT_ERRORS.get(text.slice(from, to)) ?? 'connection_failed'
}
