import type { JsonObject } from '../format/json-value.ts'
import type { Opened } from './enveloped-line.ts'
import { openRecord, type RecordEnvelope, type Surroundings } from './record-envelope.ts'
import { memberOf, offsetOf, pathOf, reporterOf, streamOf, timeOf } from './values.ts'

/**
 * What Filebeat's kafka output writes with its default codec `json`: an ECS document with `message`, `@timestamp`
 * (the runtime's, to the millisecond, where the container input or parser is used), `stream`, `log.file.path`,
 * `log.offset`, `kubernetes.*` and keys about Filebeat itself. `decode_json_fields` puts the parsed line in the place
 * of `message`, below its `target` or beside the others; the `ndjson` parser likewise. Pieces are joined.
 *
 * Sources: elastic/beats, example events in issues 35982 and 40017; Filebeat Reference, "Decode JSON fields", "Exported
 * fields: Kubernetes".
 */
const FILEBEAT: RecordEnvelope = {
  expected: 'one JSON object of Filebeat with the line in "message" or its keys decoded (codec json)',
  textKeys: ['message', 'json'],
  own: new Set(
    `@timestamp @metadata agent cloud container data_stream docker ecs elastic_agent error event fields host input
    kubernetes labels log orchestrator service stream tags`.split(/\s+/),
  ),
  foreign: ['source_type', 'resourceLogs'],
  surroundingsOf,
}

/** The line in a message of Filebeat. */
export function openFilebeat(message: Buffer): Opened {
  return openRecord(message, FILEBEAT)
}

function surroundingsOf(record: JsonObject): Surroundings {
  const { kubernetes, stream, '@timestamp': timestamp, log } = record
  const path = pathOf(memberOf(memberOf(log, 'file'), 'path'))
  const pod = memberOf(kubernetes, 'pod')
  const flags = memberOf(log, 'flags')
  return {
    time: timeOf(timestamp),
    stream: streamOf(stream),
    reporter: reporterOf(
      {
        namespace: memberOf(kubernetes, 'namespace'),
        podName: memberOf(pod, 'name'),
        podUid: memberOf(pod, 'uid'),
        containerName: memberOf(memberOf(kubernetes, 'container'), 'name'),
        nodeName: memberOf(memberOf(kubernetes, 'node'), 'name'),
      },
      path,
    ),
    path,
    offsetBytes: offsetOf(memberOf(log, 'offset')),
    isTruncated: Array.isArray(flags) && flags.includes('truncated'),
  }
}
