/** Names and types that are fixed for everyone who queries documents: a change breaks dashboards, rules and saved searches. */
// biome-ignore format: a table, one type a line
const BY_TYPE: Readonly<Record<string, string>> = {
  date: '@timestamp event.created event.end envoy.loss.after envoy.loss.before',
  constant_keyword: 'event.kind event.module event.dataset data_stream.type data_stream.dataset data_stream.namespace',
  keyword: `event.id event.outcome event.code event.reason event.original error.type source.address destination.address
    destination.domain client.address server.address network.direction network.transport network.protocol http.version
    http.request.method http.request.id http.request.referrer url.query url.domain url.scheme user_agent.original
    tls.version tls.version_protocol tls.cipher tls.client.server_name tls.client.subject observer.type observer.product
    observer.vendor observer.version observer.name host.name service.name service.node.name service.origin.name
    service.target.name orchestrator.type orchestrator.cluster.name kubernetes.pod.name kubernetes.pod.uid
    kubernetes.namespace kubernetes.node.name kubernetes.container.name kubernetes.deployment.name trace.id span.id
    ecs.version envoy.response_flags_raw envoy.flag_class envoy.response_code_details
    envoy.connection_termination_details envoy.upstream.cluster envoy.upstream.cluster_parts.direction
    envoy.upstream.cluster_parts.subset envoy.upstream.cluster_parts.fqdn envoy.upstream.host
    envoy.upstream.local_address envoy.upstream.transport_failure_reason envoy.downstream.local_address
    envoy.downstream.remote_address envoy.route_name envoy.direction envoy.log_format envoy.verdict.responder
    envoy.verdict.rule envoy.verdict.cause envoy.grpc.status envoy.policy.namespace envoy.policy.name envoy.policy.rule
    envoy.route.kind envoy.route.namespace envoy.route.name envoy.route.rule envoy.original_base64 log.level log.logger
    log.file.path stream envoy.loss.size`,
  'keyword[]': `event.category event.type tls.client.x509.alternative_names envoy.response_flags
    envoy.response_flags_long envoy.response_flags_explained envoy.x_forwarded_for envoy.verdict.checks envoy.workloads`,
  match_only_text: 'error.message envoy.response_code_details_text message',
  wildcard: 'url.original url.path',
  ip: 'source.ip destination.ip client.ip network.forwarded_ip kubernetes.pod.ip',
  'ip[]': 'related.ip',
  long: `event.duration source.port source.bytes destination.port destination.bytes server.port network.bytes
    http.request.body.bytes http.response.status_code http.response.body.bytes url.port envoy.response_code
    envoy.upstream.cluster_parts.port envoy.upstream.service_time_ms envoy.upstream.attempt_count envoy.grpc.status_code
    log.offset envoy.loss.bytes`,
  float: 'envoy.sample_rate',
  boolean: 'envoy.verdict.cut_short envoy.mtls envoy.ambiguous envoy.truncated',
  flattened: 'kubernetes.labels kubernetes.namespace_labels labels envoy.extra',
}

// biome-ignore format: a table, one type a line
const ENDPOINT_BY_TYPE: Readonly<Record<string, string>> = {
  keyword: 'kind pod pod_uid namespace node zone cluster workload workload_kind service method confidence reason pod_state',
  long: 'pod_state_ms',
  flattened: 'labels service_labels',
}

/** Name and type of every field that must be there; a type with `[]` is a list. */
export const BINDING_FIELDS: readonly (readonly [string, string])[] = [
  ...expanded(BY_TYPE, ''),
  ...expanded(ENDPOINT_BY_TYPE, 'envoy.source.'),
  ...expanded(ENDPOINT_BY_TYPE, 'envoy.destination.'),
]

function expanded(byType: Readonly<Record<string, string>>, prefix: string): (readonly [string, string])[] {
  return Object.entries(byType).flatMap(([type, names]) =>
    names.split(/\s+/).map((name) => [prefix + name, type] as const),
  )
}
