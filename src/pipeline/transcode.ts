import { isUtf8 } from 'node:buffer'
import { correlationKey } from '../enrich/correlation-key.ts'
import { describeAccess, describeLog, describeLoss, describeUnparsed } from '../enrich/describe.ts'
import { isFailed } from '../enrich/verdict/failed.ts'
import type { Vantage, Vantages } from '../enrich/vantage.ts'
import { eventIds } from '../ingest/event-id.ts'
import { type Formats, parseLine } from '../ingest/format/detect.ts'
import { levelRank } from '../ingest/format/level.ts'
import { PlainBytes } from '../ingest/format/plain-bytes.ts'
import { type Frame, unframe } from '../ingest/frame/frame.ts'
import { emptyFrame, type Framed } from '../ingest/frame/framed.ts'
import type { ComponentLine, ParsedLine, UnparsedReason } from '../record/envoy-line.ts'
import { encodeRecord, type LogRecord } from '../record/generated/record.ts'
import { isoTime, parseTime } from '../record/iso-time.ts'
import { type Dataset, type DocumentForm, PLAIN_FORM, type RecordClass } from '../sinks/batch.ts'
import type { Carry, Chunk, Transcoder } from './contract.ts'
import { type Joined, Joins } from './joins.ts'
import { SegmentBuilder } from './segment-builder.ts'

export interface TranscoderSettings {
  readonly frame: Frame
  readonly formats: Formats
  /** Diagnostic lines below this level are dropped by policy. */
  readonly minLevel: string
  /** Which lines that could be read keep their text in `event.original`; the others always do. */
  readonly keepOriginal: 'never' | 'failures' | 'always'
  /** A joined line keeps this much of its head. */
  readonly maxLineBytes: number
  /** The wall clock, for lines that carry no time at all. */
  readonly now: () => number
}

/** Where a line stands and what its frame said: everything about it but its text. */
export interface Place {
  /** That of the line, where it came with one; else it is made of the key and the offset. */
  readonly id: string | undefined
  readonly fileKey: string
  readonly offsetBytes: number
  /** The file and the offset that the record names. */
  readonly path: string | undefined
  readonly logOffset: number | undefined
  readonly isTruncated: boolean
  /** When the runtime wrote it, ISO 8601. */
  readonly time: string | undefined
  readonly stream: string
  /** Who wrote it. */
  readonly from: Vantage
}

/**
 * The reference transcoder: line by line, on typed objects. It is the specification of what a line becomes; a faster
 * one must give the same bytes.
 */
export function createTranscoder(
  settings: TranscoderSettings,
  vantages: Vantages,
  form: DocumentForm = PLAIN_FORM,
): Transcoder {
  return {
    reporter: vantages.file.reporter,
    transcode(chunk, carry) {
      const work = new Work(settings, vantages, form, carry)
      work.chunk(chunk)
      return {
        segment: work.builder.finish(chunk.bytes.length),
        carry: { joins: work.joins.carry(), heads: work.heads },
        misses: vantages.takeMisses(),
      }
    },
    loss(loss, id) {
      const record = describeLoss(loss, vantages.file)
      record.eventId = id
      record.timestamp ??= isoTime(settings.now())
      const builder = new SegmentBuilder(vantages.namespace, form)
      builder.add(documentOf(record, form, false), id, 'envoy.loss', 'healthy', loss.offsetBytes ?? 0)
      if (form.isRouted) builder.route(id, Date.parse(record.timestamp))
      return builder.finish(0)
    },
    close(carry) {
      const work = new Work(settings, vantages, form, carry)
      if (work.joins.isEmpty) return undefined
      work.closeJoins()
      vantages.takeMisses() // the end of a chain waits for nothing
      return work.builder.finish(0)
    },
  }
}

const NO_BYTES = Buffer.alloc(0)

/** The state of transcoding one chunk, or the lines of one namespace out of messages. */
export class Work {
  readonly builder: SegmentBuilder
  readonly joins: Joins
  heads: Carry['heads']
  readonly #settings: TranscoderSettings
  readonly #vantages: Vantages
  readonly #form: DocumentForm
  readonly #framed: Framed = emptyFrame()
  #idsKey = ''
  #ids = eventIds('')
  /** Those of the chunk. */
  #bytes = new PlainBytes(NO_BYTES)

