import type { Miss } from '../enrich/endpoint/misses.ts'
import type { Vantages } from '../enrich/vantage.ts'
import type { EnvelopedLine, Opened } from '../ingest/envelope/enveloped-line.ts'
import { openFlagship, type PassedHeaders, type PassedRecord } from '../ingest/envelope/flagship.ts'
import { isEventId } from '../ingest/envelope/line-id.ts'
import { type LineEnvelope, OPENERS } from '../ingest/envelope/open.ts'
import type { UnparsedReason } from '../record/envoy-line.ts'
import { type DocumentForm, PLAIN_FORM, type Segment } from '../sinks/batch.ts'
import { EMPTY_CARRY } from './contract.ts'
import { type Place, type TranscoderSettings, Work } from './transcode.ts'

/** One message of a topic, or one record of a request. */
export interface Message {
  readonly bytes: Buffer
  /** The record of flagship in it as JSON, where the bytes are something else. */
  readonly json?: Buffer | undefined
  /** Of Kafka; an `event-id` is that of its line. */
  readonly headers: PassedHeaders
  /** Stands in the place of a file's key (src/ingest/envelope/line-id.ts). */
  readonly key: string
  /** Place of its first line; the next ones follow. */
  readonly position: number
  /** Ids of its lines, where key and position do not make them. */
  readonly idOf: ((line: EnvelopedLine, index: number) => string) | undefined
  /** Where a record that is passed on goes, when the sink's form asks for it. */
  readonly route: { readonly key: string; readonly timeMs: number } | undefined
}

/** What some messages became. */
export interface TranscodedMessages {
  /** One for each namespace of a reporter, in order of appearance. Their documents are in the order of the messages. */
  readonly segments: readonly Segment[]
  /** Messages that are not of the envelope, and what was expected. They are in the segments too, kept whole. */
  readonly broken: readonly BrokenMessage[]
  /** Pod addresses that are not known yet, some of them. */
  readonly misses: readonly Miss[]
}

/** A message that is not of the envelope. */
export interface BrokenMessage {
  /** In the order of the messages. */
  readonly index: number
  readonly expected: string
}

/** What to do with messages and their lines. */
export interface MessageTranscoderSettings extends Omit<TranscoderSettings, 'frame'> {
  /** What every message is. `flagship`: its own records, whose JSON passes through byte for byte. */
  readonly envelope: LineEnvelope | 'flagship'
}

/**
 * Messages to encoded documents, pure and synchronous: the lines in them become what they become out of a file. A
 * message stands for itself: pieces are not joined, and a line without a head belongs to a diagnostic of the same pod
 * in the same message or to none.
 */
export class MessageTranscoder {
  readonly #settings: TranscoderSettings
  readonly #vantages: Vantages
  readonly #form: DocumentForm
  readonly #open: (message: Message) => Content

  constructor(settings: MessageTranscoderSettings, vantages: Vantages, form: DocumentForm = PLAIN_FORM) {
    const { envelope } = settings
    this.#settings = { ...settings, frame: 'raw' }
    this.#vantages = vantages
    this.#form = form
    this.#open = envelope === 'flagship' ? passed : opener(OPENERS[envelope])
  }

