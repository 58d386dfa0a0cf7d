/** How records are compressed, and decompressed within bounds, which kafkajs does not have. It has one table of codecs for the whole process. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { promisify } from 'node:util'
import {
  gzip,
  unzip,
  type ZlibOptions,
  zstdCompress,
  zstdCompressSync,
  zstdDecompress,
  zstdDecompressSync,
  type ZstdOptions,
} from 'node:zlib'
import kafkajs from 'kafkajs'
import snappy from 'kafkajs-snappy'
import { FlagshipError, reasonOf } from '../../errors.ts'
import { lz4Size, snappySize } from './inflated-size.ts'

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

/** Most that the records of one fetch response may have when they are decompressed. */
const MOST_INFLATED_BYTES = 134_217_728
/** What is left of it: kafkajs gives codecs nothing but bytes. */
const allowance = new AsyncLocalStorage<{ leftBytes: number }>()

/** A batch cannot be decompressed, or has more bytes then than we hold. */
export class InflationFailure extends Error {
  override readonly name: string = 'InflationFailure'
}

/** What `read` decompresses is bounded, all together; beyond that it rejects with an InflationFailure. */
export function bounded<T>(read: () => Promise<T>): Promise<T> {
  return allowance.run({ leftBytes: MOST_INFLATED_BYTES }, read)
}

/**
 * Make kafkajs able to use a codec, and give it; undefined where nothing is to be compressed.
 * @throws FlagshipError SINK_MISCONFIGURED where its native part is not there.
 */
export async function loadCodec(compression: Compression): Promise<Codec | undefined> {
  if (compression === 'none') return undefined
  const codec = CODECS[compression] ?? (await lz4())
  CompressionCodecs[COMPRESSION_TYPES[compression]] = () => codec
  return codec
}

/** As much as is left. */
type Inflate = (bytes: Buffer, mostBytes: number) => Promise<Buffer>

function boundedCodec(compress: (bytes: Buffer) => Promise<Buffer>, inflate: Inflate): Codec {
  const decompress = async (bytes: Buffer) => {
    const share = allowance.getStore() ?? { leftBytes: MOST_INFLATED_BYTES }
    try {
      const inflated = await inflate(bytes, Math.max(share.leftBytes, 1))
      share.leftBytes -= inflated.length
      return inflated
    } catch (error) {
      throw new InflationFailure(inflationState(error), { cause: error })
    }
  }
  return { compress: ({ buffer }) => compress(buffer), decompress }
}

function inflationState(error: unknown): string {
  if (!(error instanceof RangeError)) return `its records cannot be decompressed: ${reasonOf(error)}`
  return `its records have more than ${MOST_INFLATED_BYTES} bytes when they are decompressed`
}

/** For what knows no bound itself: the size is looked at first. */
function sized(sizeOf: (bytes: Buffer) => number, inflate: (bytes: Buffer) => Promise<Buffer>): Inflate {
  return async (bytes, mostBytes) => {
    if (sizeOf(bytes) > mostBytes) throw new RangeError('too large')
    return inflate(bytes)
  }
}

const [deflate, inflateGzip] = [promisify(gzip), promisify<Buffer, ZlibOptions, Buffer>(unzip)]
const [zstd, unzstd] = [promisify(zstdCompress), promisify<Buffer, ZstdOptions, Buffer>(zstdDecompress)]
/**
 * What takes less time than handing it to another thread, which costs as much again: a millisecond or two. More than that
 * must not hold up heartbeats.
 */
const [MOST_AT_ONCE, MOST_PACKED_AT_ONCE] = [1_048_576, 65_536]
/** Each piece is a turn of its own for the thread that unpacks; Node takes 16 KiB. */
const PIECE_BYTES = 262_144

const ZSTD = boundedCodec(
  async (bytes) => {
    const known = { pledgedSrcSize: bytes.length } // else it takes memory for the largest, each time
    return bytes.length <= MOST_AT_ONCE ? zstdCompressSync(bytes, known) : zstd(bytes, known)
  },
  async (bytes, maxOutputLength) => {
    const options = { chunkSize: PIECE_BYTES, maxOutputLength }
    return bytes.length <= MOST_PACKED_AT_ONCE ? zstdDecompressSync(bytes, options) : unzstd(bytes, options)
  },
)
const SNAPPY: Codec = snappy()

/** Without lz4, which may not load. */
const CODECS: Readonly<Partial<Record<Compression, Codec>>> = {
  gzip: boundedCodec(
    (bytes) => deflate(bytes),
    (bytes, maxOutputLength) => inflateGzip(bytes, { maxOutputLength }),
  ),
  zstd: ZSTD,
  snappy: boundedCodec(
    (buffer) => SNAPPY.compress({ buffer }),
    sized(snappySize, (bytes) => SNAPPY.decompress(bytes)),
  ),
}

async function lz4(): Promise<Codec> {
  try {
    const { compressFrame, decompressFrame } = await import('lz4-napi')
    return boundedCodec(
      (bytes) => compressFrame(bytes),
      sized(lz4Size, (bytes) => decompressFrame(bytes)),
    )
  } catch (error) {
    const state = 'the optional package lz4-napi does not load here; use zstd, or install it for this platform'
    throw new FlagshipError('SINK_MISCONFIGURED', `Cannot use compression "lz4": ${state} (${reasonOf(error)})`)
  }
}
