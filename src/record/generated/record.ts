// Generated from src/record/fields.ts by `npm run generate`. Do not edit.
import type { JsonText } from '../field.ts'
import { quote, quoteAll } from '../quote.ts'

/** One line, parsed and enriched. Every property exists; `undefined` means absent. */
export interface LogRecord {
  /** Start of the request or connection, UTC; for other lines the time they were written. `%START_TIME%` */
  timestamp: string | undefined
  /** Type part of the data stream; set by the Elasticsearch sink. */
  dataStreamType: string | undefined
  /** Dataset part of the data stream; set by the Elasticsearch sink. */
  dataStreamDataset: string | undefined
  /** Namespace part of the data stream; set by the Elasticsearch sink. */
  dataStreamNamespace: string | undefined
  /** Unique and stable id of the line: its file and the offset of its first byte. Never the request id, which both sides of a hop share. */
  eventId: string | undefined
  /** envoy.access, envoy.log, envoy.unparsed or envoy.loss. */
  dataset: string | undefined
  /** `web` for HTTP, `network` for TCP and connection lines. */
  eventCategory: readonly string[] | undefined
  /** `access` or `connection`, with `error` or `denied` on failures. */
  eventType: readonly string[] | undefined
  /** `failure` for HTTP with status 400 or above, status 0, a gRPC status other than OK, an error flag or a refusing verdict; for TCP with an error flag; `success` otherwise. */
  eventOutcome: string | undefined
  /** The primary response flag: cause before symptom, whatever the order in the line. `%RESPONSE_FLAGS%` */
  eventCode: string | undefined
  /** The catalogue sentence of the verdict, with nothing filled in: a bounded set of texts. On failures and flagged lines. */
  eventReason: string | undefined
  /** Total time at this proxy in nanoseconds (Envoy counts milliseconds). `%DURATION%` */
  eventDurationNs: number | undefined
  /** When the container runtime wrote the line; absent when the frame has no time. */
  eventCreated: string | undefined
  /** End of the request or connection: what rules and spikes use, because a connection is logged when it closes. `%START_TIME + DURATION%` */
  eventEnd: string | undefined
  /** The raw line; kept when it could not be parsed, or when configured. */
  eventOriginal: string | undefined
  /** On failures the primary flag; on unparsed lines the reason, from a closed set. */
  errorType: string | undefined
  /** What the parser could not read and where. */
  errorMessage: string | undefined
  /** Level of a component, agent or ztunnel line. */
  logLevel: string | undefined
  /** Logger or scope of a component or agent line. */
  logLogger: string | undefined
  /** File the line stood in. */
  logFilePath: string | undefined
  /** Byte offset of the line in that file: the one the event id is made of. */
  logOffset: number | undefined
  /** Text of a component, agent or ztunnel line. */
  message: string | undefined
  /** `stdout` or `stderr`, where the frame says so. */
  stream: string | undefined
  /** Host part of the peer that connected; with port 0 in the line it is the client that x-forwarded-for names, and `client.*` has it too. `%DOWNSTREAM_REMOTE_ADDRESS%` */
  sourceAddress: string | undefined
  /** The same, where it is an IP address. `%DOWNSTREAM_REMOTE_ADDRESS%` */
  sourceIp: string | undefined
  /** Port of the peer; absent when 0. `%DOWNSTREAM_REMOTE_ADDRESS%` */
  sourcePort: number | undefined
  /** TCP: bytes the peer sent. `%BYTES_RECEIVED%` */
  sourceBytes: number | undefined
  /** Outbound and gateway: the chosen endpoint; inbound: this pod; else the address that was dialled, so that failures without an endpoint have one. `%UPSTREAM_HOST%` */
  destinationAddress: string | undefined
  /** The same, where it is an IP address. `%UPSTREAM_HOST%` */
  destinationIp: string | undefined
  /** Port of the same address. `%UPSTREAM_HOST%` */
  destinationPort: number | undefined
  /** TCP: bytes sent back to the peer. `%BYTES_SENT%` */
  destinationBytes: number | undefined
  /** Service host name from the cluster name or the SNI. `%UPSTREAM_CLUSTER%` */
  destinationDomain: string | undefined
  /** The original client, only where the line says who it was. `%REQ(X-FORWARDED-FOR)%` */
  clientAddress: string | undefined
  /** The same, where it is an IP address. `%REQ(X-FORWARDED-FOR)%` */
  clientIp: string | undefined
  /** Host the client asked for. `%REQ(:AUTHORITY)%` */
  serverAddress: string | undefined
  /** Port in the authority, where it has one. `%REQ(:AUTHORITY)%` */
  serverPort: number | undefined
  /** First entry of x-forwarded-for, as the client sent it: not to be trusted. `%REQ(X-FORWARDED-FOR)%` */
  networkForwardedIp: string | undefined
  /** `ingress` or `egress`, seen from the reporting pod. */
  networkDirection: string | undefined
  /** `tcp`, or `udp` for HTTP/3. */
  networkTransport: string | undefined
  /** `http`, `grpc` where a gRPC status was logged, or `tcp`. */
  networkProtocol: string | undefined
  /** TCP: bytes in both directions. */
  networkBytes: number | undefined
  /** Version without the prefix: 1.1, 2, 3. `%PROTOCOL%` */
  httpVersion: string | undefined
  /** Request method as the client wrote it. `%REQ(:METHOD)%` */
  method: string | undefined
  /** The join key of the two sides of a hop; not unique. `%REQ(X-REQUEST-ID)%` */
  requestId: string | undefined
  /** Request body bytes. `%BYTES_RECEIVED%` */
  httpBytesReceived: number | undefined
  /** Referer header, where the format logs it. `%REQ(REFERER)%` */
  referrer: string | undefined
  /** HTTP status; absent when 0 (see envoy.response_code). `%RESPONSE_CODE%` */
  httpStatusCode: number | undefined
  /** Response body bytes. `%BYTES_SENT%` */
  httpBytesSent: number | undefined
  /** The path as logged, only where url.path and url.query do not give it back. `%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%` */
  urlOriginal: string | undefined
  /** Path before the question mark. `%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%` */
  urlPath: string | undefined
  /** What follows the question mark. `%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%` */
  urlQuery: string | undefined
  /** Host part of the authority. `%REQ(:AUTHORITY)%` */
  urlDomain: string | undefined
  /** Port part of the authority. `%REQ(:AUTHORITY)%` */
  urlPort: number | undefined
  /** Scheme, where the format logs it. `%REQ(:SCHEME)%` */
  urlScheme: string | undefined
  /** User-Agent header, not parsed. `%REQ(USER-AGENT)%` */
  userAgent: string | undefined
  /** TLS version without the prefix, such as 1.3. `%DOWNSTREAM_TLS_VERSION%` */
  tlsVersion: string | undefined
  /** `tls`, where a version is known. `%DOWNSTREAM_TLS_VERSION%` */
  tlsVersionProtocol: string | undefined
  /** Cipher suite. `%DOWNSTREAM_TLS_CIPHER%` */
  tlsCipher: string | undefined
  /** SNI of the client. `%REQUESTED_SERVER_NAME%` */
  requestedServerName: string | undefined
  /** Subject of the client certificate. `%DOWNSTREAM_PEER_SUBJECT%` */
  tlsClientSubject: string | undefined
  /** URI names in the client certificate: the SPIFFE id. `%DOWNSTREAM_PEER_URI_SAN%` */
  downstreamPeerUriSan: readonly string[] | undefined
  /** Trace id, from the tracer or the traceparent header. `%TRACE_ID%` */
  traceId: string | undefined
  /** Span id. `%SPAN_ID%` */
  spanId: string | undefined
  /** Every address of the two ends, each once. */
  relatedIp: readonly string[] | undefined
  /** Workload of the reporting proxy. */
  serviceName: string | undefined
  /** Pod of the reporting proxy. */
  serviceNodeName: string | undefined
  /** Calling workload or service; only where it is known. */
  serviceOriginName: string | undefined
  /** Called service; only where it is known. */
  serviceTargetName: string | undefined
  /** Response flags; absent when none was set. Unknown tokens are kept. `%RESPONSE_FLAGS%` */
  responseFlags: readonly string[] | undefined
  /** The same as one text, in the order of the line. `%RESPONSE_FLAGS%` */
  responseFlagsRaw: string | undefined
  /** Long names of the flags. `%RESPONSE_FLAGS_LONG%` */
  responseFlagsLong: readonly string[] | undefined
  /** One catalogue sentence per flag, in the same order. */
  responseFlagsExplained: readonly string[] | undefined
  /** Class of the primary flag: upstream, downstream, routing, policy, timeout, overload, local, other. */
  flagClass: string | undefined
  /** Status as logged: 0 when nothing was answered or the line is not HTTP. `%RESPONSE_CODE%` */
  responseCode: number | undefined
  /** Details up to the first bracket: a bounded set that can be counted. `%RESPONSE_CODE_DETAILS%` */
  responseCodeDetails: string | undefined
  /** The whole details text. `%RESPONSE_CODE_DETAILS%` */
  responseCodeDetailsText: string | undefined
  /** Why this proxy closed the connection; for ztunnel its error text. `%CONNECTION_TERMINATION_DETAILS%` */
  connectionTerminationDetails: string | undefined
  /** Cluster name, without the trailing `;` that some Istio releases print. `%UPSTREAM_CLUSTER%` */
  upstreamCluster: string | undefined
  /** First part of an Istio cluster name: outbound, inbound or inbound-vip. `%UPSTREAM_CLUSTER%` */
  clusterDirection: string | undefined
  /** Port part of an Istio cluster name. `%UPSTREAM_CLUSTER%` */
  clusterPort: number | undefined
  /** Subset part; absent when empty. `%UPSTREAM_CLUSTER%` */
  clusterSubset: string | undefined
  /** Host part; absent when empty. `%UPSTREAM_CLUSTER%` */
  clusterFqdn: string | undefined
  /** Chosen endpoint as logged; absent when none was chosen. `%UPSTREAM_HOST%` */
  upstreamHost: string | undefined
  /** Own end of the upstream connection; absent when it never opened. `%UPSTREAM_LOCAL_ADDRESS%` */
  upstreamLocalAddress: string | undefined
  /** Why the upstream connection or handshake failed. `%UPSTREAM_TRANSPORT_FAILURE_REASON%` */
  upstreamTransportFailureReason: string | undefined
  /** Milliseconds the next hop took, as its answer says; present only when an answer came. `%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%` */
  upstreamServiceTimeMs: number | undefined
  /** Attempts made, where the format logs it. `%UPSTREAM_REQUEST_ATTEMPT_COUNT%` */
  upstreamAttemptCount: number | undefined
  /** Address that was dialled, as logged. `%DOWNSTREAM_LOCAL_ADDRESS%` */
  downstreamLocalAddress: string | undefined
  /** Peer as logged; `source.*` is the parsed form. `%DOWNSTREAM_REMOTE_ADDRESS%` */
  downstreamRemoteAddress: string | undefined
  /** Name of the route that matched. `%ROUTE_NAME%` */
  routeName: string | undefined
  /** Gateway API kind the route name carries, such as httproute. `%ROUTE_NAME%` */
  routeKind: string | undefined
  /** Namespace of that object. `%ROUTE_NAME%` */
  routeNamespace: string | undefined
  /** Name of that object. `%ROUTE_NAME%` */
  routeObjectName: string | undefined
  /** Rule index or name in that object. `%ROUTE_NAME%` */
  routeRule: string | undefined
  /** inbound, outbound, gateway, waypoint or unknown, seen from the reporting proxy. */
  direction: string | undefined
  /** Entries of x-forwarded-for, first is farthest. `%REQ(X-FORWARDED-FOR)%` */
  xForwardedFor: readonly string[] | undefined
  /** gRPC status name, only where the format logs it. `%GRPC_STATUS%` */
  grpcStatus: string | undefined
  /** gRPC status number, only where the format logs it. `%GRPC_STATUS_NUMBER%` */
  grpcStatusCode: number | undefined
  /** Namespace of the AuthorizationPolicy that denied. */
  policyNamespace: string | undefined
  /** Name of the AuthorizationPolicy that denied; `none` when no ALLOW rule matched. */
  policyName: string | undefined
  /** Rule index in that policy. */
  policyRule: string | undefined
  /** Whether the connection was mutual TLS; absent when the line does not prove it. */
  mtls: boolean | undefined
  /** Who chose the status, seen from this proxy: application, envoy, next_hop, none, not_applicable, unknown. */
  verdictResponder: string | undefined
  /** Id of the rule that decided. */
  verdictRule: string | undefined
  /** Stable code of the cause; what alerts group by. */
  verdictCause: string | undefined
  /** True when the status is genuine and the body was broken off. */
  verdictCutShort: boolean | undefined
  /** What to check next, first is first; only on failures. */
  verdictChecks: readonly string[] | undefined
  /** Who called. */
  source: Endpoint | undefined
  /** Who was called. */
  destination: Endpoint | undefined
  /** namespace/workload of both ends and the reporter: one filter finds every line of a workload. */
  workloads: readonly string[] | undefined
  /** Name of the format the line was read by. */
  logFormat: string | undefined
  /** True when the line fits its format in more than one way; only when true. */
  ambiguous: boolean | undefined
  /** True when the end of the line is missing; only when true. */
  truncated: boolean | undefined
  /** Share of such lines that was kept; only when sampled. */
  sampleRate: number | undefined
  /** Keys of the line that no other field holds. */
  extra: JsonText | undefined
  /** The exact bytes of a line that could not be read and is not valid UTF-8. */
  originalBase64: string | undefined
  /** The proxy that wrote the line. */
  reporter: Reporter | undefined
}

