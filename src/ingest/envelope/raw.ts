import { unframe } from '../frame/frame.ts'
import { emptyFrame } from '../frame/framed.ts'
import { type EnvelopedLine, MAX_LINES, type Opened, TOO_MANY_LINES } from './enveloped-line.ts'
import { timeOf } from './values.ts'

const NEWLINE = 0x0a
const QUOTE = 0x22

/**
 * The lines of a message that is nothing else, with the runtime's frame (CRI, Docker) or without: Fluent Bit's
 * `format raw`, Vector's `codec: text`, and `raw` of the Collector, which writes a text body as a JSON string.
 *
 * Source: fluent/fluent-bit plugins/out_kafka/kafka.c (raw_log_key); open-telemetry/opentelemetry-collector-contrib
 * exporter/kafkaexporter/internal/marshaler/raw_marshaler.go.
 */
export function openRaw(message: Buffer): Opened {
  const bytes = unquoted(message)
  const lines: EnvelopedLine[] = []
  for (let start = 0; start < bytes.length || lines.length === 0; ) {
    if (lines.length === MAX_LINES) return TOO_MANY_LINES
    const newline = bytes.indexOf(NEWLINE, start)
    const end = newline === -1 ? bytes.length : newline
    lines.push(lineAt(bytes, start, end))
    start = end + 1
  }
  return { ok: true, lines }
}

function lineAt(bytes: Buffer, start: number, end: number): EnvelopedLine {
  const framed = emptyFrame()
  unframe('cri', bytes, start, end, framed)
  const content = framed.text === undefined ? bytes.subarray(framed.from, framed.to) : undefined
  return {
    text: framed.text ?? bytes.toString('utf8', framed.from, framed.to),
    bytes: content,
    time: timeOf(framed.time),
    stream: framed.stream,
    reporter: undefined,
    path: undefined,
    offsetBytes: undefined,
    isTruncated: framed.isPartial,
  }
}

/** The text in a message that is one JSON string. No line of Envoy's begins with a quote. */
function unquoted(message: Buffer): Buffer {
  if (message[0] !== QUOTE || message[message.length - 1] !== QUOTE) return message
  try {
    const text: unknown = JSON.parse(message.toString('utf8'))
    return typeof text === 'string' ? Buffer.from(text) : message
  } catch {
    return message
  }
}
