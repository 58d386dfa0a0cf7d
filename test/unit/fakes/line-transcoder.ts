import type { ChainSource } from '../../../src/ingest/chain.ts'
import { eventIds } from '../../../src/ingest/event-id.ts'
import type { Carry, Chunk, Transcoder } from '../../../src/pipeline/contract.ts'
import { Joins } from '../../../src/pipeline/joins.ts'
import { SegmentBuilder } from '../../../src/pipeline/segment-builder.ts'
import { emptyReporter } from '../../../src/record/generated/record.ts'

/**
 * One document `{"n":"TEXT"}` for each line. `>o text` is a piece of a line of stream `o` that goes on, `.o text` its
 * end; a line that begins with `#` is dropped by policy, one that begins with `failed` is a failure.
 */
export function lineTranscoder(source?: Pick<ChainSource, 'identity'>): Transcoder {
  const reporterNamespace = source?.identity.namespace
  return {
    reporter: { ...emptyReporter(), json: '' },
    transcode(chunk, carry) {
      const [builder, joins] = [new SegmentBuilder(reporterNamespace), new Joins(carry.joins, 1_000)]
      const { bytes } = chunk
      for (let start = 0; start < bytes.length; ) {
        const newline = bytes.indexOf(0x0a, start)
        const end = newline === -1 ? bytes.length : newline
        takeLine(builder, joins, chunk, start, bytes.toString('utf8', start, end))
        start = end + 1
      }
      return { segment: builder.finish(bytes.length), carry: { joins: joins.carry(), heads: {} }, misses: [] }
    },
    loss(loss, id) {
      const builder = new SegmentBuilder(reporterNamespace)
      builder.add(`{"n":"lost ${loss.reason} ${loss.size} ${loss.bytes}"}`, id, 'envoy.loss', 'healthy', 0)
      return builder.finish(0)
    },
    close: (carry) => closeJoins(carry, reporterNamespace),
  }
}

function takeLine(builder: SegmentBuilder, joins: Joins, chunk: Chunk, start: number, line: string): void {
  const offsetBytes = chunk.offsetBytes + start
  const [mark, stream, text] = [line.charAt(0), line.charAt(1), line.slice(3)]
  if (mark === '#') return builder.countDroppedByLevel()
  if (mark === '>') return joins.append(stream, chunk, offsetBytes, undefined, Buffer.from(text))
  if (mark !== '.') return add(builder, chunk.fileKey, offsetBytes, line)
  const joined = joins.take(stream, Buffer.from(text), undefined)
  if (joined === undefined) add(builder, chunk.fileKey, offsetBytes, text)
  else add(builder, joined.fileKey, joined.offsetBytes, joined.bytes.toString())
}

function closeJoins(carry: Carry, reporterNamespace: string | undefined) {
  const [builder, joins] = [new SegmentBuilder(reporterNamespace), new Joins(carry.joins, 1_000)]
  if (joins.isEmpty) return undefined
  for (const stream of joins.streams()) {
    const joined = joins.take(stream, undefined, undefined)
    if (joined !== undefined) add(builder, joined.fileKey, joined.offsetBytes, `${joined.bytes.toString()} (cut)`)
  }
  return builder.finish(0)
}

function add(builder: SegmentBuilder, fileKey: string, offsetBytes: number, text: string): void {
  const recordClass = text.startsWith('failed') ? 'failed' : 'healthy'
  builder.add(`{"n":"${text}"}`, eventIds(fileKey)(offsetBytes), 'envoy.access', recordClass, offsetBytes)
}