/** The proxy that wrote a line, with its part of the document ready made. */
export interface ReporterFields {
  /** `istio-proxy`, `ztunnel` or `envoy`. */
  observerProduct: string | undefined
  /** Vendor of the proxy, where known. */
  observerVendor: string | undefined
  /** Version of the proxy, where known. */
  observerVersion: string | undefined
  /** Pod, or the configured name of a proxy outside Kubernetes. */
  observerName: string | undefined
  /** Node the proxy runs on. */
  hostName: string | undefined
  /** `kubernetes` for pods. */
  orchestratorType: string | undefined
  /** Configured name of the cluster. */
  clusterName: string | undefined
  /** Reporting pod. */
  podName: string | undefined
  /** Its UID. */
  podUid: string | undefined
  /** Its first address, where known. */
  podIp: string | undefined
  /** Its namespace. */
  namespace: string | undefined
  /** Its node. */
  nodeName: string | undefined
  /** Container whose log the line stood in. */
  containerName: string | undefined
  /** Its workload, where that is a Deployment. */
  deploymentName: string | undefined
  /** Selected labels of the reporting pod. */
  podLabels: JsonText | undefined
  /** Labels from the configuration. */
  staticLabels: JsonText | undefined
}
export interface Reporter extends ReporterFields {
  /** Members of the document's top level, without braces. */
  readonly json: string
}

