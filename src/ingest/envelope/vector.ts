import type { JsonObject } from '../format/json-value.ts'
import type { Opened } from './enveloped-line.ts'
import { openRecord, type RecordEnvelope, type Surroundings } from './record-envelope.ts'
import { isObject, memberOf, pathOf, reporterOf, streamOf, timeOf } from './values.ts'

/**
 * What Vector's kafka and http sinks write of its `kubernetes_logs` source with `encoding.codec: json`: `message`,
 * `timestamp` (the runtime's, RFC 3339 unless `timestamp_format` says otherwise), `stream`, `file`, `source_type` and
 * `kubernetes.*`. A remap may have parsed `message` in its place, below another key or beside it. `native_json` puts
 * the same below `log`. With `codec: text` there is only the line: that is the envelope `raw`. Pieces are joined.
 *
 * Source: vectordotdev/vector website/cue/reference/components/sources/kubernetes_logs.cue, src/sinks/http/config.rs.
 */
const VECTOR: RecordEnvelope = {
  expected: 'one JSON object of Vector with the line in "message" or its keys merged (codec json, or native_json)',
  textKeys: ['message'],
  own: new Set(['timestamp', 'stream', 'file', 'source_type', 'kubernetes', 'host']),
  foreign: ['@metadata', 'resourceLogs'],
  surroundingsOf,
}

/** The line in a message of Vector. */
export function openVector(message: Buffer): Opened {
  return openRecord(message, VECTOR, ofNativeJson)
}

/** `native_json` has the event below its type. */
function ofNativeJson(record: JsonObject): JsonObject {
  const { log } = record
  return isObject(log) && Object.keys(record).length === 1 ? log : record
}

function surroundingsOf(record: JsonObject): Surroundings {
  const { kubernetes, stream, timestamp, file } = record
  const path = pathOf(file)
  return {
    time: timeOf(timestamp),
    stream: streamOf(stream),
    reporter: reporterOf(
      {
        namespace: memberOf(kubernetes, 'pod_namespace'),
        podName: memberOf(kubernetes, 'pod_name'),
        podUid: memberOf(kubernetes, 'pod_uid'),
        containerName: memberOf(kubernetes, 'container_name'),
        nodeName: memberOf(kubernetes, 'pod_node_name'),
      },
      path,
    ),
    path,
    offsetBytes: undefined,
    isTruncated: false,
  }
}
