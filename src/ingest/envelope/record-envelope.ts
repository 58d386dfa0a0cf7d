import type { JsonObject } from '../format/json-value.ts'
import { contentOf, type RecordShape, unframed } from './content.ts'
import { type EnvelopedLine, type Opened, TOO_DEEP, wrongEnvelope } from './enveloped-line.ts'
import { objectIn, timeOf } from './values.ts'

/** What a record says about its line. */
export type Surroundings = Omit<EnvelopedLine, 'text' | 'bytes'>

/** An envelope of one JSON object for each line. */
export interface RecordEnvelope extends RecordShape {
  /** What its messages are, for a person. */
  readonly expected: string
  /** Keys that only other shippers write. */
  readonly foreign: readonly string[]
  readonly surroundingsOf: (record: JsonObject) => Surroundings
}

/** The line in a message that is one JSON object; `unwrap` takes a wrapper off it. */
export function openRecord(message: Buffer, envelope: RecordEnvelope, unwrap = same): Opened {
  const text = message.toString('utf8')
  const object = objectIn(text)
  if (object === undefined) return wrongEnvelope(envelope.expected)
  const record = unwrap(object)
  if (envelope.foreign.some((key) => record[key] !== undefined)) return wrongEnvelope(envelope.expected)
  const content = contentOf(record, envelope, text)
  if (content === undefined) return wrongEnvelope(envelope.expected)
  if (content === 'too_deep') return TOO_DEEP
  return { ok: true, lines: [enveloped(content.text, envelope.surroundingsOf(record))] }
}

function same(record: JsonObject): JsonObject {
  return record
}

/** A line with what its envelope says; the runtime's frame knows better, where it is still on. */
export function enveloped(content: string, around: Surroundings): EnvelopedLine {
  const inner = unframed(content)
  if (inner === undefined) return { ...around, text: content, bytes: undefined }
  const { text, time, stream, isPartial } = inner
  const isTruncated = isPartial || around.isTruncated
  return { ...around, text, bytes: undefined, time: timeOf(time) ?? around.time, stream, isTruncated }
}
