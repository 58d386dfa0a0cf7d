import type { JsonObject } from '../format/json-value.ts'
import type { Opened } from './enveloped-line.ts'
import { openRecord, type RecordEnvelope, type Surroundings } from './record-envelope.ts'
import { memberOf, reporterOf, streamOf, timeOf } from './values.ts'

/**
 * What Fluent Bit's kafka output writes with `format json` (the default), and its http output with `json` or
 * `json_lines`: the record with the time under `@timestamp` (kafka) or `date` (http), a number of seconds unless
 * configured otherwise. The multiline parser `cri` makes `time`, `stream`, `_p` and `log`; the parser `cri` of
 * parsers.conf `logtag` and `message`. `_p` is that of the first piece and says nothing about a line that was joined.
 *
 * With `Merge_Log On`, which the Helm chart sets with `Keep_Log Off`, a JSON line loses `log` and its keys stand beside
 * the others, or below `Merge_Log_Key`, whatever that is called. msgpack and gelf are not read.
 *
 * Sources: fluent/fluent-bit plugins/out_kafka/kafka.c, plugins/out_http/http.c, plugins/filter_kubernetes/kubernetes.c,
 * src/multiline/flb_ml_parser_cri.c; fluent/helm-charts charts/fluent-bit/values.yaml.
 */
const FLUENT_BIT: RecordEnvelope = {
  expected: 'one JSON object of Fluent Bit with the line in "log" or its keys merged (format json, or json_lines)',
  textKeys: ['log', 'message'],
  own: new Set(['@timestamp', 'date', 'time', 'stream', '_p', 'logtag', 'kubernetes']),
  foreign: ['@metadata', 'source_type', 'resourceLogs'],
  surroundingsOf,
}

/** The line in a message of Fluent Bit. */
export function openFluentBit(message: Buffer): Opened {
  return openRecord(message, FLUENT_BIT)
}

function surroundingsOf(record: JsonObject): Surroundings {
  const { kubernetes, stream, logtag, time, '@timestamp': timestamp, date } = record
  return {
    time: timeOf(time) ?? timeOf(timestamp) ?? timeOf(date),
    stream: streamOf(stream),
    reporter: reporterOf(
      {
        namespace: memberOf(kubernetes, 'namespace_name'),
        podName: memberOf(kubernetes, 'pod_name'),
        podUid: memberOf(kubernetes, 'pod_id'),
        containerName: memberOf(kubernetes, 'container_name'),
        nodeName: memberOf(kubernetes, 'host'),
      },
      undefined,
    ),
    path: undefined,
    offsetBytes: undefined,
    isTruncated: logtag === 'P',
  }
}
