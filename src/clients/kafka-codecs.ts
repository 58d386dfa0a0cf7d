/** What kafkajs cannot compress by itself. It has one table of codecs for the whole process. */
import { promisify } from 'node:util'
import { zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib'
import kafkajs from 'kafkajs'
import snappy from 'kafkajs-snappy'
import { FlagshipError, reasonOf } from '../errors.ts'

/** Names of Kafka's codecs, as its `compression.type` has them. */
export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** As kafkajs asks for one. */
export interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>
  decompress(bytes: Buffer): Promise<Buffer>
}

const { CompressionCodecs, CompressionTypes } = kafkajs

/** Numbers of the protocol. */
export const COMPRESSION_TYPES = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
} as const satisfies Record<Compression, number>

/**
 * Make kafkajs able to use a codec, and give it; undefined where nothing is to be compressed.
 * @throws FlagshipError SINK_MISCONFIGURED where its native part is not there.
 */
export async function loadCodec(compression: Compression): Promise<Codec | undefined> {
  if (compression === 'zstd') CompressionCodecs[CompressionTypes.ZSTD] = () => ZSTD
  if (compression === 'snappy') CompressionCodecs[CompressionTypes.Snappy] = snappy
  if (compression === 'lz4') {
    const codec = await lz4()
    CompressionCodecs[CompressionTypes.LZ4] = () => codec
  }
  return compression === 'none' ? undefined : CompressionCodecs[COMPRESSION_TYPES[compression]]()
}

const [zstd, unzstd] = [promisify(zstdCompress), promisify(zstdDecompress)]
/**
 * What takes less time than handing it to another thread, which costs as much again: a millisecond or two. More than that
 * must not hold up heartbeats.
 */
const [MOST_AT_ONCE, MOST_PACKED_AT_ONCE] = [1_048_576, 65_536]
/** Each piece is a turn of its own for the thread that unpacks; Node takes 16 KiB. */
const UNPACKED = { chunkSize: 262_144 }

const ZSTD: Codec = {
  compress: async ({ buffer }) => {
    const known = { pledgedSrcSize: buffer.length } // else it takes memory for the largest, each time
    return buffer.length <= MOST_AT_ONCE ? zstdCompressSync(buffer, known) : zstd(buffer, known)
  },
  decompress: async (bytes) =>
    bytes.length <= MOST_PACKED_AT_ONCE ? zstdDecompressSync(bytes, UNPACKED) : unzstd(bytes, UNPACKED),
}

async function lz4(): Promise<Codec> {
  try {
    const { compressFrame, decompressFrame } = await import('lz4-napi')
    return { compress: ({ buffer }) => compressFrame(buffer), decompress: (bytes) => decompressFrame(bytes) }
  } catch (error) {
    const state = 'the optional package lz4-napi does not load here; use zstd, or install it for this platform'
    throw new FlagshipError('SINK_MISCONFIGURED', `Cannot use compression "lz4": ${state} (${reasonOf(error)})`)
  }
}
