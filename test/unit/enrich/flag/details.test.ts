import { assert, property, string } from '../../../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { DETAILS, detailsPrefix, matchDetails } from '../../../../src/enrich/flag/details.ts'

/**
 * Every value of RESPONSE_CODE_DETAILS that Envoy is known to print, families with something filled in.
 *
 * Source: Envoy's response_code_details.rst and the constants of its filters, 1.0 to 1.40.
 */
const KNOWN = `
via_upstream route_not_found route_configuration_not_found cluster_not_found direct_response maintenance_mode
drop_overload unconditional_drop_overload no_healthy_upstream response_timeout upstream_response_timeout
upstream_per_try_timeout upstream_per_try_idle_timeout upstream_max_stream_duration_reached
upstream_reset_before_response_started
upstream_reset_before_response_started{connection_failure}
upstream_reset_before_response_started{remote_connection_failure}
upstream_reset_before_response_started{local_connection_failure}
upstream_reset_before_response_started{connection_timeout}
upstream_reset_before_response_started{connection_termination}
upstream_reset_before_response_started{local_reset}
upstream_reset_before_response_started{local_refused_stream_reset}
upstream_reset_before_response_started{remote_reset}
upstream_reset_before_response_started{remote_refused_stream_reset}
upstream_reset_before_response_started{remote_error_with_CONNECT_request}
upstream_reset_before_response_started{overflow}
upstream_reset_before_response_started{protocol_error}
upstream_reset_before_response_started{overload_manager_reset}
upstream_reset_before_response_started{HTTP/1_premature_upstream_half_close}
upstream_reset_after_response_started upstream_reset_after_response_started{remote_reset}
upstream_reset_before_response_started{remote_connection_failure|TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end}
upstream_reset_before_response_started{connection_failure,delayed_connect_error:_111}
upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused}
upstream_reset_before_response_started{local_connection_failure|immediate_connect_error:_Network_is_unreachable}
request_payload_too_large response_payload_too_large request_payload_exceeded_retry_buffer_limit
stream_idle_timeout max_duration_timeout request_overall_timeout request_header_timeout downstream_header_timeout
duration_timeout overload overload_error:Envoy_Overloaded low_version missing_host_header missing_path_rejected
invalid_path absolute_path_rejected path_normalization_failed
request_headers_failed_strict_check request_headers_failed_strict_check{x-envoy-upstream-rq-timeout-ms}
upgrade_failed websocket_handshake_unsuccessful early_connect_data filter_chain_not_found
downstream_remote_disconnect downstream_local_disconnect downstream_local_disconnect(on_idle_timeout)
downstream_local_disconnect(codec_error:http1) codec_error:The_user_callback_function_failed admin_filter_response
internal_redirect filter_removed_required_headers{:path} filter_removed_required_request_headers{:authority}
filter_removed_required_response_headers{:status} filter_added_invalid_request_data filter_added_invalid_response_data
rejecting_because_detection_failed
http1.body_disallowed http1.codec_error http1.connection_header_rejected http1.content_length_and_chunked_not_allowed
http1.content_length_not_allowed http1.headers_too_large http1.https_url_on_plaintext_connection
http1.invalid_characters http1.invalid_scheme http1.invalid_transfer_encoding http1.invalid_url http1.too_many_headers
http1.transfer_encoding_not_allowed http1.unexpected_underscore
http2.inbound_empty_frames_flood http2.outbound_frames_flood http2.invalid.header.field http2.too_many_headers
http2.header_list_size_too_large http2.cookies_total_bytes_too_large http2.unexpected_underscore
http2.unknown.nghttp2.error http2.unknown.oghttp2.error http2.violation.of.messaging.rule http2.remote_reset
http2.remote_refuse
http3.invalid_header_field http3.headers_too_large http3.unexpected_underscore http3.too_many_headers
http3.too_many_trailers http3.inconsistent_content_length http3.remote_refuse http3.remote_reset
rbac_access_denied_matched_policy[none] rbac_access_denied_matched_policy[ns[shop]-policy[deny-admin]-rule[0]]
rbac_access_denied ext_authz_denied ext_authz_error ext_authz_invalid
jwt_authn_access_denied jwt_authn_access_denied{Jwt_is_expired} jwt_authn_access_denied{odd}
request_rate_limited rate_limiter_error local_rate_limited rate_limited_by_quota fault_filter_abort cors_response
csrf_origin_mismatch lua_response wasm_fail_stream wasm_close_stream
health_check_ok health_check_cached health_check_ok_cluster_healthy health_check_failed
health_check_failed_no_cluster_found health_check_failed_cluster_empty health_check_failed_cluster_unhealthy
cache.response_from_cache_filter cache.insert_via_upstream cache.aborted_lookup cache.aborted_headers
cache.aborted_body cache.aborted_trailers cache_no_route cache_no_cluster cache_upstream_reset
dns_resolution_failure dns_resolution_failure{domain_name_not_found} dns_cache_overflow
dynamic_forward_proxy_pending_request_overflow sub_cluster_overflow sub_cluster_warming_timeout
dynamic_forward_proxy_cluster_is_gone empty_host_header
ext_proc_error_gRPC_error_14{upstream_connect_error} ext_proc_error_per-message_timeout_exceeded
reached_concurrency_limit denied_by_admission_control
no_credential_for_basic_auth invalid_scheme_for_basic_auth invalid_format_for_basic_auth
invalid_credential_for_basic_auth missing_api_key unkonwn_api_key client_not_allowed missing_credentials
missing_key_sources oauth.missing_credentials oauth.logged_in oauth.race_redirect oauth.sign_out
invalid_cdn_loop_header cdn_loop_detected grpc_base_64_decode_failed_bad_size grpc_base_64_decode_failed
grpc_bridge_data_too_small grpc_bridge_content_type_wrong grpc_bridge_content_length_missing
grpc_bridge_content_length_wrong early_grpc_json_transcode_failure{INVALID_ARGUMENT} grpc_json_transcode_failure{x}
grpc_json_reverse_transcode_failure{x} early_grpc_json_reverse_transcode_failure{x} auth_digest_no_match
`
  .trim()
  .split(/\s+/)
  .concat('') // a local reply without details

