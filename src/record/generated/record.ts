// Generated from src/record/fields.ts by `npm run generate`. Do not edit.
import type { JsonText } from '../field.ts'
import { CLOSING, type End, endings, labels } from '../labels.ts'
import { bare, flat, quote, quoteAll, steadyQuote } from '../quote.ts'

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
  /** Total time at this proxy in nanoseconds (Envoy counts milliseconds). `%DURATION%` */
  eventDurationNs: number | undefined
  /** When the container runtime wrote the line; absent when the frame has no time. */
  eventCreated: string | undefined
  /** End of the request or connection: what rules and spikes use, because a connection is logged when it closes. `%START_TIME + DURATION%` */
  eventEnd: string | undefined
  /** The raw line; kept when it could not be parsed, or when configured. */
  eventOriginal: string | undefined
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
  /** TCP: bytes sent back to the peer. `%BYTES_SENT%` */
  destinationBytes: number | undefined
  /** The original client, only where the line says who it was. `%REQ(X-FORWARDED-FOR)%` */
  clientAddress: string | undefined
  /** The same, where it is an IP address. `%REQ(X-FORWARDED-FOR)%` */
  clientIp: string | undefined
  /** First entry of x-forwarded-for, as the client sent it: not to be trusted. `%REQ(X-FORWARDED-FOR)%` */
  networkForwardedIp: string | undefined
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
  /** Why this proxy closed the connection; for ztunnel its error text. `%CONNECTION_TERMINATION_DETAILS%` */
  connectionTerminationDetails: string | undefined
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
  /** Bytes of log that will never be delivered; `envoy.loss.size` says how exact that is. Dataset envoy.loss only. */
  lossBytes: number | undefined
  /** `exact`, `at_least`, or `unknown`: possibly nothing at all. */
  lossSize: string | undefined
  /** What was lost was written after this; absent when nobody can say. */
  lossAfter: string | undefined
  /** What was lost was written before this; absent when nobody can say. */
  lossBefore: string | undefined
  /** The proxy that wrote the line. */
  reporter: Reporter | undefined
  /** What kind of line it is and what happened. */
  outcome: Outcome | undefined
  /** Who talked to whom. */
  hop: Hop | undefined
  /** The address that was called. */
  target: Target | undefined
  /** The host that was asked for. */
  authority: Authority | undefined
  /** Status and details. */
  status: Status | undefined
  /** The parts of a cluster name. */
  cluster: Cluster | undefined
}

/** What kind of line it is and what happened. */
export interface OutcomeFields {
  /** envoy.access, envoy.log, envoy.unparsed or envoy.loss. */
  dataset: string | undefined
  /** `web` for HTTP, `network` for TCP and connection lines. */
  eventCategory: readonly string[] | undefined
  /** `access` or `connection`, with `error` or `denied` on failures. */
  eventType: readonly string[] | undefined
  /** `failure` for HTTP with status 400 or above, status 0, a gRPC status other than OK, an error flag or a refusing verdict; for TCP with an error flag or a refusing verdict; `unknown` for HTTP when the format logs neither status nor flags; `success` otherwise. */
  eventOutcome: string | undefined
  /** The primary response flag: cause before symptom, whatever the order in the line. `%RESPONSE_FLAGS%` */
  eventCode: string | undefined
  /** The catalogue sentence of the verdict, with nothing filled in: a bounded set of texts. On failures and flagged lines. */
  eventReason: string | undefined
  /** On failures the primary flag; on unparsed lines the reason, from a closed set. */
  errorType: string | undefined
  /** What the parser could not read and where. */
  errorMessage: string | undefined
  /** `ingress` or `egress`, seen from the reporting pod. */
  networkDirection: string | undefined
  /** `tcp`, or `udp` for HTTP/3. */
  networkTransport: string | undefined
  /** `http`, `grpc` where a gRPC status was logged, or `tcp`. */
  networkProtocol: string | undefined
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
  /** inbound, outbound, gateway, waypoint or unknown, seen from the reporting proxy. */
  direction: string | undefined
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
}
/** The same with its parts of the document ready made: members of objects, without braces. */
export interface Outcome extends OutcomeFields {
  readonly eventJson: string
  readonly errorJson: string
  readonly networkJson: string
  readonly envoyJson: string
}

/** Who talked to whom. */
export interface HopFields {
  /** Service host name from the cluster name or the SNI. `%UPSTREAM_CLUSTER%` */
  destinationDomain: string | undefined
  /** Workload of the reporting proxy. */
  serviceName: string | undefined
  /** Pod of the reporting proxy. */
  serviceNodeName: string | undefined
  /** Calling workload or service; only where it is known. */
  serviceOriginName: string | undefined
  /** Called service; only where it is known. */
  serviceTargetName: string | undefined
  /** Whether the connection was mutual TLS; absent when the line does not prove it. */
  mtls: boolean | undefined
  /** Who called. */
  source: Endpoint | undefined
  /** Who was called. */
  destination: Endpoint | undefined
  /** namespace/workload of both ends and the reporter: one filter finds every line of a workload. */
  workloads: readonly string[] | undefined
}
/** The same with its parts of the document ready made: members of objects, without braces. */
export interface Hop extends HopFields {
  readonly destinationJson: string
  readonly serviceJson: string
  readonly envoyJson: string
}

/** The address that was called. */
export interface TargetFields {
  /** Outbound and gateway: the chosen endpoint; inbound: this pod; else the address that was dialled, so that failures without an endpoint have one. `%UPSTREAM_HOST%` */
  destinationAddress: string | undefined
  /** The same, where it is an IP address. `%UPSTREAM_HOST%` */
  destinationIp: string | undefined
  /** Port of the same address. `%UPSTREAM_HOST%` */
  destinationPort: number | undefined
}
/** The same with its parts of the document ready made: members of objects, without braces. */
export interface Target extends TargetFields {
  readonly destinationJson: string
}

/** The host that was asked for. */
export interface AuthorityFields {
  /** Host the client asked for. `%REQ(:AUTHORITY)%` */
  serverAddress: string | undefined
  /** Port in the authority, where it has one. `%REQ(:AUTHORITY)%` */
  serverPort: number | undefined
  /** Host part of the authority. `%REQ(:AUTHORITY)%` */
  urlDomain: string | undefined
  /** Port part of the authority. `%REQ(:AUTHORITY)%` */
  urlPort: number | undefined
}
/** The same with its parts of the document ready made: members of objects, without braces. */
export interface Authority extends AuthorityFields {
  readonly serverJson: string
  readonly urlJson: string
}

/** Status and details. */
export interface StatusFields {
  /** Status as logged: 0 when nothing was answered or the line is not HTTP. `%RESPONSE_CODE%` */
  responseCode: number | undefined
  /** Details up to the first bracket: a bounded set that can be counted. `%RESPONSE_CODE_DETAILS%` */
  responseCodeDetails: string | undefined
  /** The whole details text. `%RESPONSE_CODE_DETAILS%` */
  responseCodeDetailsText: string | undefined
}
/** The same with its parts of the document ready made: members of objects, without braces. */
export interface Status extends StatusFields {
  readonly envoyJson: string
}

/** The parts of a cluster name. */
export interface ClusterFields {
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
}
/** The same with its parts of the document ready made: members of objects, without braces. */
export interface Cluster extends ClusterFields {
  readonly upstreamJson: string
}

/** The proxy that wrote a line. */
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
  /** Selected labels of its namespace. */
  namespaceLabels: JsonText | undefined
  /** Labels from the configuration. */
  staticLabels: JsonText | undefined
}
/** The same with its part of the document ready made. */
export interface Reporter extends ReporterFields {
  /** Members of the document's top level, without braces. */
  readonly json: string
}

