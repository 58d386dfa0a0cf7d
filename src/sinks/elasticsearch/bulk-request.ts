import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import { type Addressed, addressOf, type Batch, type Segment } from '../batch.ts'

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

/** How documents become actions. */
export interface BulkForm {
  readonly streamOf: (document: Addressed) => string
  /** Each is created under its event id; otherwise the server makes an id. */
  readonly hasIds: boolean
}

/** The body of a `_bulk`: an action line and the bytes of the document, for each. A copy: the batch is not held on to. */
export function bulkBody(batch: Batch, range: Range, form: BulkForm): Buffer {
  return joined(piecesOf(batch, range, form), undefined)
}

/** Bodies as gzip. The memory in which they are put together is used again: it would keep the collector busy. */
export class PackedBodies {
  readonly #spaces: Buffer[] = []

  /** Gzip of the fastest kind: bulks of log lines become about a tenth, and a core should last for many of them. */
  async pack(batch: Batch, range: Range, form: BulkForm): Promise<Buffer> {
    const body = joined(piecesOf(batch, range, form), this.#spaces.pop())
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

function piecesOf(batch: Batch, range: Range, { streamOf, hasIds }: BulkForm): readonly Piece[] {
  const pieces: Piece[] = []
  eachDocument(batch, range, (segment, index) => {
    const stream = JSON.stringify(streamOf(addressOf(segment, index)))
    const id = hasIds ? `,"_id":${JSON.stringify(segment.ids[index])}` : ''
    const { bytes, ends } = segment
    pieces.push(`{"create":{"_index":${stream}${id}}}\n`, bytes.subarray(ends[index - 1] ?? 0, ends[index]))
  })
  return pieces
}

function eachDocument(batch: Batch, { from, to }: Range, take: (segment: Segment, index: number) => void): void {
  let first = 0
  for (const segment of batch.segments) {
    const end = Math.min(segment.ids.length, to - first)
    for (let index = Math.max(0, from - first); index < end; index += 1) take(segment, index)
    first += segment.ids.length
  }
}

/** Put into `space` where that is large enough. */
function joined(pieces: readonly Piece[], space: Buffer | undefined): Buffer {
  const length = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0)
  const body = space !== undefined && space.length >= length ? space : Buffer.allocUnsafeSlow(length)
  let end = 0
  for (const piece of pieces) end += typeof piece === 'string' ? body.write(piece, end) : piece.copy(body, end)
  return body.subarray(0, length)
}

/** The streams of a range, in the order of its documents. */
export function streamsIn(batch: Batch, range: Range, { streamOf }: BulkForm): readonly string[] {
  const streams: string[] = []
  eachDocument(batch, range, (segment, index) => void streams.push(streamOf(addressOf(segment, index))))
  return streams
}
