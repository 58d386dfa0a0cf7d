import { gzipSync, zstdCompressSync } from 'node:zlib'
import { lookupCodec } from 'kafkajs/src/protocol/message/compression/index.js'
import { compressFrameSync } from 'lz4-napi'
import { describe, expect, test } from 'vitest'
import {
  bounded,
  COMPRESSION_TYPES,
  type Codec as LoadedCodec,
  loadCodec,
} from '../../../../src/clients/kafka/codecs.ts'

type Codec = 'gzip' | 'snappy' | 'lz4' | 'zstd'

const BOUND = 134_217_728
const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const
const TOO_LARGE = `its records have more than ${BOUND} bytes when they are decompressed`

/** As kafkajs finds it. */
async function codecOf(name: Codec): Promise<LoadedCodec> {
  await loadCodec(name)
  return lookupCodec(COMPRESSION_TYPES[name])
}

/** Java's frame around blocks of snappy. */
function framed(...blocks: readonly Buffer[]): Buffer {
  const head = Buffer.from([130, 83, 78, 65, 80, 80, 89, 0, 0, 0, 0, 1, 0, 0, 0, 1])
  const sized = blocks.map((block) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(block.length)
    return Buffer.concat([length, block])
  })
  return Buffer.concat([head, ...sized])
}

/** 200,000,000 as snappy has it, and nothing of it. */
const SNAPPY_BOMB = Buffer.from([0x80, 0x84, 0xaf, 0x5f, 0])

const BOMBS: readonly (readonly [string, Codec, () => Buffer])[] = [
  ['gzip', 'gzip', () => gzipSync(Buffer.alloc(BOUND + 1), { level: 1 })],
  ['zstd', 'zstd', () => zstdCompressSync(Buffer.alloc(BOUND + 1))],
  ['lz4', 'lz4', () => compressFrameSync(Buffer.alloc(BOUND + 1))],
  [
    'lz4 with checksums',
    'lz4',
    () => compressFrameSync(Buffer.alloc(BOUND + 1), { blockChecksums: true, contentChecksum: true }),
  ],
  ['two frames of lz4', 'lz4', () => Buffer.concat([lz4Half(), lz4Half()])],
  ['snappy', 'snappy', () => SNAPPY_BOMB],
  ['snappy in a frame', 'snappy', () => framed(SNAPPY_BOMB)],
]

function lz4Half(): Buffer {
  return compressFrameSync(Buffer.alloc(BOUND / 2 + 1))
}

describe('loadCodec()', () => {
  test.for(CODECS)('gives back what was compressed with %s', async (name) => {
    const codec = await codecOf(name)
    for (const bytes of [Buffer.alloc(300_000, 'line '), Buffer.from('x'), Buffer.from(mixed(200_000))]) {
      const compressed = await codec.compress({ buffer: bytes })
      expect((await bounded(() => codec.decompress(compressed))).equals(bytes)).toBe(true)
    }
  })

  test.for(BOMBS)('does not decompress what is too large: %s', async ([, name, bomb]) => {
    const codec = await codecOf(name)
    await expect(codec.decompress(bomb())).rejects.toThrow(TOO_LARGE)
  })

  test('counts all that one response has', async () => {
    const codec = await codecOf('zstd')
    const third = await codec.compress({ buffer: Buffer.alloc(Math.ceil(BOUND / 3)) })
    const whole = async () => {
      for (let count = 0; count < 3; count += 1) await codec.decompress(third)
    }
    await expect(bounded(whole)).rejects.toThrow(TOO_LARGE)
    await expect(bounded(() => codec.decompress(third))).resolves.toHaveLength(Math.ceil(BOUND / 3))
  })

  test.for(CODECS)('says what is malformed: %s', async (name) => {
    const codec = await codecOf(name)
    for (const bytes of [Buffer.from('no such thing at all'), Buffer.from([0xff, 0xff])])
      await expect(codec.decompress(bytes)).rejects.toThrow(/^its records /)
  })
})

/** Bytes that are compressed in part. */
function mixed(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => (index % 300 < 150 ? (index * 7919) % 251 : 7))
}