/** One end of a hop. */
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
  /** starting, ready, not_ready, terminating, restarted or gone: where it cannot have been another. Of a failure at its end (start and duration), else at its start and only where the pod was not ready. */
  podState: string | undefined
  /** Milliseconds since it entered that state. */
  podStateMs: number | undefined
  /** Selected labels of the pod. */
  labels: JsonText | undefined
  /** Selected labels of the service. */
  serviceLabels: JsonText | undefined
}
/** The same with its part of the document ready made. */
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
    eventDurationNs: undefined,
    eventCreated: undefined,
    eventEnd: undefined,
    eventOriginal: undefined,
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
    destinationBytes: undefined,
    clientAddress: undefined,
    clientIp: undefined,
    networkForwardedIp: undefined,
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
    connectionTerminationDetails: undefined,
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
    xForwardedFor: undefined,
    grpcStatus: undefined,
    grpcStatusCode: undefined,
    policyNamespace: undefined,
    policyName: undefined,
    policyRule: undefined,
    logFormat: undefined,
    ambiguous: undefined,
    truncated: undefined,
    sampleRate: undefined,
    extra: undefined,
    originalBase64: undefined,
    lossBytes: undefined,
    lossSize: undefined,
    lossAfter: undefined,
    lossBefore: undefined,
    reporter: undefined,
    outcome: undefined,
    hop: undefined,
    target: undefined,
    authority: undefined,
    status: undefined,
    cluster: undefined,
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
    namespaceLabels: undefined,
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

const ENDINGS = endings('')
const ENDINGS_OF_OBJECT = endings('}')