/** One end of a hop, with its part of the document ready made. */
export interface EndpointFields {
  /** pod, service, node, gateway, external or unknown. */
  kind: string | undefined
  /** Pod name. */
  pod: string | undefined
  /** Pod UID. */
  podUid: string | undefined
  /** Namespace of the pod, else of the service. */
  namespace: string | undefined
  /** Node name. */
  node: string | undefined
  /** Zone of the node (topology.kubernetes.io/zone). */
  zone: string | undefined
  /** Kubernetes cluster, where peer metadata or the network names it. */
  cluster: string | undefined
  /** Owner by the rules Istio uses: Deployment, StatefulSet, DaemonSet, Job, CronJob or the pod itself. */
  workload: string | undefined
  /** Kind of that owner. */
  workloadKind: string | undefined
  /** Service name, or the host of a service outside the cluster. */
  service: string | undefined
  /** How it is known: path, peer_metadata, san, sni, cluster, ip or cidr. */
  method: string | undefined
  /** exact, ambiguous or none. */
  confidence: string | undefined
  /** Why it is unresolved or ambiguous; absent when exact. */
  reason: string | undefined
  /** starting, ready, not_ready, terminating, restarted or gone, at the time of the line. */
  podState: string | undefined
  /** Milliseconds since it entered that state. */
  podStateMs: number | undefined
  /** Selected labels of the pod. */
  labels: JsonText | undefined
  /** Selected labels of the service. */
  serviceLabels: JsonText | undefined
}
export interface Endpoint extends EndpointFields {
  /** The JSON object. */
  readonly json: JsonText
}

/** A record with nothing in it. */
export function emptyRecord(): LogRecord {
  return {
    timestamp: undefined,
    dataStreamType: undefined,
    dataStreamDataset: undefined,
    dataStreamNamespace: undefined,
    eventId: undefined,
    dataset: undefined,
    eventCategory: undefined,
    eventType: undefined,
    eventOutcome: undefined,
    eventCode: undefined,
    eventReason: undefined,
    eventDurationNs: undefined,
    eventCreated: undefined,
    eventEnd: undefined,
    eventOriginal: undefined,
    errorType: undefined,
    errorMessage: undefined,
    logLevel: undefined,
    logLogger: undefined,
    logFilePath: undefined,
    logOffset: undefined,
    message: undefined,
    stream: undefined,
    sourceAddress: undefined,
    sourceIp: undefined,
    sourcePort: undefined,
    sourceBytes: undefined,
    destinationAddress: undefined,
    destinationIp: undefined,
    destinationPort: undefined,
    destinationBytes: undefined,
    destinationDomain: undefined,
    clientAddress: undefined,
    clientIp: undefined,
    serverAddress: undefined,
    serverPort: undefined,
    networkForwardedIp: undefined,
    networkDirection: undefined,
    networkTransport: undefined,
    networkProtocol: undefined,
    networkBytes: undefined,
    httpVersion: undefined,
    method: undefined,
    requestId: undefined,
    httpBytesReceived: undefined,
    referrer: undefined,
    httpStatusCode: undefined,
    httpBytesSent: undefined,
    urlOriginal: undefined,
    urlPath: undefined,
    urlQuery: undefined,
    urlDomain: undefined,
    urlPort: undefined,
    urlScheme: undefined,
    userAgent: undefined,
    tlsVersion: undefined,
    tlsVersionProtocol: undefined,
    tlsCipher: undefined,
    requestedServerName: undefined,
    tlsClientSubject: undefined,
    downstreamPeerUriSan: undefined,
    traceId: undefined,
    spanId: undefined,
    relatedIp: undefined,
    serviceName: undefined,
    serviceNodeName: undefined,
    serviceOriginName: undefined,
    serviceTargetName: undefined,
    responseFlags: undefined,
    responseFlagsRaw: undefined,
    responseFlagsLong: undefined,
    responseFlagsExplained: undefined,
    flagClass: undefined,
    responseCode: undefined,
    responseCodeDetails: undefined,
    responseCodeDetailsText: undefined,
    connectionTerminationDetails: undefined,
    upstreamCluster: undefined,
    clusterDirection: undefined,
    clusterPort: undefined,
    clusterSubset: undefined,
    clusterFqdn: undefined,
    upstreamHost: undefined,
    upstreamLocalAddress: undefined,
    upstreamTransportFailureReason: undefined,
    upstreamServiceTimeMs: undefined,
    upstreamAttemptCount: undefined,
    downstreamLocalAddress: undefined,
    downstreamRemoteAddress: undefined,
    routeName: undefined,
    routeKind: undefined,
    routeNamespace: undefined,
    routeObjectName: undefined,
    routeRule: undefined,
    direction: undefined,
    xForwardedFor: undefined,
    grpcStatus: undefined,
    grpcStatusCode: undefined,
    policyNamespace: undefined,
    policyName: undefined,
    policyRule: undefined,
    mtls: undefined,
    verdictResponder: undefined,
    verdictRule: undefined,
    verdictCause: undefined,
    verdictCutShort: undefined,
    verdictChecks: undefined,
    source: undefined,
    destination: undefined,
    workloads: undefined,
    logFormat: undefined,
    ambiguous: undefined,
    truncated: undefined,
    sampleRate: undefined,
    extra: undefined,
    originalBase64: undefined,
    reporter: undefined,
  }
}