  constructor(
    settings: TranscoderSettings,
    vantages: Vantages,
    form: DocumentForm,
    carry: Carry,
    namespace = vantages.namespace,
  ) {
    this.#settings = settings
    this.#vantages = vantages
    this.#form = form
    this.builder = new SegmentBuilder(namespace, form)
    this.joins = new Joins(carry.joins, settings.maxLineBytes)
    this.heads = carry.heads
  }

  chunk(chunk: Chunk): void {
    const { bytes } = chunk
    this.#bytes = new PlainBytes(bytes)
    for (let start = 0; start < bytes.length; ) {
      const newline = bytes.indexOf(0x0a, start)
      const end = newline === -1 ? bytes.length : newline
      this.#line(chunk, start, end)
      start = end + 1
    }
  }

  closeJoins(): void {
    for (const stream of this.joins.streams()) {
      const joined = this.joins.take(stream, undefined, undefined)
      if (joined !== undefined) this.#joined(joined, stream)
    }
  }

  #line(chunk: Chunk, start: number, end: number): void {
    const framed = this.#framed
    unframe(this.#settings.frame, chunk.bytes, start, end, framed)
    const { stream, time } = framed
    const offsetBytes = chunk.offsetBytes + start
    if (framed.isPartial) {
      this.joins.append(stream, chunk, offsetBytes, time, contentBytes(chunk, framed))
      return
    }
    if (!this.joins.isEmpty) {
      const joined = this.joins.take(stream, contentBytes(chunk, framed), time)
      if (joined !== undefined) return this.#joined(joined, stream)
    }
    const text = framed.text ?? chunk.bytes.toString('utf8', framed.from, framed.to)
    const { fileKey, path } = chunk
    const place = {
      id: undefined,
      fileKey,
      offsetBytes,
      path,
      logOffset: offsetBytes,
      isTruncated: false,
      time,
      stream,
      from: this.#vantageOf(framed),
    }
    this.#content(text, place, framed.text === undefined ? this.#bytes : undefined, framed.from, framed.to)
  }

  #joined(joined: Joined, stream: string): void {
    const { bytes, ...where } = joined
    const place = { ...where, id: undefined, logOffset: joined.offsetBytes, stream, from: this.#vantages.file }
    this.line(bytes.toString('utf8'), bytes, place)
  }

  /** A line that stands in no chunk. `bytes`: those of the text, where it came as bytes. */
  line(text: string, bytes: Buffer | undefined, place: Place): void {
    this.#content(text, place, bytes && new PlainBytes(bytes), 0, bytes?.length ?? 0)
  }

  /** What could not even be looked into for lines. It is kept whole. */
  unread(bytes: Buffer, reason: UnparsedReason, place: Place): void {
    const parsed: ParsedLine = { kind: 'unparsed', reason }
    this.#take(parsed, bytes.toString('utf8'), place, false, bytes)
  }

