// Generated from src/record/fields.ts by `npm run generate`. Do not edit.
import type { JsonText } from '../field.ts'
import { bare, quote, quoteAll } from '../quote.ts'

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

/**
 * The document of a record: one JSON object, fields in the order of the table, absent fields left out.
 * `isPlain`: no part of the line needs escaping in JSON.
 */
export function encodeRecord(value: LogRecord, isPlain: boolean): string {
  let g0 = ''
  if (value.timestamp !== undefined) g0 += (g0 === '' ? '"@timestamp":' : ',"@timestamp":') + (isPlain ? '"' + value.timestamp + '"' : quote(value.timestamp))
  let g1 = ''
  if (value.dataStreamType !== undefined) g1 += (g1 === '' ? '"type":' : ',"type":') + quote(value.dataStreamType)
  if (value.dataStreamDataset !== undefined) g1 += (g1 === '' ? '"dataset":' : ',"dataset":') + quote(value.dataStreamDataset)
  if (value.dataStreamNamespace !== undefined) g1 += (g1 === '' ? '"namespace":' : ',"namespace":') + quote(value.dataStreamNamespace)
  if (g1 !== '') g0 += (g0 === '' ? '"data_stream":{' : ',"data_stream":{') + g1 + '}'
  let g2 = ''
  if (value.eventId !== undefined) g2 += (g2 === '' ? '"id":' : ',"id":') + '"' + value.eventId + '"'
  g2 += (g2 === '' ? '"kind":"event"' : ',"kind":"event"')
  g2 += (g2 === '' ? '"module":"envoy"' : ',"module":"envoy"')
  if (value.dataset !== undefined) g2 += (g2 === '' ? '"dataset":' : ',"dataset":') + '"' + value.dataset + '"'
  if (value.eventCategory !== undefined) g2 += (g2 === '' ? '"category":' : ',"category":') + bare(value.eventCategory)
  if (value.eventType !== undefined) g2 += (g2 === '' ? '"type":' : ',"type":') + bare(value.eventType)
  if (value.eventOutcome !== undefined) g2 += (g2 === '' ? '"outcome":' : ',"outcome":') + '"' + value.eventOutcome + '"'
  if (value.eventCode !== undefined) g2 += (g2 === '' ? '"code":' : ',"code":') + (isPlain ? '"' + value.eventCode + '"' : quote(value.eventCode))
  if (value.eventReason !== undefined) g2 += (g2 === '' ? '"reason":' : ',"reason":') + quote(value.eventReason)
  if (value.eventDurationNs !== undefined) g2 += (g2 === '' ? '"duration":' : ',"duration":') + value.eventDurationNs
  if (value.eventCreated !== undefined) g2 += (g2 === '' ? '"created":' : ',"created":') + quote(value.eventCreated)
  if (value.eventEnd !== undefined) g2 += (g2 === '' ? '"end":' : ',"end":') + (isPlain ? '"' + value.eventEnd + '"' : quote(value.eventEnd))
  if (value.eventOriginal !== undefined) g2 += (g2 === '' ? '"original":' : ',"original":') + quote(value.eventOriginal)
  if (g2 !== '') g0 += (g0 === '' ? '"event":{' : ',"event":{') + g2 + '}'
  let g3 = ''
  if (value.errorType !== undefined) g3 += (g3 === '' ? '"type":' : ',"type":') + quote(value.errorType)
  if (value.errorMessage !== undefined) g3 += (g3 === '' ? '"message":' : ',"message":') + quote(value.errorMessage)
  if (g3 !== '') g0 += (g0 === '' ? '"error":{' : ',"error":{') + g3 + '}'
  let g4 = ''
  if (value.logLevel !== undefined) g4 += (g4 === '' ? '"level":' : ',"level":') + quote(value.logLevel)
  if (value.logLogger !== undefined) g4 += (g4 === '' ? '"logger":' : ',"logger":') + quote(value.logLogger)
  let g5 = ''
  if (value.logFilePath !== undefined) g5 += (g5 === '' ? '"path":' : ',"path":') + quote(value.logFilePath)
  if (g5 !== '') g4 += (g4 === '' ? '"file":{' : ',"file":{') + g5 + '}'
  if (value.logOffset !== undefined) g4 += (g4 === '' ? '"offset":' : ',"offset":') + value.logOffset
  if (g4 !== '') g0 += (g0 === '' ? '"log":{' : ',"log":{') + g4 + '}'
  if (value.message !== undefined) g0 += (g0 === '' ? '"message":' : ',"message":') + quote(value.message)
  if (value.stream !== undefined) g0 += (g0 === '' ? '"stream":' : ',"stream":') + quote(value.stream)
  let g6 = ''
  if (value.sourceAddress !== undefined) g6 += (g6 === '' ? '"address":' : ',"address":') + (isPlain ? '"' + value.sourceAddress + '"' : quote(value.sourceAddress))
  if (value.sourceIp !== undefined) g6 += (g6 === '' ? '"ip":' : ',"ip":') + (isPlain ? '"' + value.sourceIp + '"' : quote(value.sourceIp))
  if (value.sourcePort !== undefined) g6 += (g6 === '' ? '"port":' : ',"port":') + value.sourcePort
  if (value.sourceBytes !== undefined) g6 += (g6 === '' ? '"bytes":' : ',"bytes":') + value.sourceBytes
  if (g6 !== '') g0 += (g0 === '' ? '"source":{' : ',"source":{') + g6 + '}'
  let g7 = ''
  if (value.destinationAddress !== undefined) g7 += (g7 === '' ? '"address":' : ',"address":') + (isPlain ? '"' + value.destinationAddress + '"' : quote(value.destinationAddress))
  if (value.destinationIp !== undefined) g7 += (g7 === '' ? '"ip":' : ',"ip":') + (isPlain ? '"' + value.destinationIp + '"' : quote(value.destinationIp))
  if (value.destinationPort !== undefined) g7 += (g7 === '' ? '"port":' : ',"port":') + value.destinationPort
  if (value.destinationBytes !== undefined) g7 += (g7 === '' ? '"bytes":' : ',"bytes":') + value.destinationBytes
  if (value.destinationDomain !== undefined) g7 += (g7 === '' ? '"domain":' : ',"domain":') + quote(value.destinationDomain)
  if (g7 !== '') g0 += (g0 === '' ? '"destination":{' : ',"destination":{') + g7 + '}'
  let g8 = ''
  if (value.clientAddress !== undefined) g8 += (g8 === '' ? '"address":' : ',"address":') + (isPlain ? '"' + value.clientAddress + '"' : quote(value.clientAddress))
  if (value.clientIp !== undefined) g8 += (g8 === '' ? '"ip":' : ',"ip":') + (isPlain ? '"' + value.clientIp + '"' : quote(value.clientIp))
  if (g8 !== '') g0 += (g0 === '' ? '"client":{' : ',"client":{') + g8 + '}'
  let g9 = ''
  if (value.serverAddress !== undefined) g9 += (g9 === '' ? '"address":' : ',"address":') + (isPlain ? '"' + value.serverAddress + '"' : quote(value.serverAddress))
  if (value.serverPort !== undefined) g9 += (g9 === '' ? '"port":' : ',"port":') + value.serverPort
  if (g9 !== '') g0 += (g0 === '' ? '"server":{' : ',"server":{') + g9 + '}'
  let g10 = ''
  if (value.networkForwardedIp !== undefined) g10 += (g10 === '' ? '"forwarded_ip":' : ',"forwarded_ip":') + (isPlain ? '"' + value.networkForwardedIp + '"' : quote(value.networkForwardedIp))
  if (value.networkDirection !== undefined) g10 += (g10 === '' ? '"direction":' : ',"direction":') + '"' + value.networkDirection + '"'
  if (value.networkTransport !== undefined) g10 += (g10 === '' ? '"transport":' : ',"transport":') + '"' + value.networkTransport + '"'
  if (value.networkProtocol !== undefined) g10 += (g10 === '' ? '"protocol":' : ',"protocol":') + '"' + value.networkProtocol + '"'
  if (value.networkBytes !== undefined) g10 += (g10 === '' ? '"bytes":' : ',"bytes":') + value.networkBytes
  if (g10 !== '') g0 += (g0 === '' ? '"network":{' : ',"network":{') + g10 + '}'
  let g11 = ''
  if (value.httpVersion !== undefined) g11 += (g11 === '' ? '"version":' : ',"version":') + (isPlain ? '"' + value.httpVersion + '"' : quote(value.httpVersion))
  let g12 = ''
  if (value.method !== undefined) g12 += (g12 === '' ? '"method":' : ',"method":') + (isPlain ? '"' + value.method + '"' : quote(value.method))
  if (value.requestId !== undefined) g12 += (g12 === '' ? '"id":' : ',"id":') + (isPlain ? '"' + value.requestId + '"' : quote(value.requestId))
  let g13 = ''
  if (value.httpBytesReceived !== undefined) g13 += (g13 === '' ? '"bytes":' : ',"bytes":') + value.httpBytesReceived
  if (g13 !== '') g12 += (g12 === '' ? '"body":{' : ',"body":{') + g13 + '}'
  if (value.referrer !== undefined) g12 += (g12 === '' ? '"referrer":' : ',"referrer":') + (isPlain ? '"' + value.referrer + '"' : quote(value.referrer))
  if (g12 !== '') g11 += (g11 === '' ? '"request":{' : ',"request":{') + g12 + '}'
  let g14 = ''
  if (value.httpStatusCode !== undefined) g14 += (g14 === '' ? '"status_code":' : ',"status_code":') + value.httpStatusCode
  let g15 = ''
  if (value.httpBytesSent !== undefined) g15 += (g15 === '' ? '"bytes":' : ',"bytes":') + value.httpBytesSent
  if (g15 !== '') g14 += (g14 === '' ? '"body":{' : ',"body":{') + g15 + '}'
  if (g14 !== '') g11 += (g11 === '' ? '"response":{' : ',"response":{') + g14 + '}'
  if (g11 !== '') g0 += (g0 === '' ? '"http":{' : ',"http":{') + g11 + '}'
  let g16 = ''
  if (value.urlOriginal !== undefined) g16 += (g16 === '' ? '"original":' : ',"original":') + (isPlain ? '"' + value.urlOriginal + '"' : quote(value.urlOriginal))
  if (value.urlPath !== undefined) g16 += (g16 === '' ? '"path":' : ',"path":') + (isPlain ? '"' + value.urlPath + '"' : quote(value.urlPath))
  if (value.urlQuery !== undefined) g16 += (g16 === '' ? '"query":' : ',"query":') + (isPlain ? '"' + value.urlQuery + '"' : quote(value.urlQuery))
  if (value.urlDomain !== undefined) g16 += (g16 === '' ? '"domain":' : ',"domain":') + (isPlain ? '"' + value.urlDomain + '"' : quote(value.urlDomain))
  if (value.urlPort !== undefined) g16 += (g16 === '' ? '"port":' : ',"port":') + value.urlPort
  if (value.urlScheme !== undefined) g16 += (g16 === '' ? '"scheme":' : ',"scheme":') + (isPlain ? '"' + value.urlScheme + '"' : quote(value.urlScheme))
  if (g16 !== '') g0 += (g0 === '' ? '"url":{' : ',"url":{') + g16 + '}'
  let g17 = ''
  if (value.userAgent !== undefined) g17 += (g17 === '' ? '"original":' : ',"original":') + (isPlain ? '"' + value.userAgent + '"' : quote(value.userAgent))
  if (g17 !== '') g0 += (g0 === '' ? '"user_agent":{' : ',"user_agent":{') + g17 + '}'
  let g18 = ''
  if (value.tlsVersion !== undefined) g18 += (g18 === '' ? '"version":' : ',"version":') + (isPlain ? '"' + value.tlsVersion + '"' : quote(value.tlsVersion))
  if (value.tlsVersionProtocol !== undefined) g18 += (g18 === '' ? '"version_protocol":' : ',"version_protocol":') + (isPlain ? '"' + value.tlsVersionProtocol + '"' : quote(value.tlsVersionProtocol))
  if (value.tlsCipher !== undefined) g18 += (g18 === '' ? '"cipher":' : ',"cipher":') + (isPlain ? '"' + value.tlsCipher + '"' : quote(value.tlsCipher))
  let g19 = ''
  if (value.requestedServerName !== undefined) g19 += (g19 === '' ? '"server_name":' : ',"server_name":') + (isPlain ? '"' + value.requestedServerName + '"' : quote(value.requestedServerName))
  if (value.tlsClientSubject !== undefined) g19 += (g19 === '' ? '"subject":' : ',"subject":') + (isPlain ? '"' + value.tlsClientSubject + '"' : quote(value.tlsClientSubject))
  let g20 = ''
  if (value.downstreamPeerUriSan !== undefined) g20 += (g20 === '' ? '"alternative_names":' : ',"alternative_names":') + (isPlain ? bare(value.downstreamPeerUriSan) : quoteAll(value.downstreamPeerUriSan))
  if (g20 !== '') g19 += (g19 === '' ? '"x509":{' : ',"x509":{') + g20 + '}'
  if (g19 !== '') g18 += (g18 === '' ? '"client":{' : ',"client":{') + g19 + '}'
  if (g18 !== '') g0 += (g0 === '' ? '"tls":{' : ',"tls":{') + g18 + '}'
  let g21 = ''
  if (value.traceId !== undefined) g21 += (g21 === '' ? '"id":' : ',"id":') + (isPlain ? '"' + value.traceId + '"' : quote(value.traceId))
  if (g21 !== '') g0 += (g0 === '' ? '"trace":{' : ',"trace":{') + g21 + '}'
  let g22 = ''
  if (value.spanId !== undefined) g22 += (g22 === '' ? '"id":' : ',"id":') + (isPlain ? '"' + value.spanId + '"' : quote(value.spanId))
  if (g22 !== '') g0 += (g0 === '' ? '"span":{' : ',"span":{') + g22 + '}'
  let g23 = ''
  if (value.relatedIp !== undefined) g23 += (g23 === '' ? '"ip":' : ',"ip":') + bare(value.relatedIp)
  if (g23 !== '') g0 += (g0 === '' ? '"related":{' : ',"related":{') + g23 + '}'
  let g24 = ''
  if (value.serviceName !== undefined) g24 += (g24 === '' ? '"name":' : ',"name":') + quote(value.serviceName)
  let g25 = ''
  if (value.serviceNodeName !== undefined) g25 += (g25 === '' ? '"name":' : ',"name":') + quote(value.serviceNodeName)
  if (g25 !== '') g24 += (g24 === '' ? '"node":{' : ',"node":{') + g25 + '}'
  let g26 = ''
  if (value.serviceOriginName !== undefined) g26 += (g26 === '' ? '"name":' : ',"name":') + quote(value.serviceOriginName)
  if (g26 !== '') g24 += (g24 === '' ? '"origin":{' : ',"origin":{') + g26 + '}'
  let g27 = ''
  if (value.serviceTargetName !== undefined) g27 += (g27 === '' ? '"name":' : ',"name":') + quote(value.serviceTargetName)
  if (g27 !== '') g24 += (g24 === '' ? '"target":{' : ',"target":{') + g27 + '}'
  if (g24 !== '') g0 += (g0 === '' ? '"service":{' : ',"service":{') + g24 + '}'
  let g28 = ''
  if (value.responseFlags !== undefined) g28 += (g28 === '' ? '"response_flags":' : ',"response_flags":') + (isPlain ? bare(value.responseFlags) : quoteAll(value.responseFlags))
  if (value.responseFlagsRaw !== undefined) g28 += (g28 === '' ? '"response_flags_raw":' : ',"response_flags_raw":') + (isPlain ? '"' + value.responseFlagsRaw + '"' : quote(value.responseFlagsRaw))
  if (value.responseFlagsLong !== undefined) g28 += (g28 === '' ? '"response_flags_long":' : ',"response_flags_long":') + quoteAll(value.responseFlagsLong)
  if (value.responseFlagsExplained !== undefined) g28 += (g28 === '' ? '"response_flags_explained":' : ',"response_flags_explained":') + quoteAll(value.responseFlagsExplained)
  if (value.flagClass !== undefined) g28 += (g28 === '' ? '"flag_class":' : ',"flag_class":') + '"' + value.flagClass + '"'
  if (value.responseCode !== undefined) g28 += (g28 === '' ? '"response_code":' : ',"response_code":') + value.responseCode
  if (value.responseCodeDetails !== undefined) g28 += (g28 === '' ? '"response_code_details":' : ',"response_code_details":') + (isPlain ? '"' + value.responseCodeDetails + '"' : quote(value.responseCodeDetails))
  if (value.responseCodeDetailsText !== undefined) g28 += (g28 === '' ? '"response_code_details_text":' : ',"response_code_details_text":') + (isPlain ? '"' + value.responseCodeDetailsText + '"' : quote(value.responseCodeDetailsText))
  if (value.connectionTerminationDetails !== undefined) g28 += (g28 === '' ? '"connection_termination_details":' : ',"connection_termination_details":') + (isPlain ? '"' + value.connectionTerminationDetails + '"' : quote(value.connectionTerminationDetails))
  let g29 = ''
  if (value.upstreamCluster !== undefined) g29 += (g29 === '' ? '"cluster":' : ',"cluster":') + (isPlain ? '"' + value.upstreamCluster + '"' : quote(value.upstreamCluster))
  let g30 = ''
  if (value.clusterDirection !== undefined) g30 += (g30 === '' ? '"direction":' : ',"direction":') + (isPlain ? '"' + value.clusterDirection + '"' : quote(value.clusterDirection))
  if (value.clusterPort !== undefined) g30 += (g30 === '' ? '"port":' : ',"port":') + value.clusterPort
  if (value.clusterSubset !== undefined) g30 += (g30 === '' ? '"subset":' : ',"subset":') + (isPlain ? '"' + value.clusterSubset + '"' : quote(value.clusterSubset))
  if (value.clusterFqdn !== undefined) g30 += (g30 === '' ? '"fqdn":' : ',"fqdn":') + (isPlain ? '"' + value.clusterFqdn + '"' : quote(value.clusterFqdn))
  if (g30 !== '') g29 += (g29 === '' ? '"cluster_parts":{' : ',"cluster_parts":{') + g30 + '}'
  if (value.upstreamHost !== undefined) g29 += (g29 === '' ? '"host":' : ',"host":') + (isPlain ? '"' + value.upstreamHost + '"' : quote(value.upstreamHost))
  if (value.upstreamLocalAddress !== undefined) g29 += (g29 === '' ? '"local_address":' : ',"local_address":') + (isPlain ? '"' + value.upstreamLocalAddress + '"' : quote(value.upstreamLocalAddress))
  if (value.upstreamTransportFailureReason !== undefined) g29 += (g29 === '' ? '"transport_failure_reason":' : ',"transport_failure_reason":') + (isPlain ? '"' + value.upstreamTransportFailureReason + '"' : quote(value.upstreamTransportFailureReason))
  if (value.upstreamServiceTimeMs !== undefined) g29 += (g29 === '' ? '"service_time_ms":' : ',"service_time_ms":') + value.upstreamServiceTimeMs
  if (value.upstreamAttemptCount !== undefined) g29 += (g29 === '' ? '"attempt_count":' : ',"attempt_count":') + value.upstreamAttemptCount
  if (g29 !== '') g28 += (g28 === '' ? '"upstream":{' : ',"upstream":{') + g29 + '}'
  let g31 = ''
  if (value.downstreamLocalAddress !== undefined) g31 += (g31 === '' ? '"local_address":' : ',"local_address":') + (isPlain ? '"' + value.downstreamLocalAddress + '"' : quote(value.downstreamLocalAddress))
  if (value.downstreamRemoteAddress !== undefined) g31 += (g31 === '' ? '"remote_address":' : ',"remote_address":') + (isPlain ? '"' + value.downstreamRemoteAddress + '"' : quote(value.downstreamRemoteAddress))
  if (g31 !== '') g28 += (g28 === '' ? '"downstream":{' : ',"downstream":{') + g31 + '}'
  if (value.routeName !== undefined) g28 += (g28 === '' ? '"route_name":' : ',"route_name":') + (isPlain ? '"' + value.routeName + '"' : quote(value.routeName))
  let g32 = ''
  if (value.routeKind !== undefined) g32 += (g32 === '' ? '"kind":' : ',"kind":') + (isPlain ? '"' + value.routeKind + '"' : quote(value.routeKind))
  if (value.routeNamespace !== undefined) g32 += (g32 === '' ? '"namespace":' : ',"namespace":') + (isPlain ? '"' + value.routeNamespace + '"' : quote(value.routeNamespace))
  if (value.routeObjectName !== undefined) g32 += (g32 === '' ? '"name":' : ',"name":') + (isPlain ? '"' + value.routeObjectName + '"' : quote(value.routeObjectName))
  if (value.routeRule !== undefined) g32 += (g32 === '' ? '"rule":' : ',"rule":') + (isPlain ? '"' + value.routeRule + '"' : quote(value.routeRule))
  if (g32 !== '') g28 += (g28 === '' ? '"route":{' : ',"route":{') + g32 + '}'
  if (value.direction !== undefined) g28 += (g28 === '' ? '"direction":' : ',"direction":') + '"' + value.direction + '"'
  if (value.xForwardedFor !== undefined) g28 += (g28 === '' ? '"x_forwarded_for":' : ',"x_forwarded_for":') + (isPlain ? bare(value.xForwardedFor) : quoteAll(value.xForwardedFor))
  let g33 = ''
  if (value.grpcStatus !== undefined) g33 += (g33 === '' ? '"status":' : ',"status":') + (isPlain ? '"' + value.grpcStatus + '"' : quote(value.grpcStatus))
  if (value.grpcStatusCode !== undefined) g33 += (g33 === '' ? '"status_code":' : ',"status_code":') + value.grpcStatusCode
  if (g33 !== '') g28 += (g28 === '' ? '"grpc":{' : ',"grpc":{') + g33 + '}'
  let g34 = ''
  if (value.policyNamespace !== undefined) g34 += (g34 === '' ? '"namespace":' : ',"namespace":') + quote(value.policyNamespace)
  if (value.policyName !== undefined) g34 += (g34 === '' ? '"name":' : ',"name":') + quote(value.policyName)
  if (value.policyRule !== undefined) g34 += (g34 === '' ? '"rule":' : ',"rule":') + quote(value.policyRule)
  if (g34 !== '') g28 += (g28 === '' ? '"policy":{' : ',"policy":{') + g34 + '}'
  if (value.mtls !== undefined) g28 += (g28 === '' ? '"mtls":' : ',"mtls":') + value.mtls
  let g35 = ''
  if (value.verdictResponder !== undefined) g35 += (g35 === '' ? '"responder":' : ',"responder":') + '"' + value.verdictResponder + '"'
  if (value.verdictRule !== undefined) g35 += (g35 === '' ? '"rule":' : ',"rule":') + '"' + value.verdictRule + '"'
  if (value.verdictCause !== undefined) g35 += (g35 === '' ? '"cause":' : ',"cause":') + '"' + value.verdictCause + '"'
  if (value.verdictCutShort !== undefined) g35 += (g35 === '' ? '"cut_short":' : ',"cut_short":') + value.verdictCutShort
  if (value.verdictChecks !== undefined) g35 += (g35 === '' ? '"checks":' : ',"checks":') + quoteAll(value.verdictChecks)
  if (g35 !== '') g28 += (g28 === '' ? '"verdict":{' : ',"verdict":{') + g35 + '}'
  if (value.source !== undefined) g28 += (g28 === '' ? '"source":' : ',"source":') + value.source.json
  if (value.destination !== undefined) g28 += (g28 === '' ? '"destination":' : ',"destination":') + value.destination.json
  if (value.workloads !== undefined) g28 += (g28 === '' ? '"workloads":' : ',"workloads":') + quoteAll(value.workloads)
  if (value.logFormat !== undefined) g28 += (g28 === '' ? '"log_format":' : ',"log_format":') + quote(value.logFormat)
  if (value.ambiguous !== undefined) g28 += (g28 === '' ? '"ambiguous":' : ',"ambiguous":') + value.ambiguous
  if (value.truncated !== undefined) g28 += (g28 === '' ? '"truncated":' : ',"truncated":') + value.truncated
  if (value.sampleRate !== undefined) g28 += (g28 === '' ? '"sample_rate":' : ',"sample_rate":') + value.sampleRate
  if (value.extra !== undefined) g28 += (g28 === '' ? '"extra":' : ',"extra":') + value.extra
  if (value.originalBase64 !== undefined) g28 += (g28 === '' ? '"original_base64":' : ',"original_base64":') + quote(value.originalBase64)
  if (g28 !== '') g0 += (g0 === '' ? '"envoy":{' : ',"envoy":{') + g28 + '}'
  if (value.reporter !== undefined) g0 += (g0 === '' ? '' : ',') + value.reporter.json
  return `{${g0}}`
}

