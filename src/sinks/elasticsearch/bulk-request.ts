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
export function bulkBody(batch: Batch, range: Range, streamOf: (dataset: Dataset) => string): Buffer {
  return joined(piecesOf(batch, range, streamOf), undefined)
}

/** Bodies as gzip. The memory in which they are put together is used again: it would keep the collector busy. */
export class PackedBodies {
  readonly #spaces: Buffer[] = []

  /** Gzip of the fastest kind: bulks of log lines become about a tenth, and a core should last for many of them. */
  async pack(batch: Batch, range: Range, streamOf: (dataset: Dataset) => string): Promise<Buffer> {
    const body = joined(piecesOf(batch, range, streamOf), this.#spaces.pop())
    try {
      return await compress(body, { level: constants.Z_BEST_SPEED })
    } finally {
      if (body.buffer.byteLength <= LARGEST_KEPT_BYTES) this.#spaces.push(Buffer.from(body.buffer))
    }
  }
}

/** More than a batch of the usual size; one with a single huge document is left to the collector. */
const LARGEST_KEPT_BYTES = 4_194_304

type Piece = string | Buffer

function piecesOf(batch: Batch, { from, to }: Range, streamOf: (dataset: Dataset) => string): readonly Piece[] {
  const pieces: Piece[] = []
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
  return pieces
}

/** Put into `space` where that is large enough. */
function joined(pieces: readonly Piece[], space: Buffer | undefined): Buffer {
  const length = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0)
  const body = space !== undefined && space.length >= length ? space : Buffer.allocUnsafeSlow(length)
  let end = 0
  for (const piece of pieces) end += typeof piece === 'string' ? body.write(piece, end) : piece.copy(body, end)
  return body.subarray(0, length)
}

/** The datasets of a range, in the order of its documents. */
export function datasetsIn(batch: Batch, { from, to }: Range): readonly Dataset[] {
  return batch.segments.flatMap((segment) => segment.datasets).slice(from, to)
}

function actionLine(stream: string, id: string): string {
  return `{"create":{"_index":${JSON.stringify(stream)},"_id":${JSON.stringify(id)}}}\n`
}
