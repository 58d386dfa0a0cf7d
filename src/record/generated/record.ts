// Generated from src/record/fields.ts by `npm run generate`. Do not edit.
import type { JsonText } from '../field.ts'
import { bare, flat, quote, quoteAll } from '../quote.ts'

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
  /** Outbound and gateway: the chosen endpoint; inbound: this pod; else the address that was dialled, so that failures without an endpoint have one. `%UPSTREAM_HOST%` */
  destinationAddress: string | undefined
  /** The same, where it is an IP address. `%UPSTREAM_HOST%` */
  destinationIp: string | undefined
  /** Port of the same address. `%UPSTREAM_HOST%` */
  destinationPort: number | undefined
  /** TCP: bytes sent back to the peer. `%BYTES_SENT%` */
  destinationBytes: number | undefined
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
  /** Status as logged: 0 when nothing was answered or the line is not HTTP. `%RESPONSE_CODE%` */
  responseCode: number | undefined
  /** Details up to the first bracket: a bounded set that can be counted. `%RESPONSE_CODE_DETAILS%` */
  responseCodeDetails: string | undefined
  /** The whole details text. `%RESPONSE_CODE_DETAILS%` */
  responseCodeDetailsText: string | undefined
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
  /** The proxy that wrote the line. */
  reporter: Reporter | undefined
  /** What kind of line it is and what happened. */
  outcome: Outcome | undefined
  /** Who talked to whom. */
  hop: Hop | undefined
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
  /** `failure` for HTTP with status 400 or above, status 0, a gRPC status other than OK, an error flag or a refusing verdict; for TCP with an error flag; `success` otherwise. */
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
  /** starting, ready, not_ready, terminating, restarted or gone, at the time of the line. */
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
    destinationAddress: undefined,
    destinationIp: undefined,
    destinationPort: undefined,
    destinationBytes: undefined,
    clientAddress: undefined,
    clientIp: undefined,
    serverAddress: undefined,
    serverPort: undefined,
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
    responseCode: undefined,
    responseCodeDetails: undefined,
    responseCodeDetailsText: undefined,
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
    reporter: undefined,
    outcome: undefined,
    hop: undefined,
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

/** How a text ends that is being built: it is empty, with an open text, or with a closed value. */
type End = 0 | 1 | 2

function endsOpen(end: End): boolean {
  return end === 1
}