// What stands before a member, by how the text before it ends.
const R0 = labels('"@timestamp":"')
const R1 = labels('"@timestamp":')
const R2 = labels('"data_stream":{"type":')
const R3 = labels('"dataset":')
const R4 = labels('"data_stream":{"dataset":')
const R5 = labels('"namespace":')
const R6 = labels('"data_stream":{"namespace":')
const R7 = labels('"event":{"id":"')
const R8 = labels('')
const R9 = labels('"event":{')
const R10 = labels('"duration":')
const R11 = labels('"event":{"duration":')
const R12 = labels('"created":')
const R13 = labels('"event":{"created":')
const R14 = labels('"end":"')
const R15 = labels('"event":{"end":"')
const R16 = labels('"end":')
const R17 = labels('"event":{"end":')
const R18 = labels('"original":')
const R19 = labels('"event":{"original":')
const R20 = labels('"log":{"level":')
const R21 = labels('"logger":')
const R22 = labels('"log":{"logger":')
const R23 = labels('"file":{"path":')
const R24 = labels('"log":{"file":{"path":')
const R25 = labels('"offset":')
const R26 = labels('"log":{"offset":')
const R27 = labels('"message":')
const R28 = labels('"stream":')
const R29 = labels('"source":{"address":"')
const R30 = labels('"source":{"address":')
const R31 = labels('"ip":"')
const R32 = labels('"source":{"ip":"')
const R33 = labels('"ip":')
const R34 = labels('"source":{"ip":')
const R35 = labels('"port":')
const R36 = labels('"source":{"port":')
const R37 = labels('"bytes":')
const R38 = labels('"source":{"bytes":')
const R39 = labels('"destination":{')
const R40 = labels('"destination":{"bytes":')
const R41 = labels('"client":{"address":"')
const R42 = labels('"client":{"address":')
const R43 = labels('"client":{"ip":"')
const R44 = labels('"client":{"ip":')
const R45 = labels('"network":{')
const R46 = labels('"forwarded_ip":"')
const R47 = labels('"network":{"forwarded_ip":"')
const R48 = labels('"forwarded_ip":')
const R49 = labels('"network":{"forwarded_ip":')
const R50 = labels('"network":{"bytes":')
const R51 = labels('"http":{"version":"')
const R52 = labels('"http":{"version":')
const R53 = labels('"request":{"method":"')
const R54 = labels('"http":{"request":{"method":"')
const R55 = labels('"request":{"method":')
const R56 = labels('"http":{"request":{"method":')
const R57 = labels('"id":"')
const R58 = labels('"request":{"id":"')
const R59 = labels('"http":{"request":{"id":"')
const R60 = labels('"id":')
const R61 = labels('"request":{"id":')
const R62 = labels('"http":{"request":{"id":')
const R63 = labels('"body":{"bytes":')
const R64 = labels('"request":{"body":{"bytes":')
const R65 = labels('"http":{"request":{"body":{"bytes":')
const R66 = labels('"referrer":"')
const R67 = labels('"request":{"referrer":"')
const R68 = labels('"http":{"request":{"referrer":"')
const R69 = labels('"referrer":')
const R70 = labels('"request":{"referrer":')
const R71 = labels('"http":{"request":{"referrer":')
const R72 = labels('"response":{"status_code":')
const R73 = labels('"http":{"response":{"status_code":')
const R74 = labels('"response":{"body":{"bytes":')
const R75 = labels('"http":{"response":{"body":{"bytes":')
const R76 = labels('"url":{"original":"')
const R77 = labels('"url":{"original":')
const R78 = labels('"path":"')
const R79 = labels('"url":{"path":"')
const R80 = labels('"path":')
const R81 = labels('"url":{"path":')
const R82 = labels('"query":"')
const R83 = labels('"url":{"query":"')
const R84 = labels('"query":')
const R85 = labels('"url":{"query":')
const R86 = labels('"url":{')
const R87 = labels('"scheme":"')
const R88 = labels('"url":{"scheme":"')
const R89 = labels('"scheme":')
const R90 = labels('"url":{"scheme":')
const R91 = labels('"user_agent":{"original":"')
const R92 = labels('"user_agent":{"original":')
const R93 = labels('"tls":{"version":"')
const R94 = labels('"tls":{"version":')
const R95 = labels('"version_protocol":"')
const R96 = labels('"tls":{"version_protocol":"')
const R97 = labels('"version_protocol":')
const R98 = labels('"tls":{"version_protocol":')
const R99 = labels('"cipher":"')
const R100 = labels('"tls":{"cipher":"')
const R101 = labels('"cipher":')
const R102 = labels('"tls":{"cipher":')
const R103 = labels('"client":{"server_name":"')
const R104 = labels('"tls":{"client":{"server_name":"')
const R105 = labels('"client":{"server_name":')
const R106 = labels('"tls":{"client":{"server_name":')
const R107 = labels('"subject":"')
const R108 = labels('"client":{"subject":"')
const R109 = labels('"tls":{"client":{"subject":"')
const R110 = labels('"subject":')
const R111 = labels('"client":{"subject":')
const R112 = labels('"tls":{"client":{"subject":')
const R113 = labels('"x509":{"alternative_names":')
const R114 = labels('"client":{"x509":{"alternative_names":')
const R115 = labels('"tls":{"client":{"x509":{"alternative_names":')
const R116 = labels('"trace":{"id":"')
const R117 = labels('"trace":{"id":')
const R118 = labels('"span":{"id":"')
const R119 = labels('"span":{"id":')
const R120 = labels('"related":{"ip":')
const R121 = labels('"envoy":{')
const R122 = labels('"connection_termination_details":"')
const R123 = labels('"envoy":{"connection_termination_details":"')
const R124 = labels('"connection_termination_details":')
const R125 = labels('"envoy":{"connection_termination_details":')
const R126 = labels('"upstream":{')
const R127 = labels('"envoy":{"upstream":{')
const R128 = labels('"host":"')
const R129 = labels('"upstream":{"host":"')
const R130 = labels('"envoy":{"upstream":{"host":"')
const R131 = labels('"host":')
const R132 = labels('"upstream":{"host":')
const R133 = labels('"envoy":{"upstream":{"host":')
const R134 = labels('"local_address":"')
const R135 = labels('"upstream":{"local_address":"')
const R136 = labels('"envoy":{"upstream":{"local_address":"')
const R137 = labels('"local_address":')
const R138 = labels('"upstream":{"local_address":')
const R139 = labels('"envoy":{"upstream":{"local_address":')
const R140 = labels('"transport_failure_reason":"')
const R141 = labels('"upstream":{"transport_failure_reason":"')
const R142 = labels('"envoy":{"upstream":{"transport_failure_reason":"')
const R143 = labels('"transport_failure_reason":')
const R144 = labels('"upstream":{"transport_failure_reason":')
const R145 = labels('"envoy":{"upstream":{"transport_failure_reason":')
const R146 = labels('"service_time_ms":')
const R147 = labels('"upstream":{"service_time_ms":')
const R148 = labels('"envoy":{"upstream":{"service_time_ms":')
const R149 = labels('"attempt_count":')
const R150 = labels('"upstream":{"attempt_count":')
const R151 = labels('"envoy":{"upstream":{"attempt_count":')
const R152 = labels('"downstream":{"local_address":"')
const R153 = labels('"envoy":{"downstream":{"local_address":"')
const R154 = labels('"downstream":{"local_address":')
const R155 = labels('"envoy":{"downstream":{"local_address":')
const R156 = labels('"remote_address":"')
const R157 = labels('"downstream":{"remote_address":"')
const R158 = labels('"envoy":{"downstream":{"remote_address":"')
const R159 = labels('"remote_address":')
const R160 = labels('"downstream":{"remote_address":')
const R161 = labels('"envoy":{"downstream":{"remote_address":')
const R162 = labels('"route_name":"')
const R163 = labels('"envoy":{"route_name":"')
const R164 = labels('"route_name":')
const R165 = labels('"envoy":{"route_name":')
const R166 = labels('"route":{"kind":"')
const R167 = labels('"envoy":{"route":{"kind":"')
const R168 = labels('"route":{"kind":')
const R169 = labels('"envoy":{"route":{"kind":')
const R170 = labels('"namespace":"')
const R171 = labels('"route":{"namespace":"')
const R172 = labels('"envoy":{"route":{"namespace":"')
const R173 = labels('"route":{"namespace":')
const R174 = labels('"envoy":{"route":{"namespace":')
const R175 = labels('"name":"')
const R176 = labels('"route":{"name":"')
const R177 = labels('"envoy":{"route":{"name":"')
const R178 = labels('"name":')
const R179 = labels('"route":{"name":')
const R180 = labels('"envoy":{"route":{"name":')
const R181 = labels('"rule":"')
const R182 = labels('"route":{"rule":"')
const R183 = labels('"envoy":{"route":{"rule":"')
const R184 = labels('"rule":')
const R185 = labels('"route":{"rule":')
const R186 = labels('"envoy":{"route":{"rule":')
const R187 = labels('"x_forwarded_for":')
const R188 = labels('"envoy":{"x_forwarded_for":')
const R189 = labels('"grpc":{"status":"')
const R190 = labels('"envoy":{"grpc":{"status":"')
const R191 = labels('"grpc":{"status":')
const R192 = labels('"envoy":{"grpc":{"status":')
const R193 = labels('"status_code":')
const R194 = labels('"grpc":{"status_code":')
const R195 = labels('"envoy":{"grpc":{"status_code":')
const R196 = labels('"policy":{"namespace":')
const R197 = labels('"envoy":{"policy":{"namespace":')
const R198 = labels('"policy":{"name":')
const R199 = labels('"envoy":{"policy":{"name":')
const R200 = labels('"policy":{"rule":')
const R201 = labels('"envoy":{"policy":{"rule":')
const R202 = labels('"log_format":')
const R203 = labels('"envoy":{"log_format":')
const R204 = labels('"ambiguous":')
const R205 = labels('"envoy":{"ambiguous":')
const R206 = labels('"truncated":')
const R207 = labels('"envoy":{"truncated":')
const R208 = labels('"sample_rate":')
const R209 = labels('"envoy":{"sample_rate":')
const R210 = labels('"extra":')
const R211 = labels('"envoy":{"extra":')
const R212 = labels('"original_base64":')
const R213 = labels('"envoy":{"original_base64":')
const R214 = labels('"loss":{"bytes":')
const R215 = labels('"envoy":{"loss":{"bytes":')
const R216 = labels('"size":"')
const R217 = labels('"loss":{"size":"')
const R218 = labels('"envoy":{"loss":{"size":"')
const R219 = labels('"after":"')
const R220 = labels('"loss":{"after":"')
const R221 = labels('"envoy":{"loss":{"after":"')
const R222 = labels('"before":"')
const R223 = labels('"loss":{"before":"')
const R224 = labels('"envoy":{"loss":{"before":"')
const Q1 = steadyQuote()
const Q2 = steadyQuote()
const P0 = labels('"observer":{"type":"')
const P1 = labels('"product":')
const P2 = labels('"observer":{"product":')
const P3 = labels('"vendor":')
const P4 = labels('"observer":{"vendor":')
const P5 = labels('"version":')
const P6 = labels('"observer":{"version":')
const P7 = labels('"name":')
const P8 = labels('"observer":{"name":')
const P9 = labels('"host":{"name":')
const P10 = labels('"orchestrator":{"type":')
const P11 = labels('"cluster":{"name":')
const P12 = labels('"orchestrator":{"cluster":{"name":')
const P13 = labels('"kubernetes":{"pod":{"name":')
const P14 = labels('"uid":')
const P15 = labels('"pod":{"uid":')
const P16 = labels('"kubernetes":{"pod":{"uid":')
const P17 = labels('"ip":')
const P18 = labels('"pod":{"ip":')
const P19 = labels('"kubernetes":{"pod":{"ip":')
const P20 = labels('"namespace":')
const P21 = labels('"kubernetes":{"namespace":')
const P22 = labels('"node":{"name":')
const P23 = labels('"kubernetes":{"node":{"name":')
const P24 = labels('"container":{"name":')
const P25 = labels('"kubernetes":{"container":{"name":')
const P26 = labels('"deployment":{"name":')
const P27 = labels('"kubernetes":{"deployment":{"name":')
const P28 = labels('"labels":')
const P29 = labels('"kubernetes":{"labels":')
const P30 = labels('"namespace_labels":')
const P31 = labels('"kubernetes":{"namespace_labels":')
const P32 = labels('"ecs":{"version":"')
const E0 = labels('"kind":')
const E1 = labels('"pod":')
const E2 = labels('"pod_uid":')
const E3 = labels('"namespace":')
const E4 = labels('"node":')
const E5 = labels('"zone":')
const E6 = labels('"cluster":')
const E7 = labels('"workload":')
const E8 = labels('"workload_kind":')
const E9 = labels('"service":')
const E10 = labels('"method":')
const E11 = labels('"confidence":')
const E12 = labels('"reason":')
const E13 = labels('"pod_state":')
const E14 = labels('"pod_state_ms":')
const E15 = labels('"labels":')
const E16 = labels('"service_labels":')
const O0 = labels('"kind":"')
const O1 = labels('"module":"')
const O2 = labels('"dataset":')
const O3 = labels('"category":')
const O4 = labels('"type":')
const O5 = labels('"outcome":')
const O6 = labels('"code":')
const O7 = labels('"reason":')
const O8 = labels('"error":{"type":')
const O9 = labels('"message":')
const O10 = labels('"error":{"message":')
const O11 = labels('"direction":')
const O12 = labels('"transport":')
const O13 = labels('"protocol":')
const O14 = labels('"response_flags":')
const O15 = labels('"response_flags_raw":')
const O16 = labels('"response_flags_long":')
const O17 = labels('"response_flags_explained":')
const O18 = labels('"flag_class":')
const O19 = labels('"verdict":{"responder":')
const O20 = labels('"rule":')
const O21 = labels('"verdict":{"rule":')
const O22 = labels('"cause":')
const O23 = labels('"verdict":{"cause":')
const O24 = labels('"cut_short":')
const O25 = labels('"verdict":{"cut_short":')
const O26 = labels('"checks":')
const O27 = labels('"verdict":{"checks":')
const H0 = labels('"domain":')
const H1 = labels('"service":{"name":')
const H2 = labels('"node":{"name":')
const H3 = labels('"service":{"node":{"name":')
const H4 = labels('"origin":{"name":')
const H5 = labels('"service":{"origin":{"name":')
const H6 = labels('"target":{"name":')
const H7 = labels('"service":{"target":{"name":')
const H8 = labels('"mtls":')
const H9 = labels('"source":')
const H10 = labels('"destination":')
const H11 = labels('"workloads":')
const T0 = labels('"address":')
const T1 = labels('"ip":')
const T2 = labels('"port":')
const A0 = labels('"server":{"address":')
const A1 = labels('"port":')
const A2 = labels('"server":{"port":')
const A3 = labels('"domain":')
const S0 = labels('"response_code":')
const S1 = labels('"response_code_details":')
const S2 = labels('"response_code_details_text":')
const C0 = labels('"cluster":')
const C1 = labels('"cluster_parts":{"direction":')
const C2 = labels('"port":')
const C3 = labels('"cluster_parts":{"port":')
const C4 = labels('"subset":')
const C5 = labels('"cluster_parts":{"subset":')
const C6 = labels('"fqdn":')
const C7 = labels('"cluster_parts":{"fqdn":')

