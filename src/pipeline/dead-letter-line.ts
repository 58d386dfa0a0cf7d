import type { Dataset } from '../sinks/batch.ts'

/** One document that a sink refused for good. */
export interface Refused {
  readonly id: string
  readonly reason: string
  readonly dataset: string
  /** The document as it was offered, with its newline. It names file and offset. */
  readonly document: Buffer
}

/** A line of a dead letter, read back. */
export interface DeadLetterLine extends Refused {
  readonly dataset: Dataset
  /** When it was refused, as it stands there. */
  readonly time: string
}

const DOCUMENT = ',"document":'
const DATASETS: readonly Dataset[] = ['envoy.access', 'envoy.log', 'envoy.unparsed', 'envoy.loss']

/** A line with its newline. The document is JSON already: it stands in the line as it is. */
export function deadLetterLine({ id, reason, dataset, document }: Refused, time: string): string {
  const head = JSON.stringify({ id, time, reason, dataset }).slice(0, -1)
  return `${head}${DOCUMENT}${document.toString('utf8').trimEnd()}}\n`
}

/** What stands in a line, the document byte for byte; undefined when it is not what `deadLetterLine` gives. */
export function parseDeadLetterLine(line: string): DeadLetterLine | undefined {
  const text = line.trimEnd()
  // A text in JSON has its quotes escaped, so the first place that looks like it is the one.
  const at = text.indexOf(DOCUMENT)
  if (at === -1 || !text.endsWith('}')) return undefined
  const document = text.slice(at + DOCUMENT.length, -1)
  const head = parseJson(`${text.slice(0, at)}}`)
  if (!isObject(head) || !isObject(parseJson(document))) return undefined
  const [id, time, reason] = [head['id'], head['time'], head['reason']]
  const dataset = DATASETS.find((known) => known === head['dataset'])
  if (typeof id !== 'string' || typeof time !== 'string' || typeof reason !== 'string') return undefined
  return dataset && { id, time, reason, dataset, document: Buffer.from(`${document}\n`) }
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
