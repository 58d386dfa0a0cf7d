/** Record batches, format 2: what a broker stores. https://kafka.apache.org/documentation/#recordbatch */
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { decompressFrameSync } from 'lz4-napi'
import snappy from 'kafkajs-snappy'
import { Reader } from './wire.ts'

export interface StoredRecord {
  readonly key: string
  readonly value: string
  readonly timestampMs: number
  readonly headers: Readonly<Record<string, string>>
}

export interface RecordBatch {
  readonly producerId: bigint
  readonly epoch: number
  readonly sequence: number
  readonly codec: number
  readonly byteCount: number
  readonly records: readonly StoredRecord[]
}

export async function parseRecordBatch(bytes: Buffer): Promise<RecordBatch> {
  const head = new Reader(bytes)
  head.int64()
  if (head.int32() !== bytes.length - 12) throw new Error('not one whole record batch')
  head.take(4)
  if (head.int8() !== 2) throw new Error('not format 2')
  head.take(4)
  const codec = head.int16() & 7
  head.take(4)
  const firstMs = Number(head.int64())
  head.take(8)
  const [producerId, epoch, sequence, count] = [head.int64(), head.int16(), head.int32(), head.int32()]
  const body = new Reader(await unpacked(codec, bytes.subarray(head.at)))
  const records = Array.from({ length: count }, () => parseRecord(body, firstMs))
  return { producerId, epoch, sequence, codec, byteCount: bytes.length, records }
}

function parseRecord(body: Reader, firstMs: number): StoredRecord {
  body.varint()
  body.int8()
  const timestampMs = firstMs + body.varint()
  body.varint()
  const [key, value] = [body.varbytes(), body.varbytes()]
  const headers = Array.from({ length: body.varint() }, () => [String(body.varbytes()), String(body.varbytes())])
  return { key: String(key), value: String(value), timestampMs, headers: Object.fromEntries(headers) }
}

async function unpacked(codec: number, bytes: Buffer): Promise<Buffer> {
  if (codec === 1) return gunzipSync(bytes)
  if (codec === 2) return snappy().decompress(bytes)
  if (codec === 3) return decompressFrameSync(bytes)
  return codec === 4 ? zstdDecompressSync(bytes) : bytes
}