/**
 * The document of a record: one JSON object, fields in the order of the table, absent fields left out.
 * `isPlain`: no part of the line needs escaping in JSON.
 */
export function encodeRecord(value: LogRecord, isPlain: boolean): string {
  let text = ''
  let textEnd: End = 0
  if (value.timestamp !== undefined) { if (isPlain) { text += R0[textEnd] + value.timestamp; textEnd = 1 } else { text += R1[textEnd] + quote(value.timestamp); textEnd = 2 } }
  let g0 = false
  if (value.dataStreamType !== undefined) { text += R2[textEnd] + quote(value.dataStreamType); textEnd = 2; g0 = true }
  if (value.dataStreamDataset !== undefined) { text += (g0 ? R3 : R4)[textEnd] + quote(value.dataStreamDataset); textEnd = 2; g0 = true }
  if (value.dataStreamNamespace !== undefined) { text += (g0 ? R5 : R6)[textEnd] + quote(value.dataStreamNamespace); textEnd = 2; g0 = true }
  if (g0) textEnd = CLOSING[textEnd]
  let g1 = false
  if (value.eventId !== undefined) { text += R7[textEnd] + value.eventId; textEnd = 1; g1 = true }
  if (value.outcome !== undefined && value.outcome.eventJson !== '') { text += (g1 ? R8 : R9)[textEnd] + value.outcome.eventJson; textEnd = 2; g1 = true }
  if (value.eventDurationNs !== undefined) { text += (g1 ? R10 : R11)[textEnd] + value.eventDurationNs; textEnd = 2; g1 = true }
  if (value.eventCreated !== undefined) { text += (g1 ? R12 : R13)[textEnd] + quote(value.eventCreated); textEnd = 2; g1 = true }
  if (value.eventEnd !== undefined) { if (isPlain) { text += (g1 ? R14 : R15)[textEnd] + value.eventEnd; textEnd = 1 } else { text += (g1 ? R16 : R17)[textEnd] + quote(value.eventEnd); textEnd = 2 }; g1 = true }
  if (value.eventOriginal !== undefined) { text += (g1 ? R18 : R19)[textEnd] + quote(value.eventOriginal); textEnd = 2; g1 = true }
  if (g1) textEnd = CLOSING[textEnd]
  if (value.outcome !== undefined && value.outcome.errorJson !== '') { text += R8[textEnd] + value.outcome.errorJson; textEnd = 2 }
  let g2 = false
  if (value.logLevel !== undefined) { text += R20[textEnd] + quote(value.logLevel); textEnd = 2; g2 = true }
  if (value.logLogger !== undefined) { text += (g2 ? R21 : R22)[textEnd] + quote(value.logLogger); textEnd = 2; g2 = true }
  let g3 = false
  if (value.logFilePath !== undefined) { text += (g2 ? R23 : R24)[textEnd] + Q1(value.logFilePath); textEnd = 2; g2 = true; g3 = true }
  if (g3) textEnd = CLOSING[textEnd]
  if (value.logOffset !== undefined) { text += (g2 ? R25 : R26)[textEnd] + value.logOffset; textEnd = 2; g2 = true }
  if (g2) textEnd = CLOSING[textEnd]
  if (value.message !== undefined) { text += R27[textEnd] + quote(value.message); textEnd = 2 }
  if (value.stream !== undefined) { text += R28[textEnd] + quote(value.stream); textEnd = 2 }
  let g4 = false
  if (value.sourceAddress !== undefined) { if (isPlain) { text += R29[textEnd] + value.sourceAddress; textEnd = 1 } else { text += R30[textEnd] + quote(value.sourceAddress); textEnd = 2 }; g4 = true }
  if (value.sourceIp !== undefined) { if (isPlain) { text += (g4 ? R31 : R32)[textEnd] + value.sourceIp; textEnd = 1 } else { text += (g4 ? R33 : R34)[textEnd] + quote(value.sourceIp); textEnd = 2 }; g4 = true }
  if (value.sourcePort !== undefined) { text += (g4 ? R35 : R36)[textEnd] + value.sourcePort; textEnd = 2; g4 = true }
  if (value.sourceBytes !== undefined) { text += (g4 ? R37 : R38)[textEnd] + value.sourceBytes; textEnd = 2; g4 = true }
  if (g4) textEnd = CLOSING[textEnd]
  let g5 = false
  if (value.target !== undefined && value.target.destinationJson !== '') { text += R39[textEnd] + value.target.destinationJson; textEnd = 2; g5 = true }
  if (value.destinationBytes !== undefined) { text += (g5 ? R37 : R40)[textEnd] + value.destinationBytes; textEnd = 2; g5 = true }
  if (value.hop !== undefined && value.hop.destinationJson !== '') { text += (g5 ? R8 : R39)[textEnd] + value.hop.destinationJson; textEnd = 2; g5 = true }
  if (g5) textEnd = CLOSING[textEnd]
  let g6 = false
  if (value.clientAddress !== undefined) { if (isPlain) { text += R41[textEnd] + value.clientAddress; textEnd = 1 } else { text += R42[textEnd] + quote(value.clientAddress); textEnd = 2 }; g6 = true }
  if (value.clientIp !== undefined) { if (isPlain) { text += (g6 ? R31 : R43)[textEnd] + value.clientIp; textEnd = 1 } else { text += (g6 ? R33 : R44)[textEnd] + quote(value.clientIp); textEnd = 2 }; g6 = true }
  if (g6) textEnd = CLOSING[textEnd]
  if (value.authority !== undefined && value.authority.serverJson !== '') { text += R8[textEnd] + value.authority.serverJson; textEnd = 2 }
  let g7 = false
  if (value.outcome !== undefined && value.outcome.networkJson !== '') { text += R45[textEnd] + value.outcome.networkJson; textEnd = 2; g7 = true }
  if (value.networkForwardedIp !== undefined) { if (isPlain) { text += (g7 ? R46 : R47)[textEnd] + value.networkForwardedIp; textEnd = 1 } else { text += (g7 ? R48 : R49)[textEnd] + quote(value.networkForwardedIp); textEnd = 2 }; g7 = true }
  if (value.networkBytes !== undefined) { text += (g7 ? R37 : R50)[textEnd] + value.networkBytes; textEnd = 2; g7 = true }
  if (g7) textEnd = CLOSING[textEnd]
  let g8 = false
  if (value.httpVersion !== undefined) { if (isPlain) { text += R51[textEnd] + value.httpVersion; textEnd = 1 } else { text += R52[textEnd] + quote(value.httpVersion); textEnd = 2 }; g8 = true }
  let g9 = false
  if (value.method !== undefined) { if (isPlain) { text += (g8 ? R53 : R54)[textEnd] + value.method; textEnd = 1 } else { text += (g8 ? R55 : R56)[textEnd] + quote(value.method); textEnd = 2 }; g8 = true; g9 = true }
  if (value.requestId !== undefined) { if (isPlain) { text += (g9 ? R57 : g8 ? R58 : R59)[textEnd] + value.requestId; textEnd = 1 } else { text += (g9 ? R60 : g8 ? R61 : R62)[textEnd] + quote(value.requestId); textEnd = 2 }; g8 = true; g9 = true }
  let g10 = false
  if (value.httpBytesReceived !== undefined) { text += (g9 ? R63 : g8 ? R64 : R65)[textEnd] + value.httpBytesReceived; textEnd = 2; g8 = true; g9 = true; g10 = true }
  if (g10) textEnd = CLOSING[textEnd]
  if (value.referrer !== undefined) { if (isPlain) { text += (g9 ? R66 : g8 ? R67 : R68)[textEnd] + value.referrer; textEnd = 1 } else { text += (g9 ? R69 : g8 ? R70 : R71)[textEnd] + quote(value.referrer); textEnd = 2 }; g8 = true; g9 = true }
  if (g9) textEnd = CLOSING[textEnd]
  let g11 = false
  if (value.httpStatusCode !== undefined) { text += (g8 ? R72 : R73)[textEnd] + value.httpStatusCode; textEnd = 2; g8 = true; g11 = true }
  let g12 = false
  if (value.httpBytesSent !== undefined) { text += (g11 ? R63 : g8 ? R74 : R75)[textEnd] + value.httpBytesSent; textEnd = 2; g8 = true; g11 = true; g12 = true }
  if (g12) textEnd = CLOSING[textEnd]
  if (g11) textEnd = CLOSING[textEnd]
  if (g8) textEnd = CLOSING[textEnd]
  let g13 = false
  if (value.urlOriginal !== undefined) { if (isPlain) { text += R76[textEnd] + value.urlOriginal; textEnd = 1 } else { text += R77[textEnd] + quote(value.urlOriginal); textEnd = 2 }; g13 = true }
  if (value.urlPath !== undefined) { if (isPlain) { text += (g13 ? R78 : R79)[textEnd] + value.urlPath; textEnd = 1 } else { text += (g13 ? R80 : R81)[textEnd] + quote(value.urlPath); textEnd = 2 }; g13 = true }
  if (value.urlQuery !== undefined) { if (isPlain) { text += (g13 ? R82 : R83)[textEnd] + value.urlQuery; textEnd = 1 } else { text += (g13 ? R84 : R85)[textEnd] + quote(value.urlQuery); textEnd = 2 }; g13 = true }
  if (value.authority !== undefined && value.authority.urlJson !== '') { text += (g13 ? R8 : R86)[textEnd] + value.authority.urlJson; textEnd = 2; g13 = true }
  if (value.urlScheme !== undefined) { if (isPlain) { text += (g13 ? R87 : R88)[textEnd] + value.urlScheme; textEnd = 1 } else { text += (g13 ? R89 : R90)[textEnd] + quote(value.urlScheme); textEnd = 2 }; g13 = true }
  if (g13) textEnd = CLOSING[textEnd]
  let g14 = false
  if (value.userAgent !== undefined) { if (isPlain) { text += R91[textEnd] + value.userAgent; textEnd = 1 } else { text += R92[textEnd] + quote(value.userAgent); textEnd = 2 }; g14 = true }
  if (g14) textEnd = CLOSING[textEnd]
  let g15 = false
  if (value.tlsVersion !== undefined) { if (isPlain) { text += R93[textEnd] + value.tlsVersion; textEnd = 1 } else { text += R94[textEnd] + quote(value.tlsVersion); textEnd = 2 }; g15 = true }
  if (value.tlsVersionProtocol !== undefined) { if (isPlain) { text += (g15 ? R95 : R96)[textEnd] + value.tlsVersionProtocol; textEnd = 1 } else { text += (g15 ? R97 : R98)[textEnd] + quote(value.tlsVersionProtocol); textEnd = 2 }; g15 = true }
  if (value.tlsCipher !== undefined) { if (isPlain) { text += (g15 ? R99 : R100)[textEnd] + value.tlsCipher; textEnd = 1 } else { text += (g15 ? R101 : R102)[textEnd] + quote(value.tlsCipher); textEnd = 2 }; g15 = true }
  let g16 = false
  if (value.requestedServerName !== undefined) { if (isPlain) { text += (g15 ? R103 : R104)[textEnd] + value.requestedServerName; textEnd = 1 } else { text += (g15 ? R105 : R106)[textEnd] + quote(value.requestedServerName); textEnd = 2 }; g15 = true; g16 = true }
  if (value.tlsClientSubject !== undefined) { if (isPlain) { text += (g16 ? R107 : g15 ? R108 : R109)[textEnd] + value.tlsClientSubject; textEnd = 1 } else { text += (g16 ? R110 : g15 ? R111 : R112)[textEnd] + quote(value.tlsClientSubject); textEnd = 2 }; g15 = true; g16 = true }
  let g17 = false
  if (value.downstreamPeerUriSan !== undefined) { text += (g16 ? R113 : g15 ? R114 : R115)[textEnd] + (isPlain ? bare(value.downstreamPeerUriSan) : quoteAll(value.downstreamPeerUriSan)); textEnd = 2; g15 = true; g16 = true; g17 = true }
  if (g17) textEnd = CLOSING[textEnd]
  if (g16) textEnd = CLOSING[textEnd]
  if (g15) textEnd = CLOSING[textEnd]
  let g18 = false
  if (value.traceId !== undefined) { if (isPlain) { text += R116[textEnd] + value.traceId; textEnd = 1 } else { text += R117[textEnd] + quote(value.traceId); textEnd = 2 }; g18 = true }
  if (g18) textEnd = CLOSING[textEnd]
  let g19 = false
  if (value.spanId !== undefined) { if (isPlain) { text += R118[textEnd] + value.spanId; textEnd = 1 } else { text += R119[textEnd] + quote(value.spanId); textEnd = 2 }; g19 = true }
  if (g19) textEnd = CLOSING[textEnd]
  let g20 = false
  if (value.relatedIp !== undefined) { text += R120[textEnd] + bare(value.relatedIp); textEnd = 2; g20 = true }
  if (g20) textEnd = CLOSING[textEnd]
  if (value.hop !== undefined && value.hop.serviceJson !== '') { text += R8[textEnd] + value.hop.serviceJson; textEnd = 2 }
  let g21 = false
  if (value.outcome !== undefined && value.outcome.envoyJson !== '') { text += R121[textEnd] + value.outcome.envoyJson; textEnd = 2; g21 = true }
  if (value.status !== undefined && value.status.envoyJson !== '') { text += (g21 ? R8 : R121)[textEnd] + value.status.envoyJson; textEnd = 2; g21 = true }
  if (value.connectionTerminationDetails !== undefined) { if (isPlain) { text += (g21 ? R122 : R123)[textEnd] + value.connectionTerminationDetails; textEnd = 1 } else { text += (g21 ? R124 : R125)[textEnd] + quote(value.connectionTerminationDetails); textEnd = 2 }; g21 = true }
  let g22 = false
  if (value.cluster !== undefined && value.cluster.upstreamJson !== '') { text += (g21 ? R126 : R127)[textEnd] + value.cluster.upstreamJson; textEnd = 2; g21 = true; g22 = true }
  if (value.upstreamHost !== undefined) { if (isPlain) { text += (g22 ? R128 : g21 ? R129 : R130)[textEnd] + value.upstreamHost; textEnd = 1 } else { text += (g22 ? R131 : g21 ? R132 : R133)[textEnd] + quote(value.upstreamHost); textEnd = 2 }; g21 = true; g22 = true }
  if (value.upstreamLocalAddress !== undefined) { if (isPlain) { text += (g22 ? R134 : g21 ? R135 : R136)[textEnd] + value.upstreamLocalAddress; textEnd = 1 } else { text += (g22 ? R137 : g21 ? R138 : R139)[textEnd] + quote(value.upstreamLocalAddress); textEnd = 2 }; g21 = true; g22 = true }
  if (value.upstreamTransportFailureReason !== undefined) { if (isPlain) { text += (g22 ? R140 : g21 ? R141 : R142)[textEnd] + value.upstreamTransportFailureReason; textEnd = 1 } else { text += (g22 ? R143 : g21 ? R144 : R145)[textEnd] + quote(value.upstreamTransportFailureReason); textEnd = 2 }; g21 = true; g22 = true }
  if (value.upstreamServiceTimeMs !== undefined) { text += (g22 ? R146 : g21 ? R147 : R148)[textEnd] + value.upstreamServiceTimeMs; textEnd = 2; g21 = true; g22 = true }
  if (value.upstreamAttemptCount !== undefined) { text += (g22 ? R149 : g21 ? R150 : R151)[textEnd] + value.upstreamAttemptCount; textEnd = 2; g21 = true; g22 = true }
  if (g22) textEnd = CLOSING[textEnd]
  let g23 = false
  if (value.downstreamLocalAddress !== undefined) { if (isPlain) { text += (g21 ? R152 : R153)[textEnd] + value.downstreamLocalAddress; textEnd = 1 } else { text += (g21 ? R154 : R155)[textEnd] + quote(value.downstreamLocalAddress); textEnd = 2 }; g21 = true; g23 = true }
  if (value.downstreamRemoteAddress !== undefined) { if (isPlain) { text += (g23 ? R156 : g21 ? R157 : R158)[textEnd] + value.downstreamRemoteAddress; textEnd = 1 } else { text += (g23 ? R159 : g21 ? R160 : R161)[textEnd] + quote(value.downstreamRemoteAddress); textEnd = 2 }; g21 = true; g23 = true }
  if (g23) textEnd = CLOSING[textEnd]
  if (value.routeName !== undefined) { if (isPlain) { text += (g21 ? R162 : R163)[textEnd] + value.routeName; textEnd = 1 } else { text += (g21 ? R164 : R165)[textEnd] + quote(value.routeName); textEnd = 2 }; g21 = true }
  let g24 = false
  if (value.routeKind !== undefined) { if (isPlain) { text += (g21 ? R166 : R167)[textEnd] + value.routeKind; textEnd = 1 } else { text += (g21 ? R168 : R169)[textEnd] + quote(value.routeKind); textEnd = 2 }; g21 = true; g24 = true }
  if (value.routeNamespace !== undefined) { if (isPlain) { text += (g24 ? R170 : g21 ? R171 : R172)[textEnd] + value.routeNamespace; textEnd = 1 } else { text += (g24 ? R5 : g21 ? R173 : R174)[textEnd] + quote(value.routeNamespace); textEnd = 2 }; g21 = true; g24 = true }
  if (value.routeObjectName !== undefined) { if (isPlain) { text += (g24 ? R175 : g21 ? R176 : R177)[textEnd] + value.routeObjectName; textEnd = 1 } else { text += (g24 ? R178 : g21 ? R179 : R180)[textEnd] + quote(value.routeObjectName); textEnd = 2 }; g21 = true; g24 = true }
  if (value.routeRule !== undefined) { if (isPlain) { text += (g24 ? R181 : g21 ? R182 : R183)[textEnd] + value.routeRule; textEnd = 1 } else { text += (g24 ? R184 : g21 ? R185 : R186)[textEnd] + quote(value.routeRule); textEnd = 2 }; g21 = true; g24 = true }
  if (g24) textEnd = CLOSING[textEnd]
  if (value.xForwardedFor !== undefined) { text += (g21 ? R187 : R188)[textEnd] + (isPlain ? bare(value.xForwardedFor) : quoteAll(value.xForwardedFor)); textEnd = 2; g21 = true }
  let g25 = false
  if (value.grpcStatus !== undefined) { if (isPlain) { text += (g21 ? R189 : R190)[textEnd] + value.grpcStatus; textEnd = 1 } else { text += (g21 ? R191 : R192)[textEnd] + quote(value.grpcStatus); textEnd = 2 }; g21 = true; g25 = true }
  if (value.grpcStatusCode !== undefined) { text += (g25 ? R193 : g21 ? R194 : R195)[textEnd] + value.grpcStatusCode; textEnd = 2; g21 = true; g25 = true }
  if (g25) textEnd = CLOSING[textEnd]
  let g26 = false
  if (value.policyNamespace !== undefined) { text += (g21 ? R196 : R197)[textEnd] + quote(value.policyNamespace); textEnd = 2; g21 = true; g26 = true }
  if (value.policyName !== undefined) { text += (g26 ? R178 : g21 ? R198 : R199)[textEnd] + quote(value.policyName); textEnd = 2; g21 = true; g26 = true }
  if (value.policyRule !== undefined) { text += (g26 ? R184 : g21 ? R200 : R201)[textEnd] + quote(value.policyRule); textEnd = 2; g21 = true; g26 = true }
  if (g26) textEnd = CLOSING[textEnd]
  if (value.hop !== undefined && value.hop.envoyJson !== '') { text += (g21 ? R8 : R121)[textEnd] + value.hop.envoyJson; textEnd = 2; g21 = true }
  if (value.logFormat !== undefined) { text += (g21 ? R202 : R203)[textEnd] + Q2(value.logFormat); textEnd = 2; g21 = true }
  if (value.ambiguous !== undefined) { text += (g21 ? R204 : R205)[textEnd] + value.ambiguous; textEnd = 2; g21 = true }
  if (value.truncated !== undefined) { text += (g21 ? R206 : R207)[textEnd] + value.truncated; textEnd = 2; g21 = true }
  if (value.sampleRate !== undefined) { text += (g21 ? R208 : R209)[textEnd] + value.sampleRate; textEnd = 2; g21 = true }
  if (value.extra !== undefined) { text += (g21 ? R210 : R211)[textEnd] + value.extra; textEnd = 2; g21 = true }
  if (value.originalBase64 !== undefined) { text += (g21 ? R212 : R213)[textEnd] + quote(value.originalBase64); textEnd = 2; g21 = true }
  let g27 = false
  if (value.lossBytes !== undefined) { text += (g21 ? R214 : R215)[textEnd] + value.lossBytes; textEnd = 2; g21 = true; g27 = true }
  if (value.lossSize !== undefined) { text += (g27 ? R216 : g21 ? R217 : R218)[textEnd] + value.lossSize; textEnd = 1; g21 = true; g27 = true }
  if (value.lossAfter !== undefined) { text += (g27 ? R219 : g21 ? R220 : R221)[textEnd] + value.lossAfter; textEnd = 1; g21 = true; g27 = true }
  if (value.lossBefore !== undefined) { text += (g27 ? R222 : g21 ? R223 : R224)[textEnd] + value.lossBefore; textEnd = 1; g21 = true; g27 = true }
  if (g27) textEnd = CLOSING[textEnd]
  if (g21) textEnd = CLOSING[textEnd]
  if (value.reporter !== undefined) { text += R8[textEnd] + value.reporter.json; textEnd = 2 }
  return '{' + text + ENDINGS_OF_OBJECT[textEnd]
}

