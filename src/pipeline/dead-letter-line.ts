import type { Addressed, Dataset, Route } from '../sinks/batch.ts'
import { type JsonDocument, sameDocument } from './json-document.ts'

/** One document that a sink refused for good. */
export interface Refused extends Addressed {
  readonly id: string
  readonly reason: string
  /** Its place in a partitioned log, where the sink is one. */
  readonly route?: Route | undefined
  /** The line as it stands in its file, where it could be read: of one in pieces the first piece. */
  readonly line?: string | undefined
  /** The document as it was offered, with its newline. It names file and offset. */
  readonly document: Buffer
}

/** A line of a dead letter, read back. */
export interface DeadLetterLine extends Refused {
  /** When it was refused, as it stands there. */
  readonly time: string
}

const DOCUMENT = ',"document":'
const DATASETS: readonly Dataset[] = ['envoy.access', 'envoy.log', 'envoy.unparsed', 'envoy.loss']

/** A line with its newline. The document stands in it as `jsonOf` gives it. */
export function deadLetterLine(refused: Refused, time: string, jsonOf: JsonDocument = sameDocument): string {
  const { id, reason, dataset, recordClass, reporterNamespace, route, line, document } = refused
  const members = { id, time, reason, dataset, class: recordClass, reporterNamespace, ...route, line }
  const head = JSON.stringify(members).slice(0, -1)
  return `${head}${DOCUMENT}${jsonOf(document).toString('utf8').trimEnd()}}\n`
}

/**
 * What stands in a line, the document byte for byte; undefined when it is not what `deadLetterLine` gives. A line without
 * class and namespace, as an earlier build wrote it, goes where lines of no namespace go.
 */
export function parseDeadLetterLine(line: string): DeadLetterLine | undefined {
  const text = line.trimEnd()
  // A text in JSON has its quotes escaped, so the first place that looks like it is the one.
  const at = text.indexOf(DOCUMENT)
  if (at === -1 || !text.endsWith('}')) return undefined
  const document = text.slice(at + DOCUMENT.length, -1)
  const head = parseJson(`${text.slice(0, at)}}`)
  if (!isObject(head) || !isObject(parseJson(document))) return undefined
  const [id, time, reason, original] = [head['id'], head['time'], head['reason'], head['line']]
  const dataset = DATASETS.find((known) => known === head['dataset'])
  if (typeof id !== 'string' || typeof time !== 'string' || typeof reason !== 'string') return undefined
  if (dataset === undefined) return undefined
  const namespace = head['reporterNamespace']
  return {
    id,
    time,
    reason,
    dataset,
    recordClass: head['class'] === 'failed' ? 'failed' : 'healthy',
    reporterNamespace: typeof namespace === 'string' ? namespace : undefined,
    ...routeIn(head),
    ...(typeof original === 'string' ? { line: original } : {}),
    document: Buffer.from(`${document}\n`),
  }
}

/** Only sinks that are a partitioned log have one. */
function routeIn({ key, timeMs }: Readonly<Record<string, unknown>>): Pick<Refused, 'route'> {
  return typeof key === 'string' && typeof timeMs === 'number' ? { route: { key, timeMs } } : {}
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
