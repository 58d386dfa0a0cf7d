import { isEventId } from './line-id.ts'
import { memberOf, nameOf, objectIn } from './values.ts'

/** What flagship's own sink wrote, as far as it decides where the record goes. The bytes of the value stay as they are. */
export interface PassedRecord {
  readonly id: string
  readonly dataset: (typeof DATASETS)[number]
  readonly recordClass: 'healthy' | 'failed'
  /** Kubernetes namespace of the proxy that wrote the line. */
  readonly namespace: string | undefined
  /** The JSON of the record, with nothing around it and no newline in it. */
  readonly document: Buffer
}

/** A record of flagship, or what was expected in its place. */
export type Passed =
  | { readonly ok: true; readonly record: PassedRecord }
  | { readonly ok: false; readonly expected: string }

/** Headers of a message that say where its record goes. `namespace` may be empty: its proxy was in none. */
export interface PassedHeaders {
  readonly 'event-id'?: string | undefined
  readonly dataset?: string | undefined
  readonly class?: string | undefined
  readonly namespace?: string | undefined
}

const DATASETS = ['envoy.access', 'envoy.log', 'envoy.unparsed', 'envoy.loss'] as const

const EXPECTED = 'a record of flagship, in one line of JSON or in Avro, with an event.id and an event.dataset'
const WRONG: Passed = { ok: false, expected: EXPECTED }
const NEWLINE = 0x0a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/**
 * Find where a JSON record of flagship goes: by the headers where all four are there, so that the value is not parsed;
 * else by the record. The document is the value byte for byte, without a newline at its end. Avro was read before
 * (src/ingest/kafka/avro-records.ts).
 */
export function openFlagship(value: Buffer, headers: PassedHeaders = {}): Passed {
  const document = value[value.length - 1] === NEWLINE ? value.subarray(0, -1) : value
  const isOneLine = document[0] === OPEN_BRACE && document.at(-1) === CLOSE_BRACE && !document.includes(NEWLINE)
  if (!isOneLine) return WRONG
  const place = placeByHeaders(headers) ?? placeByRecord(document)
  return place === undefined ? WRONG : { ok: true, record: { ...place, document } }
}

type Place = Omit<PassedRecord, 'document'>

function placeByHeaders(headers: PassedHeaders): Place | undefined {
  const { 'event-id': id, class: recordClass, namespace } = headers
  if (namespace === undefined || (recordClass !== 'healthy' && recordClass !== 'failed')) return undefined
  return placeOf(id, headers.dataset, recordClass, namespace)
}

function placeByRecord(document: Buffer): Place | undefined {
  const record = objectIn(document.toString('utf8'))
  const event = memberOf(record, 'event')
  const isFailed =
    memberOf(event, 'outcome') === 'failure' || memberOf(memberOf(record, 'envoy'), 'response_flags') !== undefined
  const namespace = memberOf(memberOf(record, 'kubernetes'), 'namespace')
  return placeOf(memberOf(event, 'id'), memberOf(event, 'dataset'), isFailed ? 'failed' : 'healthy', namespace)
}

function placeOf(
  id: unknown,
  name: unknown,
  recordClass: PassedRecord['recordClass'],
  namespace: unknown,
): Place | undefined {
  const dataset = DATASETS.find((each) => each === name)
  if (typeof id !== 'string' || !isEventId(id) || dataset === undefined) return undefined
  return { id, dataset, recordClass, namespace: nameOf(namespace) }
}
