import { describe, expect, test } from 'vitest'
import { causeOfTransportFailure } from '../../../../src/enrich/flag/transport-failure.ts'

const tls = (reason: string) => `TLS_error:|1:SSL_routines:OPENSSL_internal:${reason}:TLS_error_end`
const verify = (why: string) =>
  tls(
    `CERTIFICATE_VERIFY_FAILED:verify_cert_failed:_X509_verify_cert:_certificate_verification_error_at_depth_1:_${why}`,
  )

describe('causeOfTransportFailure()', () => {
  test.for([
    ['delayed connect error: 111', 'connection_refused'],
    ['delayed_connect_error:_Connection_refused', 'connection_refused'],
    ['|delayed_connect_error:_Connection_refused}', 'connection_refused'],
    ['delayed connect error: 110', 'connection_timeout'],
    ['delayed_connect_error:_Connection_timed_out', 'connection_timeout'],
    ['delayed_connect_error:_104', 'connection_reset'],
    ['delayed_connect_error:_Connection_reset_by_peer', 'connection_reset'],
    ['delayed_connect_error:_No_route_to_host', 'host_unreachable'],
    ['delayed_connect_error:_113', 'host_unreachable'],
    ['immediate_connect_error:_Network_is_unreachable', 'network_unreachable'],
    ['immediate_connect_error:_101', 'network_unreachable'],
    ['immediate_connect_error:_Cannot_assign_requested_address', 'local_address_unavailable'],
    ['immediate connect error: 99', 'local_address_unavailable'],
    ['delayed_connect_error:_1111', 'connection_failed'],
    ['delayed_connect_error:', 'connection_failed'],
    [tls('WRONG_VERSION_NUMBER'), 'tls_peer_speaks_plaintext'],
    ['TLS error: 268435703', 'tls_peer_speaks_plaintext'],
    [tls('HTTP_REQUEST'), 'tls_peer_sent_http'],
    [tls('CERTIFICATE_VERIFY_FAILED'), 'tls_certificate_verify_failed'],
    [tls('CERTIFICATE_VERIFY_FAILED:verify_cert_failed:_SAN_matcher,_certificate_SANs_are_[a,b]'), 'tls_san_mismatch'],
    [verify('certificate_has_expired'), 'tls_certificate_expired'],
    [verify('certificate_is_not_yet_valid'), 'tls_certificate_not_yet_valid'],
    [verify('unable_to_get_local_issuer_certificate'), 'tls_issuer_unknown'],
    [verify('self-signed_certificate_in_certificate_chain'), 'tls_issuer_unknown'],
    [tls('SSLV3_ALERT_CERTIFICATE_EXPIRED'), 'tls_client_certificate_expired'],
    [tls('TLSV1_ALERT_UNKNOWN_CA'), 'tls_client_certificate_issuer_unknown'],
    [tls('SSLV3_ALERT_CERTIFICATE_UNKNOWN'), 'tls_client_certificate_refused'],
    [tls('TLSV1_ALERT_CERTIFICATE_REQUIRED'), 'tls_client_certificate_required'],
    [tls('SSLV3_ALERT_HANDSHAKE_FAILURE'), 'tls_handshake_refused'],
    [tls('TLSV1_ALERT_PROTOCOL_VERSION'), 'tls_version_mismatch'],
    [tls('TLSV1_UNRECOGNIZED_NAME'), 'tls_server_name_unknown'],
    ['TLS_error:_33554536:system_library:OPENSSL_internal:Connection_reset_by_peer', 'tls_connection_reset'],
    ['TLS error: Secret is not supplied by SDS', 'tls_secret_missing'],
    [tls('ODD'), 'tls_handshake_failed'],
    ['remote reset', undefined],
    ['', undefined],
  ] as const)('reads "%s" as %s', ([reason, cause]) => {
    expect(causeOfTransportFailure(reason)).toBe(cause)
  })
})