// What stands before a member: by what came before it, which is nothing, an open text, or a closed value.
const R0 = ['"@timestamp":', '","@timestamp":', ',"@timestamp":'] as const
const R1 = ['"@timestamp":"', '","@timestamp":"', ',"@timestamp":"'] as const
const R2 = ['"type":', '","type":', ',"type":'] as const
const R3 = ['"dataset":', '","dataset":', ',"dataset":'] as const
const R4 = ['"namespace":', '","namespace":', ',"namespace":'] as const
const R5 = ['"data_stream":{', '","data_stream":{', ',"data_stream":{'] as const
const R6 = ['"id":"', '","id":"', ',"id":"'] as const
const R7 = ['', '",', ','] as const
const R8 = ['"duration":', '","duration":', ',"duration":'] as const
const R9 = ['"created":', '","created":', ',"created":'] as const
const R10 = ['"end":', '","end":', ',"end":'] as const
const R11 = ['"end":"', '","end":"', ',"end":"'] as const
const R12 = ['"original":', '","original":', ',"original":'] as const
const R13 = ['"event":{', '","event":{', ',"event":{'] as const
const R14 = ['"level":', '","level":', ',"level":'] as const
const R15 = ['"logger":', '","logger":', ',"logger":'] as const
const R16 = ['"path":', '","path":', ',"path":'] as const
const R17 = ['"file":{', '","file":{', ',"file":{'] as const
const R18 = ['"offset":', '","offset":', ',"offset":'] as const
const R19 = ['"log":{', '","log":{', ',"log":{'] as const
const R20 = ['"message":', '","message":', ',"message":'] as const
const R21 = ['"stream":', '","stream":', ',"stream":'] as const
const R22 = ['"address":', '","address":', ',"address":'] as const
const R23 = ['"address":"', '","address":"', ',"address":"'] as const
const R24 = ['"ip":', '","ip":', ',"ip":'] as const
const R25 = ['"ip":"', '","ip":"', ',"ip":"'] as const
const R26 = ['"port":', '","port":', ',"port":'] as const
const R27 = ['"bytes":', '","bytes":', ',"bytes":'] as const
const R28 = ['"source":{', '","source":{', ',"source":{'] as const
const R29 = ['"address":', '","address":', ',"address":'] as const
const R30 = ['"address":"', '","address":"', ',"address":"'] as const
const R31 = ['"ip":', '","ip":', ',"ip":'] as const
const R32 = ['"ip":"', '","ip":"', ',"ip":"'] as const
const R33 = ['"port":', '","port":', ',"port":'] as const
const R34 = ['"bytes":', '","bytes":', ',"bytes":'] as const
const R35 = ['"destination":{', '","destination":{', ',"destination":{'] as const
const R36 = ['"address":', '","address":', ',"address":'] as const
const R37 = ['"address":"', '","address":"', ',"address":"'] as const
const R38 = ['"ip":', '","ip":', ',"ip":'] as const
const R39 = ['"ip":"', '","ip":"', ',"ip":"'] as const
const R40 = ['"client":{', '","client":{', ',"client":{'] as const
const R41 = ['"address":', '","address":', ',"address":'] as const
const R42 = ['"address":"', '","address":"', ',"address":"'] as const
const R43 = ['"port":', '","port":', ',"port":'] as const
const R44 = ['"server":{', '","server":{', ',"server":{'] as const
const R45 = ['"forwarded_ip":', '","forwarded_ip":', ',"forwarded_ip":'] as const
const R46 = ['"forwarded_ip":"', '","forwarded_ip":"', ',"forwarded_ip":"'] as const
const R47 = ['"bytes":', '","bytes":', ',"bytes":'] as const
const R48 = ['"network":{', '","network":{', ',"network":{'] as const
const R49 = ['"version":', '","version":', ',"version":'] as const
const R50 = ['"version":"', '","version":"', ',"version":"'] as const
const R51 = ['"method":', '","method":', ',"method":'] as const
const R52 = ['"method":"', '","method":"', ',"method":"'] as const
const R53 = ['"id":', '","id":', ',"id":'] as const
const R54 = ['"id":"', '","id":"', ',"id":"'] as const
const R55 = ['"bytes":', '","bytes":', ',"bytes":'] as const
const R56 = ['"body":{', '","body":{', ',"body":{'] as const
const R57 = ['"referrer":', '","referrer":', ',"referrer":'] as const
const R58 = ['"referrer":"', '","referrer":"', ',"referrer":"'] as const
const R59 = ['"request":{', '","request":{', ',"request":{'] as const
const R60 = ['"status_code":', '","status_code":', ',"status_code":'] as const
const R61 = ['"bytes":', '","bytes":', ',"bytes":'] as const
const R62 = ['"body":{', '","body":{', ',"body":{'] as const
const R63 = ['"response":{', '","response":{', ',"response":{'] as const
const R64 = ['"http":{', '","http":{', ',"http":{'] as const
const R65 = ['"original":', '","original":', ',"original":'] as const
const R66 = ['"original":"', '","original":"', ',"original":"'] as const
const R67 = ['"path":', '","path":', ',"path":'] as const
const R68 = ['"path":"', '","path":"', ',"path":"'] as const
const R69 = ['"query":', '","query":', ',"query":'] as const
const R70 = ['"query":"', '","query":"', ',"query":"'] as const
const R71 = ['"domain":', '","domain":', ',"domain":'] as const
const R72 = ['"domain":"', '","domain":"', ',"domain":"'] as const
const R73 = ['"port":', '","port":', ',"port":'] as const
const R74 = ['"scheme":', '","scheme":', ',"scheme":'] as const
const R75 = ['"scheme":"', '","scheme":"', ',"scheme":"'] as const
const R76 = ['"url":{', '","url":{', ',"url":{'] as const
const R77 = ['"original":', '","original":', ',"original":'] as const
const R78 = ['"original":"', '","original":"', ',"original":"'] as const
const R79 = ['"user_agent":{', '","user_agent":{', ',"user_agent":{'] as const
const R80 = ['"version":', '","version":', ',"version":'] as const
const R81 = ['"version":"', '","version":"', ',"version":"'] as const
const R82 = ['"version_protocol":', '","version_protocol":', ',"version_protocol":'] as const
const R83 = ['"version_protocol":"', '","version_protocol":"', ',"version_protocol":"'] as const
const R84 = ['"cipher":', '","cipher":', ',"cipher":'] as const
const R85 = ['"cipher":"', '","cipher":"', ',"cipher":"'] as const
const R86 = ['"server_name":', '","server_name":', ',"server_name":'] as const
const R87 = ['"server_name":"', '","server_name":"', ',"server_name":"'] as const
const R88 = ['"subject":', '","subject":', ',"subject":'] as const
const R89 = ['"subject":"', '","subject":"', ',"subject":"'] as const
const R90 = ['"alternative_names":', '","alternative_names":', ',"alternative_names":'] as const
const R91 = ['"x509":{', '","x509":{', ',"x509":{'] as const
const R92 = ['"client":{', '","client":{', ',"client":{'] as const
const R93 = ['"tls":{', '","tls":{', ',"tls":{'] as const
const R94 = ['"id":', '","id":', ',"id":'] as const
const R95 = ['"id":"', '","id":"', ',"id":"'] as const
const R96 = ['"trace":{', '","trace":{', ',"trace":{'] as const
const R97 = ['"id":', '","id":', ',"id":'] as const
const R98 = ['"id":"', '","id":"', ',"id":"'] as const
const R99 = ['"span":{', '","span":{', ',"span":{'] as const
const R100 = ['"ip":', '","ip":', ',"ip":'] as const
const R101 = ['"related":{', '","related":{', ',"related":{'] as const
const R102 = ['"response_code":', '","response_code":', ',"response_code":'] as const
const R103 = ['"response_code_details":', '","response_code_details":', ',"response_code_details":'] as const
const R104 = ['"response_code_details":"', '","response_code_details":"', ',"response_code_details":"'] as const
const R105 = ['"response_code_details_text":', '","response_code_details_text":', ',"response_code_details_text":'] as const
const R106 = ['"response_code_details_text":"', '","response_code_details_text":"', ',"response_code_details_text":"'] as const
const R107 = ['"connection_termination_details":', '","connection_termination_details":', ',"connection_termination_details":'] as const
const R108 = ['"connection_termination_details":"', '","connection_termination_details":"', ',"connection_termination_details":"'] as const
const R109 = ['"host":', '","host":', ',"host":'] as const
const R110 = ['"host":"', '","host":"', ',"host":"'] as const
const R111 = ['"local_address":', '","local_address":', ',"local_address":'] as const
const R112 = ['"local_address":"', '","local_address":"', ',"local_address":"'] as const
const R113 = ['"transport_failure_reason":', '","transport_failure_reason":', ',"transport_failure_reason":'] as const
const R114 = ['"transport_failure_reason":"', '","transport_failure_reason":"', ',"transport_failure_reason":"'] as const
const R115 = ['"service_time_ms":', '","service_time_ms":', ',"service_time_ms":'] as const
const R116 = ['"attempt_count":', '","attempt_count":', ',"attempt_count":'] as const
const R117 = ['"upstream":{', '","upstream":{', ',"upstream":{'] as const
const R118 = ['"local_address":', '","local_address":', ',"local_address":'] as const
const R119 = ['"local_address":"', '","local_address":"', ',"local_address":"'] as const
const R120 = ['"remote_address":', '","remote_address":', ',"remote_address":'] as const
const R121 = ['"remote_address":"', '","remote_address":"', ',"remote_address":"'] as const
const R122 = ['"downstream":{', '","downstream":{', ',"downstream":{'] as const
const R123 = ['"route_name":', '","route_name":', ',"route_name":'] as const
const R124 = ['"route_name":"', '","route_name":"', ',"route_name":"'] as const
const R125 = ['"kind":', '","kind":', ',"kind":'] as const
const R126 = ['"kind":"', '","kind":"', ',"kind":"'] as const
const R127 = ['"namespace":', '","namespace":', ',"namespace":'] as const
const R128 = ['"namespace":"', '","namespace":"', ',"namespace":"'] as const
const R129 = ['"name":', '","name":', ',"name":'] as const
const R130 = ['"name":"', '","name":"', ',"name":"'] as const
const R131 = ['"rule":', '","rule":', ',"rule":'] as const
const R132 = ['"rule":"', '","rule":"', ',"rule":"'] as const
const R133 = ['"route":{', '","route":{', ',"route":{'] as const
const R134 = ['"x_forwarded_for":', '","x_forwarded_for":', ',"x_forwarded_for":'] as const
const R135 = ['"status":', '","status":', ',"status":'] as const
const R136 = ['"status":"', '","status":"', ',"status":"'] as const
const R137 = ['"status_code":', '","status_code":', ',"status_code":'] as const
const R138 = ['"grpc":{', '","grpc":{', ',"grpc":{'] as const
const R139 = ['"namespace":', '","namespace":', ',"namespace":'] as const
const R140 = ['"name":', '","name":', ',"name":'] as const
const R141 = ['"rule":', '","rule":', ',"rule":'] as const
const R142 = ['"policy":{', '","policy":{', ',"policy":{'] as const
const R143 = ['"log_format":', '","log_format":', ',"log_format":'] as const
const R144 = ['"ambiguous":', '","ambiguous":', ',"ambiguous":'] as const
const R145 = ['"truncated":', '","truncated":', ',"truncated":'] as const
const R146 = ['"sample_rate":', '","sample_rate":', ',"sample_rate":'] as const
const R147 = ['"extra":', '","extra":', ',"extra":'] as const
const R148 = ['"original_base64":', '","original_base64":', ',"original_base64":'] as const
const R149 = ['"envoy":{', '","envoy":{', ',"envoy":{'] as const
const P0 = ['"type":"', '","type":"', ',"type":"'] as const
const P1 = ['"product":', '","product":', ',"product":'] as const
const P2 = ['"vendor":', '","vendor":', ',"vendor":'] as const
const P3 = ['"version":', '","version":', ',"version":'] as const
const P4 = ['"name":', '","name":', ',"name":'] as const
const P5 = ['"observer":{', '","observer":{', ',"observer":{'] as const
const P6 = ['"name":', '","name":', ',"name":'] as const
const P7 = ['"host":{', '","host":{', ',"host":{'] as const
const P8 = ['"type":', '","type":', ',"type":'] as const
const P9 = ['"name":', '","name":', ',"name":'] as const
const P10 = ['"cluster":{', '","cluster":{', ',"cluster":{'] as const
const P11 = ['"orchestrator":{', '","orchestrator":{', ',"orchestrator":{'] as const
const P12 = ['"name":', '","name":', ',"name":'] as const
const P13 = ['"uid":', '","uid":', ',"uid":'] as const
const P14 = ['"ip":', '","ip":', ',"ip":'] as const
const P15 = ['"pod":{', '","pod":{', ',"pod":{'] as const
const P16 = ['"namespace":', '","namespace":', ',"namespace":'] as const
const P17 = ['"name":', '","name":', ',"name":'] as const
const P18 = ['"node":{', '","node":{', ',"node":{'] as const
const P19 = ['"name":', '","name":', ',"name":'] as const
const P20 = ['"container":{', '","container":{', ',"container":{'] as const
const P21 = ['"name":', '","name":', ',"name":'] as const
const P22 = ['"deployment":{', '","deployment":{', ',"deployment":{'] as const
const P23 = ['"labels":', '","labels":', ',"labels":'] as const
const P24 = ['"kubernetes":{', '","kubernetes":{', ',"kubernetes":{'] as const
const P25 = ['"labels":', '","labels":', ',"labels":'] as const
const P26 = ['"version":"', '","version":"', ',"version":"'] as const
const P27 = ['"ecs":{', '","ecs":{', ',"ecs":{'] as const
const E0 = ['"kind":', '","kind":', ',"kind":'] as const
const E1 = ['"pod":', '","pod":', ',"pod":'] as const
const E2 = ['"pod_uid":', '","pod_uid":', ',"pod_uid":'] as const
const E3 = ['"namespace":', '","namespace":', ',"namespace":'] as const
const E4 = ['"node":', '","node":', ',"node":'] as const
const E5 = ['"zone":', '","zone":', ',"zone":'] as const
const E6 = ['"cluster":', '","cluster":', ',"cluster":'] as const
const E7 = ['"workload":', '","workload":', ',"workload":'] as const
const E8 = ['"workload_kind":', '","workload_kind":', ',"workload_kind":'] as const
const E9 = ['"service":', '","service":', ',"service":'] as const
const E10 = ['"method":', '","method":', ',"method":'] as const
const E11 = ['"confidence":', '","confidence":', ',"confidence":'] as const
const E12 = ['"reason":', '","reason":', ',"reason":'] as const
const E13 = ['"pod_state":', '","pod_state":', ',"pod_state":'] as const
const E14 = ['"pod_state_ms":', '","pod_state_ms":', ',"pod_state_ms":'] as const
const E15 = ['"labels":', '","labels":', ',"labels":'] as const
const E16 = ['"service_labels":', '","service_labels":', ',"service_labels":'] as const
const O0 = ['"kind":"', '","kind":"', ',"kind":"'] as const
const O1 = ['"module":"', '","module":"', ',"module":"'] as const
const O2 = ['"dataset":', '","dataset":', ',"dataset":'] as const
const O3 = ['"category":', '","category":', ',"category":'] as const
const O4 = ['"type":', '","type":', ',"type":'] as const
const O5 = ['"outcome":', '","outcome":', ',"outcome":'] as const
const O6 = ['"code":', '","code":', ',"code":'] as const
const O7 = ['"reason":', '","reason":', ',"reason":'] as const
const O8 = ['"type":', '","type":', ',"type":'] as const
const O9 = ['"message":', '","message":', ',"message":'] as const
const O10 = ['"error":{', '","error":{', ',"error":{'] as const
const O11 = ['"direction":', '","direction":', ',"direction":'] as const
const O12 = ['"transport":', '","transport":', ',"transport":'] as const
const O13 = ['"protocol":', '","protocol":', ',"protocol":'] as const
const O14 = ['"response_flags":', '","response_flags":', ',"response_flags":'] as const
const O15 = ['"response_flags_raw":', '","response_flags_raw":', ',"response_flags_raw":'] as const
const O16 = ['"response_flags_long":', '","response_flags_long":', ',"response_flags_long":'] as const
const O17 = ['"response_flags_explained":', '","response_flags_explained":', ',"response_flags_explained":'] as const
const O18 = ['"flag_class":', '","flag_class":', ',"flag_class":'] as const
const O19 = ['"direction":', '","direction":', ',"direction":'] as const
const O20 = ['"responder":', '","responder":', ',"responder":'] as const
const O21 = ['"rule":', '","rule":', ',"rule":'] as const
const O22 = ['"cause":', '","cause":', ',"cause":'] as const
const O23 = ['"cut_short":', '","cut_short":', ',"cut_short":'] as const
const O24 = ['"checks":', '","checks":', ',"checks":'] as const
const O25 = ['"verdict":{', '","verdict":{', ',"verdict":{'] as const
const H0 = ['"domain":', '","domain":', ',"domain":'] as const
const H1 = ['"name":', '","name":', ',"name":'] as const
const H2 = ['"name":', '","name":', ',"name":'] as const
const H3 = ['"node":{', '","node":{', ',"node":{'] as const
const H4 = ['"name":', '","name":', ',"name":'] as const
const H5 = ['"origin":{', '","origin":{', ',"origin":{'] as const
const H6 = ['"name":', '","name":', ',"name":'] as const
const H7 = ['"target":{', '","target":{', ',"target":{'] as const
const H8 = ['"service":{', '","service":{', ',"service":{'] as const
const H9 = ['"mtls":', '","mtls":', ',"mtls":'] as const
const H10 = ['"source":', '","source":', ',"source":'] as const
const H11 = ['"destination":', '","destination":', ',"destination":'] as const
const H12 = ['"workloads":', '","workloads":', ',"workloads":'] as const
const C0 = ['"cluster":', '","cluster":', ',"cluster":'] as const
const C1 = ['"direction":', '","direction":', ',"direction":'] as const
const C2 = ['"port":', '","port":', ',"port":'] as const
const C3 = ['"subset":', '","subset":', ',"subset":'] as const
const C4 = ['"fqdn":', '","fqdn":', ',"fqdn":'] as const
const C5 = ['"cluster_parts":{', '","cluster_parts":{', ',"cluster_parts":{'] as const

