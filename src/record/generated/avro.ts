// Generated from src/record/fields.ts by `npm run generate`. Do not edit.
import { AvroParts } from '../avro-parts.ts'
import { AvroWriter } from '../avro-writer.ts'
import type { Authority, Cluster, EndpointFields, Hop, LogRecord, Outcome, Reporter, ReporterFields, Status, Target } from './record.ts'

function writeEndpoint(to: AvroWriter, value: EndpointFields): void {
  to.text(value.kind)
  to.text(value.pod)
  to.text(value.podUid)
  to.text(value.namespace)
  to.text(value.node)
  to.text(value.zone)
  to.text(value.cluster)
  to.text(value.workload)
  to.text(value.workloadKind)
  to.text(value.service)
  to.text(value.method)
  to.text(value.confidence)
  to.text(value.reason)
  to.text(value.podState)
  to.count(value.podStateMs)
  to.labels(value.labels)
  to.labels(value.serviceLabels)
}

function writeReporter(to: AvroWriter, value: ReporterFields): void {
  to.text(value.observerProduct)
  to.text(value.observerVendor)
  to.text(value.observerVersion)
  to.text(value.observerName)
  to.text(value.hostName)
  to.text(value.orchestratorType)
  to.text(value.clusterName)
  to.text(value.podName)
  to.text(value.podUid)
  to.text(value.podIp)
  to.text(value.namespace)
  to.text(value.nodeName)
  to.text(value.containerName)
  to.text(value.deploymentName)
  to.labels(value.podLabels)
  to.labels(value.namespaceLabels)
  to.labels(value.staticLabels)
}

const OUTCOME = new AvroParts<Outcome>([
  (to, value) => {
    to.text(value.dataset)
    to.texts(value.eventCategory)
    to.texts(value.eventType)
    to.text(value.eventOutcome)
    to.text(value.eventCode)
    to.text(value.eventReason)
  },
  (to, value) => {
    to.text(value.errorType)
    to.text(value.errorMessage)
  },
  (to, value) => {
    to.text(value.networkDirection)
    to.text(value.networkTransport)
    to.text(value.networkProtocol)
  },
  (to, value) => {
    to.texts(value.responseFlags)
    to.text(value.responseFlagsRaw)
    to.texts(value.responseFlagsLong)
    to.texts(value.responseFlagsExplained)
    to.text(value.flagClass)
    to.text(value.direction)
    to.text(value.verdictResponder)
    to.text(value.verdictRule)
    to.text(value.verdictCause)
    to.flag(value.verdictCutShort)
    to.texts(value.verdictChecks)
  },
])
const HOP = new AvroParts<Hop>([
  (to, value) => {
    to.text(value.destinationDomain)
  },
  (to, value) => {
    to.text(value.serviceName)
    to.text(value.serviceNodeName)
    to.text(value.serviceOriginName)
    to.text(value.serviceTargetName)
  },
  (to, value) => {
    to.flag(value.mtls)
    to.record(value.source, writeEndpoint)
    to.record(value.destination, writeEndpoint)
    to.texts(value.workloads)
  },
])
const TARGET = new AvroParts<Target>([
  (to, value) => {
    to.text(value.destinationAddress)
    to.text(value.destinationIp)
    to.count(value.destinationPort)
  },
])
const AUTHORITY = new AvroParts<Authority>([
  (to, value) => {
    to.text(value.serverAddress)
    to.count(value.serverPort)
  },
  (to, value) => {
    to.text(value.urlDomain)
    to.count(value.urlPort)
  },
])
const STATUS = new AvroParts<Status>([
  (to, value) => {
    to.count(value.responseCode)
    to.text(value.responseCodeDetails)
    to.text(value.responseCodeDetailsText)
  },
])
const CLUSTER = new AvroParts<Cluster>([
  (to, value) => {
    to.text(value.upstreamCluster)
    to.text(value.clusterDirection)
    to.count(value.clusterPort)
    to.text(value.clusterSubset)
    to.text(value.clusterFqdn)
  },
])
const REPORTER = new AvroParts<Reporter>([(to, value) => to.record(value, writeReporter)])