/** A reporter of whom nothing is known. */
export function emptyReporter(): ReporterFields {
  return {
    observerProduct: undefined,
    observerVendor: undefined,
    observerVersion: undefined,
    observerName: undefined,
    hostName: undefined,
    orchestratorType: undefined,
    clusterName: undefined,
    podName: undefined,
    podUid: undefined,
    podIp: undefined,
    namespace: undefined,
    nodeName: undefined,
    containerName: undefined,
    deploymentName: undefined,
    podLabels: undefined,
    staticLabels: undefined,
  }
}

/** An endpoint of which nothing is known. */
export function emptyEndpoint(): EndpointFields {
  return {
    kind: undefined,
    pod: undefined,
    podUid: undefined,
    namespace: undefined,
    node: undefined,
    zone: undefined,
    cluster: undefined,
    workload: undefined,
    workloadKind: undefined,
    service: undefined,
    method: undefined,
    confidence: undefined,
    reason: undefined,
    podState: undefined,
    podStateMs: undefined,
    labels: undefined,
    serviceLabels: undefined,
  }
}

/** The document of a record: one JSON object, fields in the order of the table, absent fields left out. */
export function encodeRecord(value: LogRecord): string {
  let g0 = ''
  let c0 = ''
  if (value.timestamp !== undefined) {
    g0 += c0 + '"@timestamp":' + quote(value.timestamp)
    c0 = ','
  }
  let g1 = ''
  let c1 = ''
  if (value.dataStreamType !== undefined) {
    g1 += c1 + '"type":' + quote(value.dataStreamType)
    c1 = ','
  }
  if (value.dataStreamDataset !== undefined) {
    g1 += c1 + '"dataset":' + quote(value.dataStreamDataset)
    c1 = ','
  }
  if (value.dataStreamNamespace !== undefined) {
    g1 += c1 + '"namespace":' + quote(value.dataStreamNamespace)
    c1 = ','
  }
  if (g1 !== '') {
    g0 += c0 + '"data_stream":{' + g1 + '}'
    c0 = ','
  }
  let g2 = ''
  let c2 = ''
  if (value.eventId !== undefined) {
    g2 += c2 + '"id":' + quote(value.eventId)
    c2 = ','
  }
  g2 += c2 + '"kind":"event"'
  c2 = ','
  g2 += c2 + '"module":"envoy"'
  c2 = ','
  if (value.dataset !== undefined) {
    g2 += c2 + '"dataset":' + quote(value.dataset)
    c2 = ','
  }
  if (value.eventCategory !== undefined) {
    g2 += c2 + '"category":' + quoteAll(value.eventCategory)
    c2 = ','
  }
  if (value.eventType !== undefined) {
    g2 += c2 + '"type":' + quoteAll(value.eventType)
    c2 = ','
  }
  if (value.eventOutcome !== undefined) {
    g2 += c2 + '"outcome":' + quote(value.eventOutcome)
    c2 = ','
  }
  if (value.eventCode !== undefined) {
    g2 += c2 + '"code":' + quote(value.eventCode)
    c2 = ','
  }
  if (value.eventReason !== undefined) {
    g2 += c2 + '"reason":' + quote(value.eventReason)
    c2 = ','
  }
  if (value.eventDurationNs !== undefined) {
    g2 += c2 + '"duration":' + value.eventDurationNs
    c2 = ','
  }
  if (value.eventCreated !== undefined) {
    g2 += c2 + '"created":' + quote(value.eventCreated)
    c2 = ','
  }
  if (value.eventEnd !== undefined) {
    g2 += c2 + '"end":' + quote(value.eventEnd)
    c2 = ','
  }
  if (value.eventOriginal !== undefined) {
    g2 += c2 + '"original":' + quote(value.eventOriginal)
    c2 = ','
  }
  if (g2 !== '') {
    g0 += c0 + '"event":{' + g2 + '}'
    c0 = ','
  }
  let g3 = ''
  let c3 = ''
  if (value.errorType !== undefined) {
    g3 += c3 + '"type":' + quote(value.errorType)
    c3 = ','
  }
  if (value.errorMessage !== undefined) {
    g3 += c3 + '"message":' + quote(value.errorMessage)
    c3 = ','
  }
  if (g3 !== '') {
    g0 += c0 + '"error":{' + g3 + '}'
    c0 = ','
  }
  let g4 = ''
  let c4 = ''
  if (value.logLevel !== undefined) {
    g4 += c4 + '"level":' + quote(value.logLevel)
    c4 = ','
  }
  if (value.logLogger !== undefined) {
    g4 += c4 + '"logger":' + quote(value.logLogger)
    c4 = ','
  }
  let g5 = ''
  let c5 = ''
  if (value.logFilePath !== undefined) {
    g5 += c5 + '"path":' + quote(value.logFilePath)
    c5 = ','
  }
  if (g5 !== '') {
    g4 += c4 + '"file":{' + g5 + '}'
    c4 = ','
  }
  if (value.logOffset !== undefined) {
    g4 += c4 + '"offset":' + value.logOffset
    c4 = ','
  }
  if (g4 !== '') {
    g0 += c0 + '"log":{' + g4 + '}'
    c0 = ','
  }
  if (value.message !== undefined) {
    g0 += c0 + '"message":' + quote(value.message)
    c0 = ','
  }
  if (value.stream !== undefined) {
    g0 += c0 + '"stream":' + quote(value.stream)
    c0 = ','
  }
  let g6 = ''
  let c6 = ''
  if (value.sourceAddress !== undefined) {
    g6 += c6 + '"address":' + quote(value.sourceAddress)
    c6 = ','
  }
  if (value.sourceIp !== undefined) {
    g6 += c6 + '"ip":' + quote(value.sourceIp)
    c6 = ','
  }
  if (value.sourcePort !== undefined) {
    g6 += c6 + '"port":' + value.sourcePort
    c6 = ','
  }
  if (value.sourceBytes !== undefined) {
    g6 += c6 + '"bytes":' + value.sourceBytes
    c6 = ','
  }
  if (g6 !== '') {
    g0 += c0 + '"source":{' + g6 + '}'
    c0 = ','
  }
  let g7 = ''
  let c7 = ''
  if (value.destinationAddress !== undefined) {
    g7 += c7 + '"address":' + quote(value.destinationAddress)
    c7 = ','
  }
  if (value.destinationIp !== undefined) {
    g7 += c7 + '"ip":' + quote(value.destinationIp)
    c7 = ','
  }
  if (value.destinationPort !== undefined) {
    g7 += c7 + '"port":' + value.destinationPort
    c7 = ','
  }
  if (value.destinationBytes !== undefined) {
    g7 += c7 + '"bytes":' + value.destinationBytes
    c7 = ','
  }
  if (value.destinationDomain !== undefined) {
    g7 += c7 + '"domain":' + quote(value.destinationDomain)
    c7 = ','
  }
  if (g7 !== '') {
    g0 += c0 + '"destination":{' + g7 + '}'
    c0 = ','
  }
  let g8 = ''
  let c8 = ''
  if (value.clientAddress !== undefined) {
    g8 += c8 + '"address":' + quote(value.clientAddress)
    c8 = ','
  }
  if (value.clientIp !== undefined) {
    g8 += c8 + '"ip":' + quote(value.clientIp)
    c8 = ','
  }
  if (g8 !== '') {
    g0 += c0 + '"client":{' + g8 + '}'
    c0 = ','
  }
  let g9 = ''
  let c9 = ''
  if (value.serverAddress !== undefined) {
    g9 += c9 + '"address":' + quote(value.serverAddress)
    c9 = ','
  }
  if (value.serverPort !== undefined) {
    g9 += c9 + '"port":' + value.serverPort
    c9 = ','
  }
  if (g9 !== '') {
    g0 += c0 + '"server":{' + g9 + '}'
    c0 = ','
  }
  let g10 = ''
  let c10 = ''
  if (value.networkForwardedIp !== undefined) {
    g10 += c10 + '"forwarded_ip":' + quote(value.networkForwardedIp)
    c10 = ','
  }
  if (value.networkDirection !== undefined) {
    g10 += c10 + '"direction":' + quote(value.networkDirection)
    c10 = ','
  }
  if (value.networkTransport !== undefined) {
    g10 += c10 + '"transport":' + quote(value.networkTransport)
    c10 = ','
  }
  if (value.networkProtocol !== undefined) {
    g10 += c10 + '"protocol":' + quote(value.networkProtocol)
    c10 = ','
  }
  if (value.networkBytes !== undefined) {
    g10 += c10 + '"bytes":' + value.networkBytes
    c10 = ','
  }
  if (g10 !== '') {
    g0 += c0 + '"network":{' + g10 + '}'
    c0 = ','
  }
  let g11 = ''
  let c11 = ''
  if (value.httpVersion !== undefined) {
    g11 += c11 + '"version":' + quote(value.httpVersion)
    c11 = ','
  }
  let g12 = ''
  let c12 = ''
  if (value.method !== undefined) {
    g12 += c12 + '"method":' + quote(value.method)
    c12 = ','
  }
  if (value.requestId !== undefined) {
    g12 += c12 + '"id":' + quote(value.requestId)
    c12 = ','
  }
  let g13 = ''
  let c13 = ''
  if (value.httpBytesReceived !== undefined) {
    g13 += c13 + '"bytes":' + value.httpBytesReceived
    c13 = ','
  }
  if (g13 !== '') {
    g12 += c12 + '"body":{' + g13 + '}'
    c12 = ','
  }
  if (value.referrer !== undefined) {
    g12 += c12 + '"referrer":' + quote(value.referrer)
    c12 = ','
  }
  if (g12 !== '') {
    g11 += c11 + '"request":{' + g12 + '}'
    c11 = ','
  }
  let g14 = ''
  let c14 = ''
  if (value.httpStatusCode !== undefined) {
    g14 += c14 + '"status_code":' + value.httpStatusCode
    c14 = ','
  }
  let g15 = ''
  let c15 = ''
  if (value.httpBytesSent !== undefined) {
    g15 += c15 + '"bytes":' + value.httpBytesSent
    c15 = ','
  }
  if (g15 !== '') {
    g14 += c14 + '"body":{' + g15 + '}'
    c14 = ','
  }
  if (g14 !== '') {
    g11 += c11 + '"response":{' + g14 + '}'
    c11 = ','
  }
  if (g11 !== '') {
    g0 += c0 + '"http":{' + g11 + '}'
    c0 = ','
  }
  let g16 = ''
  let c16 = ''
  if (value.urlOriginal !== undefined) {
    g16 += c16 + '"original":' + quote(value.urlOriginal)
    c16 = ','
  }
  if (value.urlPath !== undefined) {
    g16 += c16 + '"path":' + quote(value.urlPath)
    c16 = ','
  }
  if (value.urlQuery !== undefined) {
    g16 += c16 + '"query":' + quote(value.urlQuery)
    c16 = ','
  }
  if (value.urlDomain !== undefined) {
    g16 += c16 + '"domain":' + quote(value.urlDomain)
    c16 = ','
  }
  if (value.urlPort !== undefined) {
    g16 += c16 + '"port":' + value.urlPort
    c16 = ','
  }
  if (value.urlScheme !== undefined) {
    g16 += c16 + '"scheme":' + quote(value.urlScheme)
    c16 = ','
  }
  if (g16 !== '') {
    g0 += c0 + '"url":{' + g16 + '}'
    c0 = ','
  }
  let g17 = ''
  let c17 = ''
  if (value.userAgent !== undefined) {
    g17 += c17 + '"original":' + quote(value.userAgent)
    c17 = ','
  }
  if (g17 !== '') {
    g0 += c0 + '"user_agent":{' + g17 + '}'
    c0 = ','
  }
  let g18 = ''
  let c18 = ''
  if (value.tlsVersion !== undefined) {
    g18 += c18 + '"version":' + quote(value.tlsVersion)
    c18 = ','
  }
  if (value.tlsVersionProtocol !== undefined) {
    g18 += c18 + '"version_protocol":' + quote(value.tlsVersionProtocol)
    c18 = ','
  }
  if (value.tlsCipher !== undefined) {
    g18 += c18 + '"cipher":' + quote(value.tlsCipher)
    c18 = ','
  }
  let g19 = ''
  let c19 = ''
  if (value.requestedServerName !== undefined) {
    g19 += c19 + '"server_name":' + quote(value.requestedServerName)
    c19 = ','
  }
  if (value.tlsClientSubject !== undefined) {
    g19 += c19 + '"subject":' + quote(value.tlsClientSubject)
    c19 = ','
  }
  let g20 = ''
  let c20 = ''
  if (value.downstreamPeerUriSan !== undefined) {
    g20 += c20 + '"alternative_names":' + quoteAll(value.downstreamPeerUriSan)
    c20 = ','
  }
  if (g20 !== '') {
    g19 += c19 + '"x509":{' + g20 + '}'
    c19 = ','
  }
  if (g19 !== '') {
    g18 += c18 + '"client":{' + g19 + '}'
    c18 = ','
  }
  if (g18 !== '') {
    g0 += c0 + '"tls":{' + g18 + '}'
    c0 = ','
  }
  let g21 = ''
  let c21 = ''
  if (value.traceId !== undefined) {
    g21 += c21 + '"id":' + quote(value.traceId)
    c21 = ','
  }
  if (g21 !== '') {
    g0 += c0 + '"trace":{' + g21 + '}'
    c0 = ','
  }
  let g22 = ''
  let c22 = ''
  if (value.spanId !== undefined) {
    g22 += c22 + '"id":' + quote(value.spanId)
    c22 = ','
  }
  if (g22 !== '') {
    g0 += c0 + '"span":{' + g22 + '}'
    c0 = ','
  }
  let g23 = ''
  let c23 = ''
  if (value.relatedIp !== undefined) {
    g23 += c23 + '"ip":' + quoteAll(value.relatedIp)
    c23 = ','
  }
  if (g23 !== '') {
    g0 += c0 + '"related":{' + g23 + '}'
    c0 = ','
  }
  let g24 = ''
  let c24 = ''
  if (value.serviceName !== undefined) {
    g24 += c24 + '"name":' + quote(value.serviceName)
    c24 = ','
  }
  let g25 = ''
  let c25 = ''
  if (value.serviceNodeName !== undefined) {
    g25 += c25 + '"name":' + quote(value.serviceNodeName)
    c25 = ','
  }
  if (g25 !== '') {
    g24 += c24 + '"node":{' + g25 + '}'
    c24 = ','
  }
  let g26 = ''
  let c26 = ''
  if (value.serviceOriginName !== undefined) {
    g26 += c26 + '"name":' + quote(value.serviceOriginName)
    c26 = ','
  }
  if (g26 !== '') {
    g24 += c24 + '"origin":{' + g26 + '}'
    c24 = ','
  }
  let g27 = ''
  let c27 = ''
  if (value.serviceTargetName !== undefined) {
    g27 += c27 + '"name":' + quote(value.serviceTargetName)
    c27 = ','
  }
  if (g27 !== '') {
    g24 += c24 + '"target":{' + g27 + '}'
    c24 = ','
  }
  if (g24 !== '') {
    g0 += c0 + '"service":{' + g24 + '}'
    c0 = ','
  }
  let g28 = ''
  let c28 = ''
  if (value.responseFlags !== undefined) {
    g28 += c28 + '"response_flags":' + quoteAll(value.responseFlags)
    c28 = ','
  }
  if (value.responseFlagsRaw !== undefined) {
    g28 += c28 + '"response_flags_raw":' + quote(value.responseFlagsRaw)
    c28 = ','
  }
  if (value.responseFlagsLong !== undefined) {
    g28 += c28 + '"response_flags_long":' + quoteAll(value.responseFlagsLong)
    c28 = ','
  }
  if (value.responseFlagsExplained !== undefined) {
    g28 += c28 + '"response_flags_explained":' + quoteAll(value.responseFlagsExplained)
    c28 = ','
  }
  if (value.flagClass !== undefined) {
    g28 += c28 + '"flag_class":' + quote(value.flagClass)
    c28 = ','
  }
  if (value.responseCode !== undefined) {
    g28 += c28 + '"response_code":' + value.responseCode
    c28 = ','
  }
  if (value.responseCodeDetails !== undefined) {
    g28 += c28 + '"response_code_details":' + quote(value.responseCodeDetails)
    c28 = ','
  }
  if (value.responseCodeDetailsText !== undefined) {
    g28 += c28 + '"response_code_details_text":' + quote(value.responseCodeDetailsText)
    c28 = ','
  }
  if (value.connectionTerminationDetails !== undefined) {
    g28 += c28 + '"connection_termination_details":' + quote(value.connectionTerminationDetails)
    c28 = ','
  }
  let g29 = ''
  let c29 = ''
  if (value.upstreamCluster !== undefined) {
    g29 += c29 + '"cluster":' + quote(value.upstreamCluster)
    c29 = ','
  }
  let g30 = ''
  let c30 = ''
  if (value.clusterDirection !== undefined) {
    g30 += c30 + '"direction":' + quote(value.clusterDirection)
    c30 = ','
  }
  if (value.clusterPort !== undefined) {
    g30 += c30 + '"port":' + value.clusterPort
    c30 = ','
  }
  if (value.clusterSubset !== undefined) {
    g30 += c30 + '"subset":' + quote(value.clusterSubset)
    c30 = ','
  }
  if (value.clusterFqdn !== undefined) {
    g30 += c30 + '"fqdn":' + quote(value.clusterFqdn)
    c30 = ','
  }
  if (g30 !== '') {
    g29 += c29 + '"cluster_parts":{' + g30 + '}'
    c29 = ','
  }
  if (value.upstreamHost !== undefined) {
    g29 += c29 + '"host":' + quote(value.upstreamHost)
    c29 = ','
  }
  if (value.upstreamLocalAddress !== undefined) {
    g29 += c29 + '"local_address":' + quote(value.upstreamLocalAddress)
    c29 = ','
  }
  if (value.upstreamTransportFailureReason !== undefined) {
    g29 += c29 + '"transport_failure_reason":' + quote(value.upstreamTransportFailureReason)
    c29 = ','
  }
  if (value.upstreamServiceTimeMs !== undefined) {
    g29 += c29 + '"service_time_ms":' + value.upstreamServiceTimeMs
    c29 = ','
  }
  if (value.upstreamAttemptCount !== undefined) {
    g29 += c29 + '"attempt_count":' + value.upstreamAttemptCount
    c29 = ','
  }
  if (g29 !== '') {
    g28 += c28 + '"upstream":{' + g29 + '}'
    c28 = ','
  }
  let g31 = ''
  let c31 = ''
  if (value.downstreamLocalAddress !== undefined) {
    g31 += c31 + '"local_address":' + quote(value.downstreamLocalAddress)
    c31 = ','
  }
  if (value.downstreamRemoteAddress !== undefined) {
    g31 += c31 + '"remote_address":' + quote(value.downstreamRemoteAddress)
    c31 = ','
  }
  if (g31 !== '') {
    g28 += c28 + '"downstream":{' + g31 + '}'
    c28 = ','
  }
  if (value.routeName !== undefined) {
    g28 += c28 + '"route_name":' + quote(value.routeName)
    c28 = ','
  }
  let g32 = ''
  let c32 = ''
  if (value.routeKind !== undefined) {
    g32 += c32 + '"kind":' + quote(value.routeKind)
    c32 = ','
  }
  if (value.routeNamespace !== undefined) {
    g32 += c32 + '"namespace":' + quote(value.routeNamespace)
    c32 = ','
  }
  if (value.routeObjectName !== undefined) {
    g32 += c32 + '"name":' + quote(value.routeObjectName)
    c32 = ','
  }
  if (value.routeRule !== undefined) {
    g32 += c32 + '"rule":' + quote(value.routeRule)
    c32 = ','
  }
  if (g32 !== '') {
    g28 += c28 + '"route":{' + g32 + '}'
    c28 = ','
  }
  if (value.direction !== undefined) {
    g28 += c28 + '"direction":' + quote(value.direction)
    c28 = ','
  }
  if (value.xForwardedFor !== undefined) {
    g28 += c28 + '"x_forwarded_for":' + quoteAll(value.xForwardedFor)
    c28 = ','
  }
  let g33 = ''
  let c33 = ''
  if (value.grpcStatus !== undefined) {
    g33 += c33 + '"status":' + quote(value.grpcStatus)
    c33 = ','
  }
  if (value.grpcStatusCode !== undefined) {
    g33 += c33 + '"status_code":' + value.grpcStatusCode
    c33 = ','
  }
  if (g33 !== '') {
    g28 += c28 + '"grpc":{' + g33 + '}'
    c28 = ','
  }
  let g34 = ''
  let c34 = ''
  if (value.policyNamespace !== undefined) {
    g34 += c34 + '"namespace":' + quote(value.policyNamespace)
    c34 = ','
  }
  if (value.policyName !== undefined) {
    g34 += c34 + '"name":' + quote(value.policyName)
    c34 = ','
  }
  if (value.policyRule !== undefined) {
    g34 += c34 + '"rule":' + quote(value.policyRule)
    c34 = ','
  }
  if (g34 !== '') {
    g28 += c28 + '"policy":{' + g34 + '}'
    c28 = ','
  }
  if (value.mtls !== undefined) {
    g28 += c28 + '"mtls":' + value.mtls
    c28 = ','
  }
  let g35 = ''
  let c35 = ''
  if (value.verdictResponder !== undefined) {
    g35 += c35 + '"responder":' + quote(value.verdictResponder)
    c35 = ','
  }
  if (value.verdictRule !== undefined) {
    g35 += c35 + '"rule":' + quote(value.verdictRule)
    c35 = ','
  }
  if (value.verdictCause !== undefined) {
    g35 += c35 + '"cause":' + quote(value.verdictCause)
    c35 = ','
  }
  if (value.verdictCutShort !== undefined) {
    g35 += c35 + '"cut_short":' + value.verdictCutShort
    c35 = ','
  }
  if (value.verdictChecks !== undefined) {
    g35 += c35 + '"checks":' + quoteAll(value.verdictChecks)
    c35 = ','
  }
  if (g35 !== '') {
    g28 += c28 + '"verdict":{' + g35 + '}'
    c28 = ','
  }
  if (value.source !== undefined) {
    g28 += c28 + '"source":' + value.source.json
    c28 = ','
  }
  if (value.destination !== undefined) {
    g28 += c28 + '"destination":' + value.destination.json
    c28 = ','
  }
  if (value.workloads !== undefined) {
    g28 += c28 + '"workloads":' + quoteAll(value.workloads)
    c28 = ','
  }
  if (value.logFormat !== undefined) {
    g28 += c28 + '"log_format":' + quote(value.logFormat)
    c28 = ','
  }
  if (value.ambiguous !== undefined) {
    g28 += c28 + '"ambiguous":' + value.ambiguous
    c28 = ','
  }
  if (value.truncated !== undefined) {
    g28 += c28 + '"truncated":' + value.truncated
    c28 = ','
  }
  if (value.sampleRate !== undefined) {
    g28 += c28 + '"sample_rate":' + value.sampleRate
    c28 = ','
  }
  if (value.extra !== undefined) {
    g28 += c28 + '"extra":' + value.extra
    c28 = ','
  }
  if (value.originalBase64 !== undefined) {
    g28 += c28 + '"original_base64":' + quote(value.originalBase64)
    c28 = ','
  }
  if (g28 !== '') {
    g0 += c0 + '"envoy":{' + g28 + '}'
    c0 = ','
  }
  if (value.reporter !== undefined) {
    g0 += c0 + value.reporter.json
    c0 = ','
  }
  return `{${g0}}`
}