/**
 * The document of a record: one JSON object, fields in the order of the table, absent fields left out.
 * `isPlain`: no part of the line needs escaping in JSON.
 */
export function encodeRecord(value: LogRecord, isPlain: boolean): string {
  let g0 = ''
  let g0End: End = 0
  if (value.timestamp !== undefined) {
    if (isPlain) { g0 += R1[g0End] + value.timestamp; g0End = 1 } else { g0 += R0[g0End] + quote(value.timestamp); g0End = 2 }
  }
  let g1 = ''
  let g1End: End = 0
  if (value.dataStreamType !== undefined) { g1 += R2[g1End] + quote(value.dataStreamType); g1End = 2 }
  if (value.dataStreamDataset !== undefined) { g1 += R3[g1End] + quote(value.dataStreamDataset); g1End = 2 }
  if (value.dataStreamNamespace !== undefined) { g1 += R4[g1End] + quote(value.dataStreamNamespace); g1End = 2 }
  if (g1 !== '') {
    g0 += R5[g0End] + g1 + (endsOpen(g1End) ? '"}' : '}')
    g0End = 2
  }
  let g2 = ''
  let g2End: End = 0
  if (value.eventId !== undefined) { g2 += R6[g2End] + value.eventId; g2End = 1 }
  if (value.outcome !== undefined && value.outcome.eventJson !== '') {
    g2 += R7[g2End] + value.outcome.eventJson
    g2End = 2
  }
  if (value.eventDurationNs !== undefined) { g2 += R8[g2End] + value.eventDurationNs; g2End = 2 }
  if (value.eventCreated !== undefined) { g2 += R9[g2End] + quote(value.eventCreated); g2End = 2 }
  if (value.eventEnd !== undefined) {
    if (isPlain) { g2 += R11[g2End] + value.eventEnd; g2End = 1 } else { g2 += R10[g2End] + quote(value.eventEnd); g2End = 2 }
  }
  if (value.eventOriginal !== undefined) { g2 += R12[g2End] + quote(value.eventOriginal); g2End = 2 }
  if (g2 !== '') {
    g0 += R13[g0End] + g2 + (endsOpen(g2End) ? '"}' : '}')
    g0End = 2
  }
  if (value.outcome !== undefined && value.outcome.errorJson !== '') {
    g0 += R7[g0End] + value.outcome.errorJson
    g0End = 2
  }
  let g3 = ''
  let g3End: End = 0
  if (value.logLevel !== undefined) { g3 += R14[g3End] + quote(value.logLevel); g3End = 2 }
  if (value.logLogger !== undefined) { g3 += R15[g3End] + quote(value.logLogger); g3End = 2 }
  let g4 = ''
  let g4End: End = 0
  if (value.logFilePath !== undefined) { g4 += R16[g4End] + quote(value.logFilePath); g4End = 2 }
  if (g4 !== '') {
    g3 += R17[g3End] + g4 + (endsOpen(g4End) ? '"}' : '}')
    g3End = 2
  }
  if (value.logOffset !== undefined) { g3 += R18[g3End] + value.logOffset; g3End = 2 }
  if (g3 !== '') {
    g0 += R19[g0End] + g3 + (endsOpen(g3End) ? '"}' : '}')
    g0End = 2
  }
  if (value.message !== undefined) { g0 += R20[g0End] + quote(value.message); g0End = 2 }
  if (value.stream !== undefined) { g0 += R21[g0End] + quote(value.stream); g0End = 2 }
  let g5 = ''
  let g5End: End = 0
  if (value.sourceAddress !== undefined) {
    if (isPlain) { g5 += R23[g5End] + value.sourceAddress; g5End = 1 } else { g5 += R22[g5End] + quote(value.sourceAddress); g5End = 2 }
  }
  if (value.sourceIp !== undefined) {
    if (isPlain) { g5 += R25[g5End] + value.sourceIp; g5End = 1 } else { g5 += R24[g5End] + quote(value.sourceIp); g5End = 2 }
  }
  if (value.sourcePort !== undefined) { g5 += R26[g5End] + value.sourcePort; g5End = 2 }
  if (value.sourceBytes !== undefined) { g5 += R27[g5End] + value.sourceBytes; g5End = 2 }
  if (g5 !== '') {
    g0 += R28[g0End] + g5 + (endsOpen(g5End) ? '"}' : '}')
    g0End = 2
  }
  let g6 = ''
  let g6End: End = 0
  if (value.destinationAddress !== undefined) {
    if (isPlain) { g6 += R30[g6End] + value.destinationAddress; g6End = 1 } else { g6 += R29[g6End] + quote(value.destinationAddress); g6End = 2 }
  }
  if (value.destinationIp !== undefined) {
    if (isPlain) { g6 += R32[g6End] + value.destinationIp; g6End = 1 } else { g6 += R31[g6End] + quote(value.destinationIp); g6End = 2 }
  }
  if (value.destinationPort !== undefined) { g6 += R33[g6End] + value.destinationPort; g6End = 2 }
  if (value.destinationBytes !== undefined) { g6 += R34[g6End] + value.destinationBytes; g6End = 2 }
  if (value.hop !== undefined && value.hop.destinationJson !== '') {
    g6 += R7[g6End] + value.hop.destinationJson
    g6End = 2
  }
  if (g6 !== '') {
    g0 += R35[g0End] + g6 + (endsOpen(g6End) ? '"}' : '}')
    g0End = 2
  }
  let g7 = ''
  let g7End: End = 0
  if (value.clientAddress !== undefined) {
    if (isPlain) { g7 += R37[g7End] + value.clientAddress; g7End = 1 } else { g7 += R36[g7End] + quote(value.clientAddress); g7End = 2 }
  }
  if (value.clientIp !== undefined) {
    if (isPlain) { g7 += R39[g7End] + value.clientIp; g7End = 1 } else { g7 += R38[g7End] + quote(value.clientIp); g7End = 2 }
  }
  if (g7 !== '') {
    g0 += R40[g0End] + g7 + (endsOpen(g7End) ? '"}' : '}')
    g0End = 2
  }
  let g8 = ''
  let g8End: End = 0
  if (value.serverAddress !== undefined) {
    if (isPlain) { g8 += R42[g8End] + value.serverAddress; g8End = 1 } else { g8 += R41[g8End] + quote(value.serverAddress); g8End = 2 }
  }
  if (value.serverPort !== undefined) { g8 += R43[g8End] + value.serverPort; g8End = 2 }
  if (g8 !== '') {
    g0 += R44[g0End] + g8 + (endsOpen(g8End) ? '"}' : '}')
    g0End = 2
  }
  let g9 = ''
  let g9End: End = 0
  if (value.outcome !== undefined && value.outcome.networkJson !== '') {
    g9 += R7[g9End] + value.outcome.networkJson
    g9End = 2
  }
  if (value.networkForwardedIp !== undefined) {
    if (isPlain) { g9 += R46[g9End] + value.networkForwardedIp; g9End = 1 } else { g9 += R45[g9End] + quote(value.networkForwardedIp); g9End = 2 }
  }
  if (value.networkBytes !== undefined) { g9 += R47[g9End] + value.networkBytes; g9End = 2 }
  if (g9 !== '') {
    g0 += R48[g0End] + g9 + (endsOpen(g9End) ? '"}' : '}')
    g0End = 2
  }
  let g10 = ''
  let g10End: End = 0
  if (value.httpVersion !== undefined) {
    if (isPlain) { g10 += R50[g10End] + value.httpVersion; g10End = 1 } else { g10 += R49[g10End] + quote(value.httpVersion); g10End = 2 }
  }
  let g11 = ''
  let g11End: End = 0
  if (value.method !== undefined) {
    if (isPlain) { g11 += R52[g11End] + value.method; g11End = 1 } else { g11 += R51[g11End] + quote(value.method); g11End = 2 }
  }
  if (value.requestId !== undefined) {
    if (isPlain) { g11 += R54[g11End] + value.requestId; g11End = 1 } else { g11 += R53[g11End] + quote(value.requestId); g11End = 2 }
  }
  let g12 = ''
  let g12End: End = 0
  if (value.httpBytesReceived !== undefined) { g12 += R55[g12End] + value.httpBytesReceived; g12End = 2 }
  if (g12 !== '') {
    g11 += R56[g11End] + g12 + (endsOpen(g12End) ? '"}' : '}')
    g11End = 2
  }
  if (value.referrer !== undefined) {
    if (isPlain) { g11 += R58[g11End] + value.referrer; g11End = 1 } else { g11 += R57[g11End] + quote(value.referrer); g11End = 2 }
  }
  if (g11 !== '') {
    g10 += R59[g10End] + g11 + (endsOpen(g11End) ? '"}' : '}')
    g10End = 2
  }
  let g13 = ''
  let g13End: End = 0
  if (value.httpStatusCode !== undefined) { g13 += R60[g13End] + value.httpStatusCode; g13End = 2 }
  let g14 = ''
  let g14End: End = 0
  if (value.httpBytesSent !== undefined) { g14 += R61[g14End] + value.httpBytesSent; g14End = 2 }
  if (g14 !== '') {
    g13 += R62[g13End] + g14 + (endsOpen(g14End) ? '"}' : '}')
    g13End = 2
  }
  if (g13 !== '') {
    g10 += R63[g10End] + g13 + (endsOpen(g13End) ? '"}' : '}')
    g10End = 2
  }
  if (g10 !== '') {
    g0 += R64[g0End] + g10 + (endsOpen(g10End) ? '"}' : '}')
    g0End = 2
  }
  let g15 = ''
  let g15End: End = 0
  if (value.urlOriginal !== undefined) {
    if (isPlain) { g15 += R66[g15End] + value.urlOriginal; g15End = 1 } else { g15 += R65[g15End] + quote(value.urlOriginal); g15End = 2 }
  }
  if (value.urlPath !== undefined) {
    if (isPlain) { g15 += R68[g15End] + value.urlPath; g15End = 1 } else { g15 += R67[g15End] + quote(value.urlPath); g15End = 2 }
  }
  if (value.urlQuery !== undefined) {
    if (isPlain) { g15 += R70[g15End] + value.urlQuery; g15End = 1 } else { g15 += R69[g15End] + quote(value.urlQuery); g15End = 2 }
  }
  if (value.urlDomain !== undefined) {
    if (isPlain) { g15 += R72[g15End] + value.urlDomain; g15End = 1 } else { g15 += R71[g15End] + quote(value.urlDomain); g15End = 2 }
  }
  if (value.urlPort !== undefined) { g15 += R73[g15End] + value.urlPort; g15End = 2 }
  if (value.urlScheme !== undefined) {
    if (isPlain) { g15 += R75[g15End] + value.urlScheme; g15End = 1 } else { g15 += R74[g15End] + quote(value.urlScheme); g15End = 2 }
  }
  if (g15 !== '') {
    g0 += R76[g0End] + g15 + (endsOpen(g15End) ? '"}' : '}')
    g0End = 2
  }
  let g16 = ''
  let g16End: End = 0
  if (value.userAgent !== undefined) {
    if (isPlain) { g16 += R78[g16End] + value.userAgent; g16End = 1 } else { g16 += R77[g16End] + quote(value.userAgent); g16End = 2 }
  }
  if (g16 !== '') {
    g0 += R79[g0End] + g16 + (endsOpen(g16End) ? '"}' : '}')
    g0End = 2
  }
  let g17 = ''
  let g17End: End = 0
  if (value.tlsVersion !== undefined) {
    if (isPlain) { g17 += R81[g17End] + value.tlsVersion; g17End = 1 } else { g17 += R80[g17End] + quote(value.tlsVersion); g17End = 2 }
  }
  if (value.tlsVersionProtocol !== undefined) {
    if (isPlain) { g17 += R83[g17End] + value.tlsVersionProtocol; g17End = 1 } else { g17 += R82[g17End] + quote(value.tlsVersionProtocol); g17End = 2 }
  }
  if (value.tlsCipher !== undefined) {
    if (isPlain) { g17 += R85[g17End] + value.tlsCipher; g17End = 1 } else { g17 += R84[g17End] + quote(value.tlsCipher); g17End = 2 }
  }
  let g18 = ''
  let g18End: End = 0
  if (value.requestedServerName !== undefined) {
    if (isPlain) { g18 += R87[g18End] + value.requestedServerName; g18End = 1 } else { g18 += R86[g18End] + quote(value.requestedServerName); g18End = 2 }
  }
  if (value.tlsClientSubject !== undefined) {
    if (isPlain) { g18 += R89[g18End] + value.tlsClientSubject; g18End = 1 } else { g18 += R88[g18End] + quote(value.tlsClientSubject); g18End = 2 }
  }
  let g19 = ''
  let g19End: End = 0
  if (value.downstreamPeerUriSan !== undefined) { g19 += R90[g19End] + (isPlain ? bare(value.downstreamPeerUriSan) : quoteAll(value.downstreamPeerUriSan)); g19End = 2 }
  if (g19 !== '') {
    g18 += R91[g18End] + g19 + (endsOpen(g19End) ? '"}' : '}')
    g18End = 2
  }
  if (g18 !== '') {
    g17 += R92[g17End] + g18 + (endsOpen(g18End) ? '"}' : '}')
    g17End = 2
  }
  if (g17 !== '') {
    g0 += R93[g0End] + g17 + (endsOpen(g17End) ? '"}' : '}')
    g0End = 2
  }
  let g20 = ''
  let g20End: End = 0
  if (value.traceId !== undefined) {
    if (isPlain) { g20 += R95[g20End] + value.traceId; g20End = 1 } else { g20 += R94[g20End] + quote(value.traceId); g20End = 2 }
  }
  if (g20 !== '') {
    g0 += R96[g0End] + g20 + (endsOpen(g20End) ? '"}' : '}')
    g0End = 2
  }
  let g21 = ''
  let g21End: End = 0
  if (value.spanId !== undefined) {
    if (isPlain) { g21 += R98[g21End] + value.spanId; g21End = 1 } else { g21 += R97[g21End] + quote(value.spanId); g21End = 2 }
  }
  if (g21 !== '') {
    g0 += R99[g0End] + g21 + (endsOpen(g21End) ? '"}' : '}')
    g0End = 2
  }
  let g22 = ''
  let g22End: End = 0
  if (value.relatedIp !== undefined) { g22 += R100[g22End] + bare(value.relatedIp); g22End = 2 }
  if (g22 !== '') {
    g0 += R101[g0End] + g22 + (endsOpen(g22End) ? '"}' : '}')
    g0End = 2
  }
  if (value.hop !== undefined && value.hop.serviceJson !== '') {
    g0 += R7[g0End] + value.hop.serviceJson
    g0End = 2
  }
  let g23 = ''
  let g23End: End = 0
  if (value.outcome !== undefined && value.outcome.envoyJson !== '') {
    g23 += R7[g23End] + value.outcome.envoyJson
    g23End = 2
  }
  if (value.responseCode !== undefined) { g23 += R102[g23End] + value.responseCode; g23End = 2 }
  if (value.responseCodeDetails !== undefined) {
    if (isPlain) { g23 += R104[g23End] + value.responseCodeDetails; g23End = 1 } else { g23 += R103[g23End] + quote(value.responseCodeDetails); g23End = 2 }
  }
  if (value.responseCodeDetailsText !== undefined) {
    if (isPlain) { g23 += R106[g23End] + value.responseCodeDetailsText; g23End = 1 } else { g23 += R105[g23End] + quote(value.responseCodeDetailsText); g23End = 2 }
  }
  if (value.connectionTerminationDetails !== undefined) {
    if (isPlain) { g23 += R108[g23End] + value.connectionTerminationDetails; g23End = 1 } else { g23 += R107[g23End] + quote(value.connectionTerminationDetails); g23End = 2 }
  }
  let g24 = ''
  let g24End: End = 0
  if (value.cluster !== undefined && value.cluster.upstreamJson !== '') {
    g24 += R7[g24End] + value.cluster.upstreamJson
    g24End = 2
  }
  if (value.upstreamHost !== undefined) {
    if (isPlain) { g24 += R110[g24End] + value.upstreamHost; g24End = 1 } else { g24 += R109[g24End] + quote(value.upstreamHost); g24End = 2 }
  }
  if (value.upstreamLocalAddress !== undefined) {
    if (isPlain) { g24 += R112[g24End] + value.upstreamLocalAddress; g24End = 1 } else { g24 += R111[g24End] + quote(value.upstreamLocalAddress); g24End = 2 }
  }
  if (value.upstreamTransportFailureReason !== undefined) {
    if (isPlain) { g24 += R114[g24End] + value.upstreamTransportFailureReason; g24End = 1 } else { g24 += R113[g24End] + quote(value.upstreamTransportFailureReason); g24End = 2 }
  }
  if (value.upstreamServiceTimeMs !== undefined) { g24 += R115[g24End] + value.upstreamServiceTimeMs; g24End = 2 }
  if (value.upstreamAttemptCount !== undefined) { g24 += R116[g24End] + value.upstreamAttemptCount; g24End = 2 }
  if (g24 !== '') {
    g23 += R117[g23End] + g24 + (endsOpen(g24End) ? '"}' : '}')
    g23End = 2
  }
  let g25 = ''
  let g25End: End = 0
  if (value.downstreamLocalAddress !== undefined) {
    if (isPlain) { g25 += R119[g25End] + value.downstreamLocalAddress; g25End = 1 } else { g25 += R118[g25End] + quote(value.downstreamLocalAddress); g25End = 2 }
  }
  if (value.downstreamRemoteAddress !== undefined) {
    if (isPlain) { g25 += R121[g25End] + value.downstreamRemoteAddress; g25End = 1 } else { g25 += R120[g25End] + quote(value.downstreamRemoteAddress); g25End = 2 }
  }
  if (g25 !== '') {
    g23 += R122[g23End] + g25 + (endsOpen(g25End) ? '"}' : '}')
    g23End = 2
  }
  if (value.routeName !== undefined) {
    if (isPlain) { g23 += R124[g23End] + value.routeName; g23End = 1 } else { g23 += R123[g23End] + quote(value.routeName); g23End = 2 }
  }
  let g26 = ''
  let g26End: End = 0
  if (value.routeKind !== undefined) {
    if (isPlain) { g26 += R126[g26End] + value.routeKind; g26End = 1 } else { g26 += R125[g26End] + quote(value.routeKind); g26End = 2 }
  }
  if (value.routeNamespace !== undefined) {
    if (isPlain) { g26 += R128[g26End] + value.routeNamespace; g26End = 1 } else { g26 += R127[g26End] + quote(value.routeNamespace); g26End = 2 }
  }
  if (value.routeObjectName !== undefined) {
    if (isPlain) { g26 += R130[g26End] + value.routeObjectName; g26End = 1 } else { g26 += R129[g26End] + quote(value.routeObjectName); g26End = 2 }
  }
  if (value.routeRule !== undefined) {
    if (isPlain) { g26 += R132[g26End] + value.routeRule; g26End = 1 } else { g26 += R131[g26End] + quote(value.routeRule); g26End = 2 }
  }
  if (g26 !== '') {
    g23 += R133[g23End] + g26 + (endsOpen(g26End) ? '"}' : '}')
    g23End = 2
  }
  if (value.xForwardedFor !== undefined) { g23 += R134[g23End] + (isPlain ? bare(value.xForwardedFor) : quoteAll(value.xForwardedFor)); g23End = 2 }
  let g27 = ''
  let g27End: End = 0
  if (value.grpcStatus !== undefined) {
    if (isPlain) { g27 += R136[g27End] + value.grpcStatus; g27End = 1 } else { g27 += R135[g27End] + quote(value.grpcStatus); g27End = 2 }
  }
  if (value.grpcStatusCode !== undefined) { g27 += R137[g27End] + value.grpcStatusCode; g27End = 2 }
  if (g27 !== '') {
    g23 += R138[g23End] + g27 + (endsOpen(g27End) ? '"}' : '}')
    g23End = 2
  }
  let g28 = ''
  let g28End: End = 0
  if (value.policyNamespace !== undefined) { g28 += R139[g28End] + quote(value.policyNamespace); g28End = 2 }
  if (value.policyName !== undefined) { g28 += R140[g28End] + quote(value.policyName); g28End = 2 }
  if (value.policyRule !== undefined) { g28 += R141[g28End] + quote(value.policyRule); g28End = 2 }
  if (g28 !== '') {
    g23 += R142[g23End] + g28 + (endsOpen(g28End) ? '"}' : '}')
    g23End = 2
  }
  if (value.hop !== undefined && value.hop.envoyJson !== '') {
    g23 += R7[g23End] + value.hop.envoyJson
    g23End = 2
  }
  if (value.logFormat !== undefined) { g23 += R143[g23End] + quote(value.logFormat); g23End = 2 }
  if (value.ambiguous !== undefined) { g23 += R144[g23End] + value.ambiguous; g23End = 2 }
  if (value.truncated !== undefined) { g23 += R145[g23End] + value.truncated; g23End = 2 }
  if (value.sampleRate !== undefined) { g23 += R146[g23End] + value.sampleRate; g23End = 2 }
  if (value.extra !== undefined) { g23 += R147[g23End] + value.extra; g23End = 2 }
  if (value.originalBase64 !== undefined) { g23 += R148[g23End] + quote(value.originalBase64); g23End = 2 }
  if (g23 !== '') {
    g0 += R149[g0End] + g23 + (endsOpen(g23End) ? '"}' : '}')
    g0End = 2
  }
  if (value.reporter !== undefined) { g0 += R7[g0End] + value.reporter.json; g0End = 2 }
  g0 += (endsOpen(g0End) ? '"' : '')
  return '{' + g0 + '}'
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
  eventJson += (endsOpen(eventJsonEnd) ? '"' : '')
  let errorJson = ''
  let errorJsonEnd: End = 0
  let g0 = ''
  let g0End: End = 0
  if (value.errorType !== undefined) { g0 += O8[g0End] + quote(value.errorType); g0End = 2 }
  if (value.errorMessage !== undefined) { g0 += O9[g0End] + quote(value.errorMessage); g0End = 2 }
  if (g0 !== '') {
    errorJson += O10[errorJsonEnd] + g0 + (endsOpen(g0End) ? '"}' : '}')
    errorJsonEnd = 2
  }
  errorJson += (endsOpen(errorJsonEnd) ? '"' : '')
  let networkJson = ''
  let networkJsonEnd: End = 0
  if (value.networkDirection !== undefined) { networkJson += O11[networkJsonEnd] + quote(value.networkDirection); networkJsonEnd = 2 }
  if (value.networkTransport !== undefined) { networkJson += O12[networkJsonEnd] + quote(value.networkTransport); networkJsonEnd = 2 }
  if (value.networkProtocol !== undefined) { networkJson += O13[networkJsonEnd] + quote(value.networkProtocol); networkJsonEnd = 2 }
  networkJson += (endsOpen(networkJsonEnd) ? '"' : '')
  let envoyJson = ''
  let envoyJsonEnd: End = 0
  if (value.responseFlags !== undefined) { envoyJson += O14[envoyJsonEnd] + quoteAll(value.responseFlags); envoyJsonEnd = 2 }
  if (value.responseFlagsRaw !== undefined) { envoyJson += O15[envoyJsonEnd] + quote(value.responseFlagsRaw); envoyJsonEnd = 2 }
  if (value.responseFlagsLong !== undefined) { envoyJson += O16[envoyJsonEnd] + quoteAll(value.responseFlagsLong); envoyJsonEnd = 2 }
  if (value.responseFlagsExplained !== undefined) { envoyJson += O17[envoyJsonEnd] + quoteAll(value.responseFlagsExplained); envoyJsonEnd = 2 }
  if (value.flagClass !== undefined) { envoyJson += O18[envoyJsonEnd] + quote(value.flagClass); envoyJsonEnd = 2 }
  if (value.direction !== undefined) { envoyJson += O19[envoyJsonEnd] + quote(value.direction); envoyJsonEnd = 2 }
  let g1 = ''
  let g1End: End = 0
  if (value.verdictResponder !== undefined) { g1 += O20[g1End] + quote(value.verdictResponder); g1End = 2 }
  if (value.verdictRule !== undefined) { g1 += O21[g1End] + quote(value.verdictRule); g1End = 2 }
  if (value.verdictCause !== undefined) { g1 += O22[g1End] + quote(value.verdictCause); g1End = 2 }
  if (value.verdictCutShort !== undefined) { g1 += O23[g1End] + value.verdictCutShort; g1End = 2 }
  if (value.verdictChecks !== undefined) { g1 += O24[g1End] + quoteAll(value.verdictChecks); g1End = 2 }
  if (g1 !== '') {
    envoyJson += O25[envoyJsonEnd] + g1 + (endsOpen(g1End) ? '"}' : '}')
    envoyJsonEnd = 2
  }
  envoyJson += (endsOpen(envoyJsonEnd) ? '"' : '')
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
  destinationJson += (endsOpen(destinationJsonEnd) ? '"' : '')
  let serviceJson = ''
  let serviceJsonEnd: End = 0
  let g0 = ''
  let g0End: End = 0
  if (value.serviceName !== undefined) { g0 += H1[g0End] + quote(value.serviceName); g0End = 2 }
  let g1 = ''
  let g1End: End = 0
  if (value.serviceNodeName !== undefined) { g1 += H2[g1End] + quote(value.serviceNodeName); g1End = 2 }
  if (g1 !== '') {
    g0 += H3[g0End] + g1 + (endsOpen(g1End) ? '"}' : '}')
    g0End = 2
  }
  let g2 = ''
  let g2End: End = 0
  if (value.serviceOriginName !== undefined) { g2 += H4[g2End] + quote(value.serviceOriginName); g2End = 2 }
  if (g2 !== '') {
    g0 += H5[g0End] + g2 + (endsOpen(g2End) ? '"}' : '}')
    g0End = 2
  }
  let g3 = ''
  let g3End: End = 0
  if (value.serviceTargetName !== undefined) { g3 += H6[g3End] + quote(value.serviceTargetName); g3End = 2 }
  if (g3 !== '') {
    g0 += H7[g0End] + g3 + (endsOpen(g3End) ? '"}' : '}')
    g0End = 2
  }
  if (g0 !== '') {
    serviceJson += H8[serviceJsonEnd] + g0 + (endsOpen(g0End) ? '"}' : '}')
    serviceJsonEnd = 2
  }
  serviceJson += (endsOpen(serviceJsonEnd) ? '"' : '')
  let envoyJson = ''
  let envoyJsonEnd: End = 0
  if (value.mtls !== undefined) { envoyJson += H9[envoyJsonEnd] + value.mtls; envoyJsonEnd = 2 }
  if (value.source !== undefined) { envoyJson += H10[envoyJsonEnd] + value.source.json; envoyJsonEnd = 2 }
  if (value.destination !== undefined) { envoyJson += H11[envoyJsonEnd] + value.destination.json; envoyJsonEnd = 2 }
  if (value.workloads !== undefined) { envoyJson += H12[envoyJsonEnd] + quoteAll(value.workloads); envoyJsonEnd = 2 }
  envoyJson += (endsOpen(envoyJsonEnd) ? '"' : '')
  return { ...value, destinationJson: flat(destinationJson), serviceJson: flat(serviceJson), envoyJson: flat(envoyJson) }
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
  let g0 = ''
  let g0End: End = 0
  if (value.clusterDirection !== undefined) { g0 += C1[g0End] + quote(value.clusterDirection); g0End = 2 }
  if (value.clusterPort !== undefined) { g0 += C2[g0End] + value.clusterPort; g0End = 2 }
  if (value.clusterSubset !== undefined) { g0 += C3[g0End] + quote(value.clusterSubset); g0End = 2 }
  if (value.clusterFqdn !== undefined) { g0 += C4[g0End] + quote(value.clusterFqdn); g0End = 2 }
  if (g0 !== '') {
    upstreamJson += C5[upstreamJsonEnd] + g0 + (endsOpen(g0End) ? '"}' : '}')
    upstreamJsonEnd = 2
  }
  upstreamJson += (endsOpen(upstreamJsonEnd) ? '"' : '')
  return { ...value, upstreamJson: flat(upstreamJson) }
}

