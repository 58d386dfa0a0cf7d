import { eventIds } from '../../../src/ingest/event-id.ts'
import { batchOf } from '../../../src/pipeline/segments.ts'
import type { Batch, Segment } from '../../../src/sinks/batch.ts'

export const FILE_KEY = 'AAAAAAAAAAA'

/** A segment of documents, each `{"n":"TEXT"}`, from lines that begin at 0, 10, 20 ... of one file; `failed...` is failed. */
export function segmentOf(
  texts: readonly string[],
  fileKey = FILE_KEY,
  firstOffset = 0,
  reporterNamespace?: string,
): Segment {
  const documents = texts.map((text) => Buffer.from(`{"n":"${text}"}\n`))
  const offsets = texts.map((_, index) => firstOffset + index * 10)
  let end = 0
  return {
    bytes: Buffer.concat(documents),
    ids: offsets.map(eventIds(fileKey)),
    ends: documents.map((document) => (end += document.length)),
    datasets: texts.map(() => 'envoy.access' as const),
    classes: texts.map((text) => (text.startsWith('failed') ? 'failed' : 'healthy')),
    reporterNamespace,
    offsets,
    readBytes: texts.length * 10,
    counts: { lines: texts.length, unparsed: {}, droppedByLevel: 0 },
  }
}

/** One batch; each list of texts is a segment. */
export function batchOfTexts(...segments: readonly (readonly string[])[]): Batch {
  return batchOf(segments.map((texts) => segmentOf(texts)))
}

/** The texts of documents in NDJSON; throws on a line that is no document. */
export function textsOf(ndjson: string): string[] {
  return ndjson
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const text = /^\{"n":"([^"]*)"\}$/.exec(line)?.[1]
      if (text === undefined) throw new Error(`not a document: ${line}`)
      return text
    })
}