/** The reporter's members of a document, without braces. */
export function encodeReporter(value: ReporterFields): string {
  let g0 = ''
  let g1 = ''
  g1 += (g1 === '' ? '"type":"proxy"' : ',"type":"proxy"')
  if (value.observerProduct !== undefined) g1 += (g1 === '' ? '"product":' : ',"product":') + quote(value.observerProduct)
  if (value.observerVendor !== undefined) g1 += (g1 === '' ? '"vendor":' : ',"vendor":') + quote(value.observerVendor)
  if (value.observerVersion !== undefined) g1 += (g1 === '' ? '"version":' : ',"version":') + quote(value.observerVersion)
  if (value.observerName !== undefined) g1 += (g1 === '' ? '"name":' : ',"name":') + quote(value.observerName)
  if (g1 !== '') g0 += (g0 === '' ? '"observer":{' : ',"observer":{') + g1 + '}'
  let g2 = ''
  if (value.hostName !== undefined) g2 += (g2 === '' ? '"name":' : ',"name":') + quote(value.hostName)
  if (g2 !== '') g0 += (g0 === '' ? '"host":{' : ',"host":{') + g2 + '}'
  let g3 = ''
  if (value.orchestratorType !== undefined) g3 += (g3 === '' ? '"type":' : ',"type":') + quote(value.orchestratorType)
  let g4 = ''
  if (value.clusterName !== undefined) g4 += (g4 === '' ? '"name":' : ',"name":') + quote(value.clusterName)
  if (g4 !== '') g3 += (g3 === '' ? '"cluster":{' : ',"cluster":{') + g4 + '}'
  if (g3 !== '') g0 += (g0 === '' ? '"orchestrator":{' : ',"orchestrator":{') + g3 + '}'
  let g5 = ''
  let g6 = ''
  if (value.podName !== undefined) g6 += (g6 === '' ? '"name":' : ',"name":') + quote(value.podName)
  if (value.podUid !== undefined) g6 += (g6 === '' ? '"uid":' : ',"uid":') + quote(value.podUid)
  if (value.podIp !== undefined) g6 += (g6 === '' ? '"ip":' : ',"ip":') + quote(value.podIp)
  if (g6 !== '') g5 += (g5 === '' ? '"pod":{' : ',"pod":{') + g6 + '}'
  if (value.namespace !== undefined) g5 += (g5 === '' ? '"namespace":' : ',"namespace":') + quote(value.namespace)
  let g7 = ''
  if (value.nodeName !== undefined) g7 += (g7 === '' ? '"name":' : ',"name":') + quote(value.nodeName)
  if (g7 !== '') g5 += (g5 === '' ? '"node":{' : ',"node":{') + g7 + '}'
  let g8 = ''
  if (value.containerName !== undefined) g8 += (g8 === '' ? '"name":' : ',"name":') + quote(value.containerName)
  if (g8 !== '') g5 += (g5 === '' ? '"container":{' : ',"container":{') + g8 + '}'
  let g9 = ''
  if (value.deploymentName !== undefined) g9 += (g9 === '' ? '"name":' : ',"name":') + quote(value.deploymentName)
  if (g9 !== '') g5 += (g5 === '' ? '"deployment":{' : ',"deployment":{') + g9 + '}'
  if (value.podLabels !== undefined) g5 += (g5 === '' ? '"labels":' : ',"labels":') + value.podLabels
  if (g5 !== '') g0 += (g0 === '' ? '"kubernetes":{' : ',"kubernetes":{') + g5 + '}'
  if (value.staticLabels !== undefined) g0 += (g0 === '' ? '"labels":' : ',"labels":') + value.staticLabels
  let g10 = ''
  g10 += (g10 === '' ? '"version":"9.0.0"' : ',"version":"9.0.0"')
  if (g10 !== '') g0 += (g0 === '' ? '"ecs":{' : ',"ecs":{') + g10 + '}'
  return g0
}

