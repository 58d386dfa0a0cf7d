/** One key of Istio's JSON access log and where its value is. */
export interface IstioKey {
  readonly key: string
  /** The field that has the same value: the key is an alias of it. */
  readonly field?: string
  /** What to know of it; where there is no alias, why, and what to ask instead. */
  readonly note?: string
}

/**
 * The keys of Istio's JSON access logs (`accessLogEncoding: JSON`), each with the field it is an alias of, so that
 * searches and dashboards made for them go on working. A key whose value differs from every field's in unit or text has
 * no alias: a wrong number is worse than none.
 *
 * Source: istio/istio pilot/pkg/model/telemetry_logging.go (EnvoyJSONLogFormatIstio).
 */
// biome-ignore format: a table, one row a line
export const ISTIO_KEYS: readonly IstioKey[] = [
  { key: 'authority', note: 'Split at the port: `url.domain` and `url.port`.' },
  { key: 'bytes_received', field: 'http.request.body.bytes', note: 'HTTP lines; TCP lines have `source.bytes`.' },
  { key: 'bytes_sent', field: 'http.response.body.bytes', note: 'HTTP lines; TCP lines have `destination.bytes`.' },
  { key: 'connection_termination_details', field: 'envoy.connection_termination_details' },
  { key: 'downstream_local_address', field: 'envoy.downstream.local_address' },
  { key: 'downstream_remote_address', field: 'envoy.downstream.remote_address' },
  { key: 'duration', note: 'Milliseconds; `event.duration` has nanoseconds.' },
  { key: 'istio_policy_status', note: 'Gone since Istio 1.8; `envoy.extra.istio_policy_status`.' },
  { key: 'method', field: 'http.request.method' },
  { key: 'path', note: 'With the query; split into `url.path` and `url.query`.' },
  { key: 'protocol', note: '`HTTP/1.1`; `http.version` has `1.1`.' },
  { key: 'request_id', field: 'http.request.id' },
  { key: 'requested_server_name', field: 'tls.client.server_name' },
  { key: 'response_code', field: 'envoy.response_code', note: '0 included.' },
  { key: 'response_code_details', field: 'envoy.response_code_details_text', note: 'The whole text: to search, not to group by. `envoy.response_code_details` can be grouped by and ends before the first brace.' },
  { key: 'response_flags', field: 'envoy.response_flags', note: 'One value for each flag: `UF` finds `UF,URX`. The whole text is in `envoy.response_flags_raw`.' },
  { key: 'route_name', field: 'envoy.route_name' },
  { key: 'start_time', field: '@timestamp' },
  { key: 'upstream_cluster', field: 'envoy.upstream.cluster' },
  { key: 'upstream_host', field: 'envoy.upstream.host' },
  { key: 'upstream_local_address', field: 'envoy.upstream.local_address' },
  { key: 'upstream_service_time', field: 'envoy.upstream.service_time_ms' },
  { key: 'upstream_transport_failure_reason', field: 'envoy.upstream.transport_failure_reason' },
  { key: 'user_agent', note: 'The name of an object in ECS; `user_agent.original`.' },
  { key: 'x_forwarded_for', field: 'envoy.x_forwarded_for', note: 'One value for each entry.' },
]