const writer = new AvroWriter()

/**
 * Write a record into `bytes` from `at` on, in the binary encoding of `avroSchema()`. Returns the place after it, or -1
 * when there is too little room. Times are cut to milliseconds; whole numbers beyond 2^53 - 2 are null.
 */
export function encodeAvro(value: LogRecord, bytes: Buffer, at: number): number {
  const to = writer
  to.start(bytes, at)
  const outcome = value.outcome && OUTCOME.of(value.outcome)
  const hop = value.hop && HOP.of(value.hop)
  const target = value.target && TARGET.of(value.target)
  const authority = value.authority && AUTHORITY.of(value.authority)
  const status = value.status && STATUS.of(value.status)
  const cluster = value.cluster && CLUSTER.of(value.cluster)
  to.date(value.timestamp)
  to.text(value.dataStreamType)
  to.text(value.dataStreamDataset)
  to.text(value.dataStreamNamespace)
  to.text(value.eventId)
  to.ready(outcome?.[0], 6)
  to.count(value.eventDurationNs)
  to.date(value.eventCreated)
  to.date(value.eventEnd)
  to.text(value.eventOriginal)
  to.ready(outcome?.[1], 2)
  to.text(value.logLevel)
  to.text(value.logLogger)
  to.text(value.logFilePath)
  to.count(value.logOffset)
  to.text(value.message)
  to.text(value.stream)
  to.text(value.sourceAddress)
  to.text(value.sourceIp)
  to.count(value.sourcePort)
  to.count(value.sourceBytes)
  to.ready(target?.[0], 3)
  to.count(value.destinationBytes)
  to.ready(hop?.[0], 1)
  to.text(value.clientAddress)
  to.text(value.clientIp)
  to.ready(authority?.[0], 2)
  to.ready(outcome?.[2], 3)
  to.text(value.networkForwardedIp)
  to.count(value.networkBytes)
  to.text(value.httpVersion)
  to.text(value.method)
  to.text(value.requestId)
  to.count(value.httpBytesReceived)
  to.text(value.referrer)
  to.count(value.httpStatusCode)
  to.count(value.httpBytesSent)
  to.text(value.urlOriginal)
  to.text(value.urlPath)
  to.text(value.urlQuery)
  to.ready(authority?.[1], 2)
  to.text(value.urlScheme)
  to.text(value.userAgent)
  to.text(value.tlsVersion)
  to.text(value.tlsVersionProtocol)
  to.text(value.tlsCipher)
  to.text(value.requestedServerName)
  to.text(value.tlsClientSubject)
  to.texts(value.downstreamPeerUriSan)
  to.text(value.traceId)
  to.text(value.spanId)
  to.texts(value.relatedIp)
  to.ready(hop?.[1], 4)
  to.ready(outcome?.[3], 11)
  to.ready(status?.[0], 3)
  to.text(value.connectionTerminationDetails)
  to.ready(cluster?.[0], 5)
  to.text(value.upstreamHost)
  to.text(value.upstreamLocalAddress)
  to.text(value.upstreamTransportFailureReason)
  to.count(value.upstreamServiceTimeMs)
  to.count(value.upstreamAttemptCount)
  to.text(value.downstreamLocalAddress)
  to.text(value.downstreamRemoteAddress)
  to.text(value.routeName)
  to.text(value.routeKind)
  to.text(value.routeNamespace)
  to.text(value.routeObjectName)
  to.text(value.routeRule)
  to.texts(value.xForwardedFor)
  to.text(value.grpcStatus)
  to.count(value.grpcStatusCode)
  to.text(value.policyNamespace)
  to.text(value.policyName)
  to.text(value.policyRule)
  to.ready(hop?.[2], 4)
  to.text(value.logFormat)
  to.flag(value.ambiguous)
  to.flag(value.truncated)
  to.number(value.sampleRate)
  to.text(value.extra)
  to.text(value.originalBase64)
  to.count(value.lossBytes)
  to.text(value.lossSize)
  to.date(value.lossAfter)
  to.date(value.lossBefore)
  to.ready(value.reporter && REPORTER.of(value.reporter)[0], 1)
  return to.end
}