/** The reporter's members of a document, without braces. */
export function encodeReporter(value: ReporterFields): string {
  let g0 = ''
  let c0 = ''
  let g1 = ''
  let c1 = ''
  g1 += c1 + '"type":"proxy"'
  c1 = ','
  if (value.observerProduct !== undefined) {
    g1 += c1 + '"product":' + quote(value.observerProduct)
    c1 = ','
  }
  if (value.observerVendor !== undefined) {
    g1 += c1 + '"vendor":' + quote(value.observerVendor)
    c1 = ','
  }
  if (value.observerVersion !== undefined) {
    g1 += c1 + '"version":' + quote(value.observerVersion)
    c1 = ','
  }
  if (value.observerName !== undefined) {
    g1 += c1 + '"name":' + quote(value.observerName)
    c1 = ','
  }
  if (g1 !== '') {
    g0 += c0 + '"observer":{' + g1 + '}'
    c0 = ','
  }
  let g2 = ''
  let c2 = ''
  if (value.hostName !== undefined) {
    g2 += c2 + '"name":' + quote(value.hostName)
    c2 = ','
  }
  if (g2 !== '') {
    g0 += c0 + '"host":{' + g2 + '}'
    c0 = ','
  }
  let g3 = ''
  let c3 = ''
  if (value.orchestratorType !== undefined) {
    g3 += c3 + '"type":' + quote(value.orchestratorType)
    c3 = ','
  }
  let g4 = ''
  let c4 = ''
  if (value.clusterName !== undefined) {
    g4 += c4 + '"name":' + quote(value.clusterName)
    c4 = ','
  }
  if (g4 !== '') {
    g3 += c3 + '"cluster":{' + g4 + '}'
    c3 = ','
  }
  if (g3 !== '') {
    g0 += c0 + '"orchestrator":{' + g3 + '}'
    c0 = ','
  }
  let g5 = ''
  let c5 = ''
  let g6 = ''
  let c6 = ''
  if (value.podName !== undefined) {
    g6 += c6 + '"name":' + quote(value.podName)
    c6 = ','
  }
  if (value.podUid !== undefined) {
    g6 += c6 + '"uid":' + quote(value.podUid)
    c6 = ','
  }
  if (value.podIp !== undefined) {
    g6 += c6 + '"ip":' + quote(value.podIp)
    c6 = ','
  }
  if (g6 !== '') {
    g5 += c5 + '"pod":{' + g6 + '}'
    c5 = ','
  }
  if (value.namespace !== undefined) {
    g5 += c5 + '"namespace":' + quote(value.namespace)
    c5 = ','
  }
  let g7 = ''
  let c7 = ''
  if (value.nodeName !== undefined) {
    g7 += c7 + '"name":' + quote(value.nodeName)
    c7 = ','
  }
  if (g7 !== '') {
    g5 += c5 + '"node":{' + g7 + '}'
    c5 = ','
  }
  let g8 = ''
  let c8 = ''
  if (value.containerName !== undefined) {
    g8 += c8 + '"name":' + quote(value.containerName)
    c8 = ','
  }
  if (g8 !== '') {
    g5 += c5 + '"container":{' + g8 + '}'
    c5 = ','
  }
  let g9 = ''
  let c9 = ''
  if (value.deploymentName !== undefined) {
    g9 += c9 + '"name":' + quote(value.deploymentName)
    c9 = ','
  }
  if (g9 !== '') {
    g5 += c5 + '"deployment":{' + g9 + '}'
    c5 = ','
  }
  if (value.podLabels !== undefined) {
    g5 += c5 + '"labels":' + value.podLabels
    c5 = ','
  }
  if (g5 !== '') {
    g0 += c0 + '"kubernetes":{' + g5 + '}'
    c0 = ','
  }
  if (value.staticLabels !== undefined) {
    g0 += c0 + '"labels":' + value.staticLabels
    c0 = ','
  }
  let g10 = ''
  let c10 = ''
  g10 += c10 + '"version":"9.0.0"'
  c10 = ','
  if (g10 !== '') {
    g0 += c0 + '"ecs":{' + g10 + '}'
    c0 = ','
  }
  return g0
}