  #vantageOf({ podName, containerName }: Framed): Vantage {
    return podName === undefined ? this.#vantages.file : this.#vantages.ofPod(podName, containerName)
  }

  #content(text: string, place: Place, source: PlainBytes | undefined, from: number, to: number): void {
    const plain = source?.turnTo(from, to) === true ? source : undefined
    const parsed = this.#continued(parse(text, this.#settings.formats, plain), text, place.stream)
    this.#take(parsed, text, place, plain !== undefined && isJson(parsed), source?.bytes, from, to)
  }

  #take(parsed: ParsedLine, text: string, place: Place, isPlain: boolean, bytes?: Buffer, from = 0, to?: number): void {
    if (this.#isBelowLevel(parsed)) return this.builder.countDroppedByLevel()
    const described = this.#describe(parsed, place)
    const { record, kind } = described
    if (kind === 'unparsed') this.builder.countUnparsed(record.outcome?.errorType ?? '')
    if (this.#keepsOriginal(kind, record)) {
      record.eventOriginal = text
      const raw = bytes?.subarray(from, to)
      if (raw !== undefined && !isUtf8(raw)) record.originalBase64 = raw.toString('base64')
    }
    this.#emit(described, place, isPlain)
  }

  #isBelowLevel(parsed: ParsedLine): boolean {
    return parsed.kind === 'log' && levelRank(parsed.line.level) < levelRank(this.#settings.minLevel)
  }

  #keepsOriginal(kind: ParsedLine['kind'], record: LogRecord): boolean {
    if (kind === 'unparsed') return true
    const { keepOriginal } = this.#settings
    return keepOriginal === 'always' || (keepOriginal === 'failures' && record.outcome?.eventOutcome === 'failure')
  }

  /**
   * A line without a head that follows a diagnostic and is indented or closes a bracket belongs to it: a dump or a
   * stack trace. Anything else is kept as a line that could not be read: an access line of a format that nobody
   * configured must not share the fate of the diagnostic before it.
   */
  #continued(parsed: ParsedLine, text: string, stream: string): ParsedLine {
    if (parsed.kind === 'log') {
      const { format, level, logger } = parsed.line
      this.heads = { ...this.heads, [stream]: { format, level, logger } }
      return parsed
    }
    const head = this.heads[stream]
    if (head === undefined) return parsed
    if (parsed.kind === 'unparsed' && parsed.reason === 'no_format_fits' && CONTINUES.test(text)) {
      const line: ComponentLine = { ...head, time: undefined, timeMs: undefined, message: text, extra: undefined }
      return { kind: 'log', line }
    }
    const { [stream]: _, ...others } = this.heads
    this.heads = others
    return parsed
  }

  /** A bug in describing must not stop the reading: the same bytes would be read again after a restart. */
  #describe(parsed: ParsedLine, { from }: Place): Described {
    try {
      if (parsed.kind === 'access') {
        const recordClass = isFailed(parsed.line) ? 'failed' : 'healthy'
        return { kind: 'access', record: describeAccess(parsed.line, from), recordClass }
      }
      if (parsed.kind === 'log') return { kind: 'log', record: describeLog(parsed.line, from), recordClass: 'healthy' }
      return { kind: 'unparsed', record: describeUnparsed(parsed.reason, from), recordClass: 'healthy' }
    } catch {
      return { kind: 'unparsed', record: describeUnparsed('internal_error', from), recordClass: 'healthy' }
    }
  }

  #idOf(fileKey: string, offsetBytes: number): string {
    if (fileKey !== this.#idsKey) {
      this.#idsKey = fileKey
      this.#ids = eventIds(fileKey)
    }
    return this.#ids(offsetBytes)
  }

  #emit({ record, kind, recordClass }: Described, place: Place, isPlain: boolean): void {
    const id = place.id ?? this.#idOf(place.fileKey, place.offsetBytes)
    record.eventId = id
    record.logFilePath = place.path
    record.logOffset = place.logOffset
    record.eventCreated = place.time
    record.timestamp ??= place.time ?? new Date(this.#settings.now()).toISOString()
    if (place.stream !== '') record.stream = place.stream
    if (place.isTruncated) record.truncated = true
    const document = documentOf(record, this.#form, isPlain)
    this.builder.add(document, id, DATASETS[kind], recordClass, place.offsetBytes)
    if (this.#form.isRouted) this.builder.route(correlationKey(record) ?? id, timeOf(record) ?? this.#settings.now())
  }
}

/** A record and what it is of. */
interface Described {
  readonly kind: ParsedLine['kind']
  readonly record: LogRecord
  readonly recordClass: RecordClass
}

const DATASETS: Readonly<Record<ParsedLine['kind'], Dataset>> = {
  access: 'envoy.access',
  log: 'envoy.log',
  unparsed: 'envoy.unparsed',
}

/** What the builder takes in this form. */
function documentOf(record: LogRecord, { encoding }: DocumentForm, isPlain: boolean): string | LogRecord {
  return encoding === 'json' ? encodeRecord(record, isPlain) : record
}

/** Whether no part of a plain line needs escaping: it was JSON that escaped nothing, so that no text in it has a quote. */
function isJson(parsed: ParsedLine): boolean {
  return parsed.kind === 'access' && parsed.isJson
}

/** When the runtime wrote the line, else the time of the record; undefined where both only look like times. */
function timeOf({ eventCreated, timestamp }: LogRecord): number | undefined {
  for (const text of [eventCreated, timestamp]) {
    const timeMs = text === undefined ? Number.NaN : parseTime(text)
    if (!Number.isNaN(timeMs)) return timeMs
  }
  return undefined
}

/** How the further lines of a dump or a stack trace begin. */
const CONTINUES = /^[ \t}\])]/

/** The bytes of a framed line's content, for joining. */
function contentBytes(chunk: Chunk, framed: Framed): Buffer {
  return framed.text === undefined ? chunk.bytes.subarray(framed.from, framed.to) : Buffer.from(framed.text)
}

/** A bug in a parser must not stop the reading: the same bytes would be read again after a restart. */
function parse(text: string, formats: Formats, plain: PlainBytes | undefined): ParsedLine {
  try {
    return parseLine(text, formats, plain)
  } catch {
    return { kind: 'unparsed', reason: 'internal_error' }
  }
}