function emptyOutcome(): OutcomeFields {
  return {
    dataset: undefined,
    eventCategory: undefined,
    eventType: undefined,
    eventOutcome: undefined,
    eventCode: undefined,
    eventReason: undefined,
    errorType: undefined,
    errorMessage: undefined,
    networkDirection: undefined,
    networkTransport: undefined,
    networkProtocol: undefined,
    responseFlags: undefined,
    responseFlagsRaw: undefined,
    responseFlagsLong: undefined,
    responseFlagsExplained: undefined,
    flagClass: undefined,
    direction: undefined,
    verdictResponder: undefined,
    verdictRule: undefined,
    verdictCause: undefined,
    verdictCutShort: undefined,
    verdictChecks: undefined,
  }
}

/** The part with its JSON. What `fields` leaves out is absent. */
export function makeOutcome(fields: Partial<OutcomeFields>): Outcome {
  const value = { ...emptyOutcome(), ...fields }
  let eventJson = ''
  let eventJsonEnd: End = 0
  eventJson += O0[eventJsonEnd] + 'event'; eventJsonEnd = 1
  eventJson += O1[eventJsonEnd] + 'envoy'; eventJsonEnd = 1
  if (value.dataset !== undefined) { eventJson += O2[eventJsonEnd] + quote(value.dataset); eventJsonEnd = 2 }
  if (value.eventCategory !== undefined) { eventJson += O3[eventJsonEnd] + quoteAll(value.eventCategory); eventJsonEnd = 2 }
  if (value.eventType !== undefined) { eventJson += O4[eventJsonEnd] + quoteAll(value.eventType); eventJsonEnd = 2 }
  if (value.eventOutcome !== undefined) { eventJson += O5[eventJsonEnd] + quote(value.eventOutcome); eventJsonEnd = 2 }
  if (value.eventCode !== undefined) { eventJson += O6[eventJsonEnd] + quote(value.eventCode); eventJsonEnd = 2 }
  if (value.eventReason !== undefined) { eventJson += O7[eventJsonEnd] + quote(value.eventReason); eventJsonEnd = 2 }
  eventJson += ENDINGS[eventJsonEnd]
  let errorJson = ''
  let errorJsonEnd: End = 0
  let g0 = false
  if (value.errorType !== undefined) { errorJson += O8[errorJsonEnd] + quote(value.errorType); errorJsonEnd = 2; g0 = true }
  if (value.errorMessage !== undefined) { errorJson += (g0 ? O9 : O10)[errorJsonEnd] + quote(value.errorMessage); errorJsonEnd = 2; g0 = true }
  if (g0) errorJsonEnd = CLOSING[errorJsonEnd]
  errorJson += ENDINGS[errorJsonEnd]
  let networkJson = ''
  let networkJsonEnd: End = 0
  if (value.networkDirection !== undefined) { networkJson += O11[networkJsonEnd] + quote(value.networkDirection); networkJsonEnd = 2 }
  if (value.networkTransport !== undefined) { networkJson += O12[networkJsonEnd] + quote(value.networkTransport); networkJsonEnd = 2 }
  if (value.networkProtocol !== undefined) { networkJson += O13[networkJsonEnd] + quote(value.networkProtocol); networkJsonEnd = 2 }
  networkJson += ENDINGS[networkJsonEnd]
  let envoyJson = ''
  let envoyJsonEnd: End = 0
  if (value.responseFlags !== undefined) { envoyJson += O14[envoyJsonEnd] + quoteAll(value.responseFlags); envoyJsonEnd = 2 }
  if (value.responseFlagsRaw !== undefined) { envoyJson += O15[envoyJsonEnd] + quote(value.responseFlagsRaw); envoyJsonEnd = 2 }
  if (value.responseFlagsLong !== undefined) { envoyJson += O16[envoyJsonEnd] + quoteAll(value.responseFlagsLong); envoyJsonEnd = 2 }
  if (value.responseFlagsExplained !== undefined) { envoyJson += O17[envoyJsonEnd] + quoteAll(value.responseFlagsExplained); envoyJsonEnd = 2 }
  if (value.flagClass !== undefined) { envoyJson += O18[envoyJsonEnd] + quote(value.flagClass); envoyJsonEnd = 2 }
  if (value.direction !== undefined) { envoyJson += O11[envoyJsonEnd] + quote(value.direction); envoyJsonEnd = 2 }
  let g1 = false
  if (value.verdictResponder !== undefined) { envoyJson += O19[envoyJsonEnd] + quote(value.verdictResponder); envoyJsonEnd = 2; g1 = true }
  if (value.verdictRule !== undefined) { envoyJson += (g1 ? O20 : O21)[envoyJsonEnd] + quote(value.verdictRule); envoyJsonEnd = 2; g1 = true }
  if (value.verdictCause !== undefined) { envoyJson += (g1 ? O22 : O23)[envoyJsonEnd] + quote(value.verdictCause); envoyJsonEnd = 2; g1 = true }
  if (value.verdictCutShort !== undefined) { envoyJson += (g1 ? O24 : O25)[envoyJsonEnd] + value.verdictCutShort; envoyJsonEnd = 2; g1 = true }
  if (value.verdictChecks !== undefined) { envoyJson += (g1 ? O26 : O27)[envoyJsonEnd] + quoteAll(value.verdictChecks); envoyJsonEnd = 2; g1 = true }
  if (g1) envoyJsonEnd = CLOSING[envoyJsonEnd]
  envoyJson += ENDINGS[envoyJsonEnd]
  return { ...value, eventJson: flat(eventJson), errorJson: flat(errorJson), networkJson: flat(networkJson), envoyJson: flat(envoyJson) }
}

