import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Batch, Dataset } from '../batch.ts'

const compress = promisify(gzip)

/** Documents `from` to `to` (not included) of a batch, counted over all its segments. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** Parameters of every bulk. `create` into what is no data stream would make a plain index, silently. */
export const BULK_QUERY = {
  require_data_stream: 'true',
  // items.*.status stays for every item: results are matched by position.
  filter_path: 'errors,items.*._index,items.*.status,items.*.error.type,items.*.error.reason,items.*.failure_store',
}

/** The body of a `_bulk`: an action line and the bytes of the document, for each. A copy: the batch is not held on to. */
export function bulkBody(batch: Batch, { from, to }: Range, streamOf: (dataset: Dataset) => string): Buffer {
  const pieces: Buffer[] = []
  let first = 0
  for (const { ids, datasets, ends, bytes } of batch.segments) {
    const end = Math.min(ids.length, to - first)
    for (let index = Math.max(0, from - first); index < end; index += 1) {
      const [id, dataset] = [ids[index], datasets[index]]
      if (id === undefined || dataset === undefined) throw new Error(`a segment has no document ${index}`)
      pieces.push(actionLine(streamOf(dataset), id), bytes.subarray(ends[index - 1] ?? 0, ends[index]))
    }
    first += ids.length
  }
  return Buffer.concat(pieces)
}

/** gzip of the fastest kind: bulks of log lines become about a tenth, and a core should last for many of them. */
export function compressed(body: Buffer): Promise<Buffer> {
  return compress(body, { level: constants.Z_BEST_SPEED })
}

/** The datasets of a range, in the order of its documents. */
export function datasetsIn(batch: Batch, { from, to }: Range): readonly Dataset[] {
  return batch.segments.flatMap((segment) => segment.datasets).slice(from, to)
}

function actionLine(stream: string, id: string): Buffer {
  return Buffer.from(`{"create":{"_index":${JSON.stringify(stream)},"_id":${JSON.stringify(id)}}}\n`)
}