/** The JSON object of one end of a hop. */
export function encodeEndpoint(value: EndpointFields): JsonText {
  let g0 = ''
  if (value.kind !== undefined) g0 += (g0 === '' ? '"kind":' : ',"kind":') + quote(value.kind)
  if (value.pod !== undefined) g0 += (g0 === '' ? '"pod":' : ',"pod":') + quote(value.pod)
  if (value.podUid !== undefined) g0 += (g0 === '' ? '"pod_uid":' : ',"pod_uid":') + quote(value.podUid)
  if (value.namespace !== undefined) g0 += (g0 === '' ? '"namespace":' : ',"namespace":') + quote(value.namespace)
  if (value.node !== undefined) g0 += (g0 === '' ? '"node":' : ',"node":') + quote(value.node)
  if (value.zone !== undefined) g0 += (g0 === '' ? '"zone":' : ',"zone":') + quote(value.zone)
  if (value.cluster !== undefined) g0 += (g0 === '' ? '"cluster":' : ',"cluster":') + quote(value.cluster)
  if (value.workload !== undefined) g0 += (g0 === '' ? '"workload":' : ',"workload":') + quote(value.workload)
  if (value.workloadKind !== undefined) g0 += (g0 === '' ? '"workload_kind":' : ',"workload_kind":') + quote(value.workloadKind)
  if (value.service !== undefined) g0 += (g0 === '' ? '"service":' : ',"service":') + quote(value.service)
  if (value.method !== undefined) g0 += (g0 === '' ? '"method":' : ',"method":') + quote(value.method)
  if (value.confidence !== undefined) g0 += (g0 === '' ? '"confidence":' : ',"confidence":') + quote(value.confidence)
  if (value.reason !== undefined) g0 += (g0 === '' ? '"reason":' : ',"reason":') + quote(value.reason)
  if (value.podState !== undefined) g0 += (g0 === '' ? '"pod_state":' : ',"pod_state":') + quote(value.podState)
  if (value.podStateMs !== undefined) g0 += (g0 === '' ? '"pod_state_ms":' : ',"pod_state_ms":') + value.podStateMs
  if (value.labels !== undefined) g0 += (g0 === '' ? '"labels":' : ',"labels":') + value.labels
  if (value.serviceLabels !== undefined) g0 += (g0 === '' ? '"service_labels":' : ',"service_labels":') + value.serviceLabels
  return `{${g0}}`
}