function emptyHop(): HopFields {
  return {
    destinationDomain: undefined,
    serviceName: undefined,
    serviceNodeName: undefined,
    serviceOriginName: undefined,
    serviceTargetName: undefined,
    mtls: undefined,
    source: undefined,
    destination: undefined,
    workloads: undefined,
  }
}

/** The part with its JSON. What `fields` leaves out is absent. */
export function makeHop(fields: Partial<HopFields>): Hop {
  const value = { ...emptyHop(), ...fields }
  let destinationJson = ''
  let destinationJsonEnd: End = 0
  if (value.destinationDomain !== undefined) { destinationJson += H0[destinationJsonEnd] + quote(value.destinationDomain); destinationJsonEnd = 2 }
  destinationJson += ENDINGS[destinationJsonEnd]
  let serviceJson = ''
  let serviceJsonEnd: End = 0
  let g0 = false
  if (value.serviceName !== undefined) { serviceJson += H1[serviceJsonEnd] + quote(value.serviceName); serviceJsonEnd = 2; g0 = true }
  let g1 = false
  if (value.serviceNodeName !== undefined) { serviceJson += (g0 ? H2 : H3)[serviceJsonEnd] + quote(value.serviceNodeName); serviceJsonEnd = 2; g0 = true; g1 = true }
  if (g1) serviceJsonEnd = CLOSING[serviceJsonEnd]
  let g2 = false
  if (value.serviceOriginName !== undefined) { serviceJson += (g0 ? H4 : H5)[serviceJsonEnd] + quote(value.serviceOriginName); serviceJsonEnd = 2; g0 = true; g2 = true }
  if (g2) serviceJsonEnd = CLOSING[serviceJsonEnd]
  let g3 = false
  if (value.serviceTargetName !== undefined) { serviceJson += (g0 ? H6 : H7)[serviceJsonEnd] + quote(value.serviceTargetName); serviceJsonEnd = 2; g0 = true; g3 = true }
  if (g3) serviceJsonEnd = CLOSING[serviceJsonEnd]
  if (g0) serviceJsonEnd = CLOSING[serviceJsonEnd]
  serviceJson += ENDINGS[serviceJsonEnd]
  let envoyJson = ''
  let envoyJsonEnd: End = 0
  if (value.mtls !== undefined) { envoyJson += H8[envoyJsonEnd] + value.mtls; envoyJsonEnd = 2 }
  if (value.source !== undefined) { envoyJson += H9[envoyJsonEnd] + value.source.json; envoyJsonEnd = 2 }
  if (value.destination !== undefined) { envoyJson += H10[envoyJsonEnd] + value.destination.json; envoyJsonEnd = 2 }
  if (value.workloads !== undefined) { envoyJson += H11[envoyJsonEnd] + quoteAll(value.workloads); envoyJsonEnd = 2 }
  envoyJson += ENDINGS[envoyJsonEnd]
  return { ...value, destinationJson: flat(destinationJson), serviceJson: flat(serviceJson), envoyJson: flat(envoyJson) }
}

