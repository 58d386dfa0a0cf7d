/** Read the values of an access line back out of its document: the inverse of describing it, for tests. */

type Json = { readonly [key: string]: unknown }

/** The value at a dotted path; undefined where nothing is. */
export function at(document: Json, path: string): unknown {
  let value: unknown = document
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = Reflect.get(value, key)
  }
  return value
}

const DIRECT: Readonly<Record<string, string>> = {
  start_time: '@timestamp',
  method: 'http.request.method',
  response_code: 'envoy.response_code',
  response_flags: 'envoy.response_flags',
  response_code_details: 'envoy.response_code_details_text',
  connection_termination_details: 'envoy.connection_termination_details',
  upstream_transport_failure_reason: 'envoy.upstream.transport_failure_reason',
  upstream_service_time: 'envoy.upstream.service_time_ms',
  user_agent: 'user_agent.original',
  request_id: 'http.request.id',
  upstream_host: 'envoy.upstream.host',
  upstream_cluster: 'envoy.upstream.cluster',
  upstream_local_address: 'envoy.upstream.local_address',
  downstream_local_address: 'envoy.downstream.local_address',
  downstream_remote_address: 'envoy.downstream.remote_address',
  requested_server_name: 'tls.client.server_name',
  route_name: 'envoy.route_name',
  istio_policy_status: 'envoy.extra.istio_policy_status',
  uber_trace_id: 'envoy.extra.uber_trace_id',
  level: 'log.level',
  message: 'message',
  error: 'envoy.connection_termination_details',
  'src.addr': 'envoy.downstream.remote_address',
  'dst.addr': 'envoy.upstream.host',
  'src.workload': 'envoy.source.pod',
  'src.namespace': 'envoy.source.namespace',
  'dst.workload': 'envoy.destination.pod',
  'dst.namespace': 'envoy.destination.namespace',
}

/** The value of column `name` as the document has it, in the form `expected` uses: absent is null, flags are a list. */
export function readBack(document: Json, name: string): unknown {
  const direct = DIRECT[name]
  if (direct !== undefined) return at(document, direct) ?? (name === 'response_flags' ? [] : null)
  const composed = COMPOSED[name]
  return composed === undefined ? undefined : (composed(document) ?? null)
}

const COMPOSED: Readonly<Record<string, (document: Json) => unknown>> = {
  path: (document) => {
    const original = at(document, 'url.original')
    if (original !== undefined) return original
    const query = at(document, 'url.query')
    const path = at(document, 'url.path')
    return query === undefined ? path : [path, query].join('?')
  },
  protocol: (document) => {
    const version = at(document, 'http.version')
    return typeof version === 'string' ? `HTTP/${version}` : undefined
  },
  authority: (document) => {
    const port = at(document, 'url.port')
    const domain = at(document, 'url.domain')
    return port === undefined ? domain : [domain, port].join(':')
  },
  duration: (document) => {
    const duration = at(document, 'event.duration')
    return duration === undefined ? undefined : Number(duration) / 1_000_000
  },
  bytes_received: (document) => at(document, 'http.request.body.bytes') ?? at(document, 'source.bytes'),
  bytes_sent: (document) => at(document, 'http.response.body.bytes') ?? at(document, 'destination.bytes'),
  x_forwarded_for: (document) => {
    const entries = at(document, 'envoy.x_forwarded_for')
    return Array.isArray(entries) ? entries.join(',') : undefined
  },
}
