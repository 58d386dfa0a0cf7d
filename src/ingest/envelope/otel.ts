import type { JsonObject } from '../format/json-value.ts'
import { type Content, rebuilt } from './content.ts'
import {
  type EnvelopedLine,
  MAX_LINES,
  type Opened,
  TOO_DEEP,
  TOO_MANY_LINES,
  wrongEnvelope,
} from './enveloped-line.ts'
import { readLogsData } from './otlp-proto.ts'
import { MAX_VALUE_DEPTH, plainMembers, plainValue } from './otlp-value.ts'
import { enveloped } from './record-envelope.ts'
import { isObject, memberOf, objectIn, offsetOf, pathOf, reporterOf, streamOf, timeOfNanos } from './values.ts'

const EXPECTED = 'OTLP logs of the Collector, in protobuf or JSON (encoding otlp_proto or otlp_json)'
const WRONG = wrongEnvelope(EXPECTED)

/** First byte of `LogsData` in protobuf: field 1, length delimited. JSON begins with a brace. */
const PROTO_TAG = 0x0a

/**
 * The lines of a message of the OpenTelemetry Collector's kafka exporter: OTLP logs, `otlp_proto` (its default) or
 * `otlp_json`, told apart by the first byte. One message has the records of a batch.
 *
 * The body is the line, or the map it was parsed to; where a record has no body, its attributes are the parsed line.
 * The container operator makes `log.iostream`, `logtag`, `k8s.*` and the time; the filelog receiver `log.file.path`,
 * `log.file.record_offset`; the k8sattributes processor `k8s.node.name`.
 *
 * Sources: open-telemetry/opentelemetry-proto logs.proto, common.proto; opentelemetry-collector-contrib
 * exporter/kafkaexporter/README.md, pkg/stanza/docs/operators/container.md, receiver/filelogreceiver/README.md.
 */
export function openOtel(message: Buffer): Opened {
  if (message.length === 0) return { ok: true, lines: [] } // LogsData without records
  const logs = message[0] === PROTO_TAG ? readLogsData(message) : objectIn(message.toString('utf8'))
  if (logs === 'too_many') return TOO_MANY_LINES
  if (logs === 'too_deep') return TOO_DEEP
  return logs === undefined ? WRONG : linesOf(logs)
}

/** The lines of `LogsData` in the shape of its JSON. */
function linesOf({ resourceLogs }: JsonObject): Opened {
  const resources = resourceLogs === undefined ? undefined : listOf(resourceLogs)
  if (resources === undefined) return WRONG
  const lines: EnvelopedLine[] = []
  for (const resource of resources) {
    const attributes = plainMembers(memberOf(resource['resource'], 'attributes'), MAX_VALUE_DEPTH)
    const records = recordsOf(resource)
    if (records === undefined) return WRONG
    if (attributes === 'too_deep') return TOO_DEEP
    for (const record of records) {
      if (lines.length === MAX_LINES) return TOO_MANY_LINES
      const line = lineOf(record, attributes)
      if (line === 'too_deep') return TOO_DEEP
      lines.push(line)
    }
  }
  return { ok: true, lines }
}

/** The records of all scopes of a resource. */
function recordsOf({ scopeLogs }: JsonObject): readonly JsonObject[] | undefined {
  const lists = listOf(scopeLogs)?.map(({ logRecords }) => listOf(logRecords))
  return lists === undefined || lists.includes(undefined) ? undefined : lists.flatMap((records) => records ?? [])
}

/** An absent list is empty; undefined for what is no list of objects. */
function listOf(value: unknown): readonly JsonObject[] | undefined {
  if (value === undefined) return []
  return Array.isArray(value) && value.every(isObject) ? value : undefined
}

function lineOf(record: JsonObject, resource: JsonObject): EnvelopedLine | 'too_deep' {
  const attributes = plainMembers(record['attributes'], MAX_VALUE_DEPTH)
  if (attributes === 'too_deep') return 'too_deep'
  const content = contentOf(record['body'], attributes)
  if (content === 'too_deep') return 'too_deep'
  const path = pathOf(attributes['log.file.path'])
  return enveloped(content.text, {
    time: timeOfNanos(record['timeUnixNano']),
    stream: streamOf(attributes['log.iostream']),
    reporter: reporterOf(
      {
        namespace: resource['k8s.namespace.name'],
        podName: resource['k8s.pod.name'],
        podUid: resource['k8s.pod.uid'],
        containerName: resource['k8s.container.name'],
        nodeName: resource['k8s.node.name'],
      },
      path,
    ),
    path,
    offsetBytes: offsetOf(attributes['log.file.record_offset']),
    isTruncated: attributes['logtag'] === 'P',
  })
}

const OWN_ATTRIBUTES = /^(log\.(file|iostream)|logtag$|k8s\.)/

function contentOf(body: unknown, attributes: JsonObject): Content | 'too_deep' {
  const value = plainValue(body, MAX_VALUE_DEPTH)
  if (value === 'too_deep') return 'too_deep'
  if (value.is === undefined) {
    const keys = Object.entries(attributes).filter(([key]) => !OWN_ATTRIBUTES.test(key))
    return keys.length === 0 ? { text: '' } : rebuilt(Object.fromEntries(keys), '')
  }
  return { text: typeof value.is === 'string' ? value.is : JSON.stringify(value.is) }
}