/** The reporter's members of a document, without braces. */
export function encodeReporter(value: ReporterFields): string {
  let g0 = ''
  let g0End: End = 0
  let g1 = ''
  let g1End: End = 0
  g1 += P0[g1End] + 'proxy'; g1End = 1
  if (value.observerProduct !== undefined) { g1 += P1[g1End] + quote(value.observerProduct); g1End = 2 }
  if (value.observerVendor !== undefined) { g1 += P2[g1End] + quote(value.observerVendor); g1End = 2 }
  if (value.observerVersion !== undefined) { g1 += P3[g1End] + quote(value.observerVersion); g1End = 2 }
  if (value.observerName !== undefined) { g1 += P4[g1End] + quote(value.observerName); g1End = 2 }
  if (g1 !== '') {
    g0 += P5[g0End] + g1 + (endsOpen(g1End) ? '"}' : '}')
    g0End = 2
  }
  let g2 = ''
  let g2End: End = 0
  if (value.hostName !== undefined) { g2 += P6[g2End] + quote(value.hostName); g2End = 2 }
  if (g2 !== '') {
    g0 += P7[g0End] + g2 + (endsOpen(g2End) ? '"}' : '}')
    g0End = 2
  }
  let g3 = ''
  let g3End: End = 0
  if (value.orchestratorType !== undefined) { g3 += P8[g3End] + quote(value.orchestratorType); g3End = 2 }
  let g4 = ''
  let g4End: End = 0
  if (value.clusterName !== undefined) { g4 += P9[g4End] + quote(value.clusterName); g4End = 2 }
  if (g4 !== '') {
    g3 += P10[g3End] + g4 + (endsOpen(g4End) ? '"}' : '}')
    g3End = 2
  }
  if (g3 !== '') {
    g0 += P11[g0End] + g3 + (endsOpen(g3End) ? '"}' : '}')
    g0End = 2
  }
  let g5 = ''
  let g5End: End = 0
  let g6 = ''
  let g6End: End = 0
  if (value.podName !== undefined) { g6 += P12[g6End] + quote(value.podName); g6End = 2 }
  if (value.podUid !== undefined) { g6 += P13[g6End] + quote(value.podUid); g6End = 2 }
  if (value.podIp !== undefined) { g6 += P14[g6End] + quote(value.podIp); g6End = 2 }
  if (g6 !== '') {
    g5 += P15[g5End] + g6 + (endsOpen(g6End) ? '"}' : '}')
    g5End = 2
  }
  if (value.namespace !== undefined) { g5 += P16[g5End] + quote(value.namespace); g5End = 2 }
  let g7 = ''
  let g7End: End = 0
  if (value.nodeName !== undefined) { g7 += P17[g7End] + quote(value.nodeName); g7End = 2 }
  if (g7 !== '') {
    g5 += P18[g5End] + g7 + (endsOpen(g7End) ? '"}' : '}')
    g5End = 2
  }
  let g8 = ''
  let g8End: End = 0
  if (value.containerName !== undefined) { g8 += P19[g8End] + quote(value.containerName); g8End = 2 }
  if (g8 !== '') {
    g5 += P20[g5End] + g8 + (endsOpen(g8End) ? '"}' : '}')
    g5End = 2
  }
  let g9 = ''
  let g9End: End = 0
  if (value.deploymentName !== undefined) { g9 += P21[g9End] + quote(value.deploymentName); g9End = 2 }
  if (g9 !== '') {
    g5 += P22[g5End] + g9 + (endsOpen(g9End) ? '"}' : '}')
    g5End = 2
  }
  if (value.podLabels !== undefined) { g5 += P23[g5End] + value.podLabels; g5End = 2 }
  if (g5 !== '') {
    g0 += P24[g0End] + g5 + (endsOpen(g5End) ? '"}' : '}')
    g0End = 2
  }
  if (value.staticLabels !== undefined) { g0 += P25[g0End] + value.staticLabels; g0End = 2 }
  let g10 = ''
  let g10End: End = 0
  g10 += P26[g10End] + '9.0.0'; g10End = 1
  if (g10 !== '') {
    g0 += P27[g0End] + g10 + (endsOpen(g10End) ? '"}' : '}')
    g0End = 2
  }
  g0 += (endsOpen(g0End) ? '"' : '')
  return flat(g0)
}