function emptyTarget(): TargetFields {
  return {
    destinationAddress: undefined,
    destinationIp: undefined,
    destinationPort: undefined,
  }
}

/** The part with its JSON. What `fields` leaves out is absent. */
export function makeTarget(fields: Partial<TargetFields>): Target {
  const value = { ...emptyTarget(), ...fields }
  let destinationJson = ''
  let destinationJsonEnd: End = 0
  if (value.destinationAddress !== undefined) { destinationJson += T0[destinationJsonEnd] + quote(value.destinationAddress); destinationJsonEnd = 2 }
  if (value.destinationIp !== undefined) { destinationJson += T1[destinationJsonEnd] + quote(value.destinationIp); destinationJsonEnd = 2 }
  if (value.destinationPort !== undefined) { destinationJson += T2[destinationJsonEnd] + value.destinationPort; destinationJsonEnd = 2 }
  destinationJson += ENDINGS[destinationJsonEnd]
  return { ...value, destinationJson: flat(destinationJson) }
}

function emptyAuthority(): AuthorityFields {
  return {
    serverAddress: undefined,
    serverPort: undefined,
    urlDomain: undefined,
    urlPort: undefined,
  }
}

/** The part with its JSON. What `fields` leaves out is absent. */
export function makeAuthority(fields: Partial<AuthorityFields>): Authority {
  const value = { ...emptyAuthority(), ...fields }
  let serverJson = ''
  let serverJsonEnd: End = 0
  let g0 = false
  if (value.serverAddress !== undefined) { serverJson += A0[serverJsonEnd] + quote(value.serverAddress); serverJsonEnd = 2; g0 = true }
  if (value.serverPort !== undefined) { serverJson += (g0 ? A1 : A2)[serverJsonEnd] + value.serverPort; serverJsonEnd = 2; g0 = true }
  if (g0) serverJsonEnd = CLOSING[serverJsonEnd]
  serverJson += ENDINGS[serverJsonEnd]
  let urlJson = ''
  let urlJsonEnd: End = 0
  if (value.urlDomain !== undefined) { urlJson += A3[urlJsonEnd] + quote(value.urlDomain); urlJsonEnd = 2 }
  if (value.urlPort !== undefined) { urlJson += A1[urlJsonEnd] + value.urlPort; urlJsonEnd = 2 }
  urlJson += ENDINGS[urlJsonEnd]
  return { ...value, serverJson: flat(serverJson), urlJson: flat(urlJson) }
}

function emptyStatus(): StatusFields {
  return {
    responseCode: undefined,
    responseCodeDetails: undefined,
    responseCodeDetailsText: undefined,
  }
}