  transcode(messages: readonly Message[]): TranscodedMessages {
    const broken: BrokenMessage[] = []
    const groups = new Map<string | undefined, Group>()
    for (const [index, message] of messages.entries()) {
      const content = this.#open(message)
      if (content.kind === 'broken') broken.push({ index, expected: content.expected })
      this.#sort(message, content, groups)
    }
    // One builder at a time has the scratch memory.
    const segments = [...groups].map(([namespace, group]) => this.#segmentOf(namespace, group))
    return { segments, broken, misses: this.#vantages.takeMisses() }
  }

  /** Put what a message holds to that of the same namespace. */
  #sort(message: Message, content: Content, groups: Map<string | undefined, Group>): void {
    let bytes = message.bytes.length // counted once
    for (const entry of entriesOf(message, content)) {
      const namespace = entry.namespace ?? this.#vantages.namespace
      let group = groups.get(namespace)
      if (group === undefined) groups.set(namespace, (group = { entries: [], readBytes: 0 }))
      group.entries.push(entry)
      group.readBytes += bytes
      bytes = 0
    }
  }

  #segmentOf(namespace: string | undefined, { entries, readBytes }: Group): Segment {
    const work = new Work(this.#settings, this.#vantages, this.#form, EMPTY_CARRY, namespace)
    let before: Entry | undefined
    for (const entry of entries) {
      if (before?.message !== entry.message || before.line?.reporter !== entry.line?.reporter) work.heads = {}
      before = entry
      this.#add(entry, work)
    }
    return work.builder.finish(readBytes)
  }

  #add(entry: Entry, work: Work): void {
    const { message, line, record } = entry
    if (record !== undefined) return this.#pass(message, record, work)
    if (line === undefined) return work.unread(message.bytes, entry.reason, this.#placeOf(entry, wholeLine(message)))
    const { text, isTruncated } = capped(line, this.#settings.maxLineBytes)
    work.line(text, isTruncated ? undefined : line.bytes, { ...this.#placeOf(entry, line), isTruncated })
  }

  #pass({ position, route }: Message, { document, id, dataset, recordClass }: PassedRecord, { builder }: Work): void {
    builder.pass(document, id, dataset, recordClass, position)
    if (route !== undefined && this.#form.isRouted) builder.route(route.key, route.timeMs)
  }

  #placeOf({ message, index, isOnly }: Entry, line: EnvelopedLine): Place {
    const { key, position, idOf, headers } = message
    const ownId = isOnly && isEventId(headers['event-id'] ?? '') ? headers['event-id'] : undefined
    return {
      id: ownId ?? idOf?.(line, index),
      fileKey: key,
      offsetBytes: position + index,
      path: line.path,
      logOffset: line.offsetBytes,
      isTruncated: line.isTruncated,
      time: line.time,
      stream: line.stream,
      from: line.reporter === undefined ? this.#vantages.file : this.#vantages.of(line.reporter),
    }
  }
}

/** What goes into the segment of one namespace. */
interface Group {
  readonly entries: Entry[]
  readBytes: number
}

/** A line, a record that is passed on, or a message that cannot be read. */
interface Entry {
  readonly message: Message
  readonly namespace: string | undefined
  readonly index: number
  readonly isOnly: boolean
  readonly line: EnvelopedLine | undefined
  readonly record: PassedRecord | undefined
  readonly reason: UnparsedReason
}

/** What is in a message. */
type Content =
  | { readonly kind: 'lines'; readonly lines: readonly EnvelopedLine[] }
  | { readonly kind: 'record'; readonly record: PassedRecord }
  | { readonly kind: 'broken'; readonly reason: UnparsedReason; readonly expected: string }

function opener(open: (bytes: Buffer) => Opened): (message: Message) => Content {
  return ({ bytes }) => {
    const opened = open(bytes)
    return opened.ok ? { kind: 'lines', lines: opened.lines } : { kind: 'broken', ...opened }
  }
}

function passed({ bytes, json, headers }: Message): Content {
  const opened = openFlagship(json ?? bytes, headers)
  if (opened.ok) return { kind: 'record', record: opened.record }
  return { kind: 'broken', reason: 'wrong_envelope', expected: opened.expected }
}

function entriesOf(message: Message, content: Content): readonly Entry[] {
  const none = { message, namespace: undefined, index: 0, isOnly: true, line: undefined, record: undefined }
  if (content.kind === 'broken') return [{ ...none, reason: content.reason }]
  const reason = 'wrong_envelope'
  if (content.kind === 'record') {
    const { record } = content
    return [{ ...none, namespace: record.namespace, record, reason }]
  }
  const isOnly = content.lines.length === 1
  return content.lines.map((line, index) => {
    return { ...none, namespace: line.reporter?.namespace, index, isOnly, line, reason }
  })
}

/** A message that could not be opened, as a line of nobody. */
function wholeLine({ bytes }: Message): EnvelopedLine {
  const text = bytes.toString('utf8')
  const nowhere = { time: undefined, stream: '', reporter: undefined, path: undefined, offsetBytes: undefined }
  return { ...nowhere, text, bytes, isTruncated: false }
}

/** The head of a line that is longer than lines may be. */
function capped({ text, isTruncated }: EnvelopedLine, maxBytes: number): Pick<EnvelopedLine, 'text' | 'isTruncated'> {
  // A UTF-16 unit has at most three bytes.
  if (text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes) return { text, isTruncated }
  return { text: Buffer.from(text).toString('utf8', 0, maxBytes), isTruncated: true }
}