/** The JSON object of one end of a hop. */
export function encodeEndpoint(value: EndpointFields): JsonText {
  let g0 = ''
  let c0 = ''
  if (value.kind !== undefined) {
    g0 += c0 + '"kind":' + quote(value.kind)
    c0 = ','
  }
  if (value.pod !== undefined) {
    g0 += c0 + '"pod":' + quote(value.pod)
    c0 = ','
  }
  if (value.podUid !== undefined) {
    g0 += c0 + '"pod_uid":' + quote(value.podUid)
    c0 = ','
  }
  if (value.namespace !== undefined) {
    g0 += c0 + '"namespace":' + quote(value.namespace)
    c0 = ','
  }
  if (value.node !== undefined) {
    g0 += c0 + '"node":' + quote(value.node)
    c0 = ','
  }
  if (value.zone !== undefined) {
    g0 += c0 + '"zone":' + quote(value.zone)
    c0 = ','
  }
  if (value.cluster !== undefined) {
    g0 += c0 + '"cluster":' + quote(value.cluster)
    c0 = ','
  }
  if (value.workload !== undefined) {
    g0 += c0 + '"workload":' + quote(value.workload)
    c0 = ','
  }
  if (value.workloadKind !== undefined) {
    g0 += c0 + '"workload_kind":' + quote(value.workloadKind)
    c0 = ','
  }
  if (value.service !== undefined) {
    g0 += c0 + '"service":' + quote(value.service)
    c0 = ','
  }
  if (value.method !== undefined) {
    g0 += c0 + '"method":' + quote(value.method)
    c0 = ','
  }
  if (value.confidence !== undefined) {
    g0 += c0 + '"confidence":' + quote(value.confidence)
    c0 = ','
  }
  if (value.reason !== undefined) {
    g0 += c0 + '"reason":' + quote(value.reason)
    c0 = ','
  }
  if (value.podState !== undefined) {
    g0 += c0 + '"pod_state":' + quote(value.podState)
    c0 = ','
  }
  if (value.podStateMs !== undefined) {
    g0 += c0 + '"pod_state_ms":' + value.podStateMs
    c0 = ','
  }
  if (value.labels !== undefined) {
    g0 += c0 + '"labels":' + value.labels
    c0 = ','
  }
  if (value.serviceLabels !== undefined) {
    g0 += c0 + '"service_labels":' + value.serviceLabels
    c0 = ','
  }
  return `{${g0}}`
}