describe('matchDetails()', () => {
  test.for(KNOWN)('explains %s', (details) => {
    const { row, seen } = matchDetails(details)
    expect(row).toBeDefined()
    expect(seen.outbound.cause).not.toMatch(/^unknown/)
    expect(seen.outbound.sentence).toMatch(/^[A-Z].{20,180}[.]$/)
    expect(seen.outbound.checks.length).toBeGreaterThan(0)
  })

  test('explains no more rows than Envoy has values: each is in the list above', () => {
    const used = new Set(KNOWN.map((details) => matchDetails(details).row?.value))
    const unused = Object.values(DETAILS)
      .flat()
      .map((row) => row.value)
      .filter((value) => !used.has(value))
    expect(unused).toEqual([])
  })

  test.for([
    ['via_upstreamx', 'unknown_details'],
    ['my_plugin{via_upstream}', 'unknown_details'],
    ['no healthy upstream', 'no_healthy_upstream'],
    ['upstream_reset_before_response_started{}', 'upstream_failed_before_response'],
    ['upstream_reset_before_response_started{odd|delayed_connect_error:_111}', 'connection_refused'],
    ['jwt_authn_access_denied{Audiences in Jwt are not allowed}', 'jwt_audience_not_allowed'],
    ['downstream_local_disconnect(no end', 'connection_closed_by_this_proxy'],
  ] as const)('reads "%s" as %s', ([details, cause]) => {
    expect(matchDetails(details).seen.outbound.cause).toBe(cause)
  })

  test('takes any text', () => {
    assert(
      property(string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(matchDetails(text).seen.inbound.sentence).not.toBe('')
        expect(text.replaceAll(' ', '_').startsWith(detailsPrefix(text))).toBe(true)
      }),
      { seed: 42 },
    )
  })

  test('takes a very long text in a time that grows with its length', () => {
    const text = `upstream_reset_before_response_started{${'TLS_error:|['.repeat(80_000)}`
    expect(matchDetails(text).seen.outbound.cause).toBe('tls_handshake_failed')
  })
})

describe('detailsPrefix()', () => {
  test.for([
    ['via_upstream', 'via_upstream'],
    ['upstream_reset_before_response_started{overflow}', 'upstream_reset_before_response_started'],
    ['rbac_access_denied_matched_policy[ns[a]-policy[b]-rule[0]]', 'rbac_access_denied_matched_policy'],
    ['downstream_local_disconnect(codec_error:x)', 'downstream_local_disconnect'],
    ['codec_error:something the client sent', 'codec_error'],
    ['no healthy upstream', 'no_healthy_upstream'],
    ['http1.codec_error', 'http1.codec_error'],
    ['{', ''],
  ] as const)('cuts "%s" to "%s"', ([details, prefix]) => {
    expect(detailsPrefix(details)).toBe(prefix)
  })
})