/** The JSON object of one end of a hop. */
export function encodeEndpoint(value: EndpointFields): JsonText {
  let g0 = ''
  let g0End: End = 0
  if (value.kind !== undefined) { g0 += E0[g0End] + quote(value.kind); g0End = 2 }
  if (value.pod !== undefined) { g0 += E1[g0End] + quote(value.pod); g0End = 2 }
  if (value.podUid !== undefined) { g0 += E2[g0End] + quote(value.podUid); g0End = 2 }
  if (value.namespace !== undefined) { g0 += E3[g0End] + quote(value.namespace); g0End = 2 }
  if (value.node !== undefined) { g0 += E4[g0End] + quote(value.node); g0End = 2 }
  if (value.zone !== undefined) { g0 += E5[g0End] + quote(value.zone); g0End = 2 }
  if (value.cluster !== undefined) { g0 += E6[g0End] + quote(value.cluster); g0End = 2 }
  if (value.workload !== undefined) { g0 += E7[g0End] + quote(value.workload); g0End = 2 }
  if (value.workloadKind !== undefined) { g0 += E8[g0End] + quote(value.workloadKind); g0End = 2 }
  if (value.service !== undefined) { g0 += E9[g0End] + quote(value.service); g0End = 2 }
  if (value.method !== undefined) { g0 += E10[g0End] + quote(value.method); g0End = 2 }
  if (value.confidence !== undefined) { g0 += E11[g0End] + quote(value.confidence); g0End = 2 }
  if (value.reason !== undefined) { g0 += E12[g0End] + quote(value.reason); g0End = 2 }
  if (value.podState !== undefined) { g0 += E13[g0End] + quote(value.podState); g0End = 2 }
  if (value.podStateMs !== undefined) { g0 += E14[g0End] + value.podStateMs; g0End = 2 }
  if (value.labels !== undefined) { g0 += E15[g0End] + value.labels; g0End = 2 }
  if (value.serviceLabels !== undefined) { g0 += E16[g0End] + value.serviceLabels; g0End = 2 }
  g0 += (endsOpen(g0End) ? '"' : '')
  return flat('{' + g0 + '}')
}