/** The part with its JSON. What `fields` leaves out is absent. */
export function makeStatus(fields: Partial<StatusFields>): Status {
  const value = { ...emptyStatus(), ...fields }
  let envoyJson = ''
  let envoyJsonEnd: End = 0
  if (value.responseCode !== undefined) { envoyJson += S0[envoyJsonEnd] + value.responseCode; envoyJsonEnd = 2 }
  if (value.responseCodeDetails !== undefined) { envoyJson += S1[envoyJsonEnd] + quote(value.responseCodeDetails); envoyJsonEnd = 2 }
  if (value.responseCodeDetailsText !== undefined) { envoyJson += S2[envoyJsonEnd] + quote(value.responseCodeDetailsText); envoyJsonEnd = 2 }
  envoyJson += ENDINGS[envoyJsonEnd]
  return { ...value, envoyJson: flat(envoyJson) }
}

function emptyCluster(): ClusterFields {
  return {
    upstreamCluster: undefined,
    clusterDirection: undefined,
    clusterPort: undefined,
    clusterSubset: undefined,
    clusterFqdn: undefined,
  }
}

/** The part with its JSON. What `fields` leaves out is absent. */
export function makeCluster(fields: Partial<ClusterFields>): Cluster {
  const value = { ...emptyCluster(), ...fields }
  let upstreamJson = ''
  let upstreamJsonEnd: End = 0
  if (value.upstreamCluster !== undefined) { upstreamJson += C0[upstreamJsonEnd] + quote(value.upstreamCluster); upstreamJsonEnd = 2 }
  let g0 = false
  if (value.clusterDirection !== undefined) { upstreamJson += C1[upstreamJsonEnd] + quote(value.clusterDirection); upstreamJsonEnd = 2; g0 = true }
  if (value.clusterPort !== undefined) { upstreamJson += (g0 ? C2 : C3)[upstreamJsonEnd] + value.clusterPort; upstreamJsonEnd = 2; g0 = true }
  if (value.clusterSubset !== undefined) { upstreamJson += (g0 ? C4 : C5)[upstreamJsonEnd] + quote(value.clusterSubset); upstreamJsonEnd = 2; g0 = true }
  if (value.clusterFqdn !== undefined) { upstreamJson += (g0 ? C6 : C7)[upstreamJsonEnd] + quote(value.clusterFqdn); upstreamJsonEnd = 2; g0 = true }
  if (g0) upstreamJsonEnd = CLOSING[upstreamJsonEnd]
  upstreamJson += ENDINGS[upstreamJsonEnd]
  return { ...value, upstreamJson: flat(upstreamJson) }
}

/** The reporter's members of a document, without braces. */
export function encodeReporter(value: ReporterFields): string {
  let text = ''
  let textEnd: End = 0
  let g0 = false
  text += P0[textEnd] + 'proxy'; textEnd = 1; g0 = true
  if (value.observerProduct !== undefined) { text += (g0 ? P1 : P2)[textEnd] + quote(value.observerProduct); textEnd = 2; g0 = true }
  if (value.observerVendor !== undefined) { text += (g0 ? P3 : P4)[textEnd] + quote(value.observerVendor); textEnd = 2; g0 = true }
  if (value.observerVersion !== undefined) { text += (g0 ? P5 : P6)[textEnd] + quote(value.observerVersion); textEnd = 2; g0 = true }
  if (value.observerName !== undefined) { text += (g0 ? P7 : P8)[textEnd] + quote(value.observerName); textEnd = 2; g0 = true }
  if (g0) textEnd = CLOSING[textEnd]
  let g1 = false
  if (value.hostName !== undefined) { text += P9[textEnd] + quote(value.hostName); textEnd = 2; g1 = true }
  if (g1) textEnd = CLOSING[textEnd]
  let g2 = false
  if (value.orchestratorType !== undefined) { text += P10[textEnd] + quote(value.orchestratorType); textEnd = 2; g2 = true }
  let g3 = false
  if (value.clusterName !== undefined) { text += (g2 ? P11 : P12)[textEnd] + quote(value.clusterName); textEnd = 2; g2 = true; g3 = true }
  if (g3) textEnd = CLOSING[textEnd]
  if (g2) textEnd = CLOSING[textEnd]
  let g4 = false
  let g5 = false
  if (value.podName !== undefined) { text += P13[textEnd] + quote(value.podName); textEnd = 2; g4 = true; g5 = true }
  if (value.podUid !== undefined) { text += (g5 ? P14 : g4 ? P15 : P16)[textEnd] + quote(value.podUid); textEnd = 2; g4 = true; g5 = true }
  if (value.podIp !== undefined) { text += (g5 ? P17 : g4 ? P18 : P19)[textEnd] + quote(value.podIp); textEnd = 2; g4 = true; g5 = true }
  if (g5) textEnd = CLOSING[textEnd]
  if (value.namespace !== undefined) { text += (g4 ? P20 : P21)[textEnd] + quote(value.namespace); textEnd = 2; g4 = true }
  let g6 = false
  if (value.nodeName !== undefined) { text += (g4 ? P22 : P23)[textEnd] + quote(value.nodeName); textEnd = 2; g4 = true; g6 = true }
  if (g6) textEnd = CLOSING[textEnd]
  let g7 = false
  if (value.containerName !== undefined) { text += (g4 ? P24 : P25)[textEnd] + quote(value.containerName); textEnd = 2; g4 = true; g7 = true }
  if (g7) textEnd = CLOSING[textEnd]
  let g8 = false
  if (value.deploymentName !== undefined) { text += (g4 ? P26 : P27)[textEnd] + quote(value.deploymentName); textEnd = 2; g4 = true; g8 = true }
  if (g8) textEnd = CLOSING[textEnd]
  if (value.podLabels !== undefined) { text += (g4 ? P28 : P29)[textEnd] + value.podLabels; textEnd = 2; g4 = true }
  if (value.namespaceLabels !== undefined) { text += (g4 ? P30 : P31)[textEnd] + value.namespaceLabels; textEnd = 2; g4 = true }
  if (g4) textEnd = CLOSING[textEnd]
  if (value.staticLabels !== undefined) { text += P28[textEnd] + value.staticLabels; textEnd = 2 }
  let g9 = false
  text += P32[textEnd] + '9.0.0'; textEnd = 1; g9 = true
  if (g9) textEnd = CLOSING[textEnd]
  return flat(text + ENDINGS[textEnd])
}

/** The JSON object of one end of a hop. */
export function encodeEndpoint(value: EndpointFields): JsonText {
  let text = ''
  let textEnd: End = 0
  if (value.kind !== undefined) { text += E0[textEnd] + quote(value.kind); textEnd = 2 }
  if (value.pod !== undefined) { text += E1[textEnd] + quote(value.pod); textEnd = 2 }
  if (value.podUid !== undefined) { text += E2[textEnd] + quote(value.podUid); textEnd = 2 }
  if (value.namespace !== undefined) { text += E3[textEnd] + quote(value.namespace); textEnd = 2 }
  if (value.node !== undefined) { text += E4[textEnd] + quote(value.node); textEnd = 2 }
  if (value.zone !== undefined) { text += E5[textEnd] + quote(value.zone); textEnd = 2 }
  if (value.cluster !== undefined) { text += E6[textEnd] + quote(value.cluster); textEnd = 2 }
  if (value.workload !== undefined) { text += E7[textEnd] + quote(value.workload); textEnd = 2 }
  if (value.workloadKind !== undefined) { text += E8[textEnd] + quote(value.workloadKind); textEnd = 2 }
  if (value.service !== undefined) { text += E9[textEnd] + quote(value.service); textEnd = 2 }
  if (value.method !== undefined) { text += E10[textEnd] + quote(value.method); textEnd = 2 }
  if (value.confidence !== undefined) { text += E11[textEnd] + quote(value.confidence); textEnd = 2 }
  if (value.reason !== undefined) { text += E12[textEnd] + quote(value.reason); textEnd = 2 }
  if (value.podState !== undefined) { text += E13[textEnd] + quote(value.podState); textEnd = 2 }
  if (value.podStateMs !== undefined) { text += E14[textEnd] + value.podStateMs; textEnd = 2 }
  if (value.labels !== undefined) { text += E15[textEnd] + value.labels; textEnd = 2 }
  if (value.serviceLabels !== undefined) { text += E16[textEnd] + value.serviceLabels; textEnd = 2 }
  return flat('{' + text + ENDINGS_OF_OBJECT[textEnd])
}
