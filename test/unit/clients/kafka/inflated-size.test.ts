import { array, assert, asyncProperty, boolean, integer, property, string } from '../../../support/fast-check.ts'
import { compressFrameSync } from 'lz4-napi'
import snappy from 'kafkajs-snappy'
import { describe, expect, test } from 'vitest'
import { lz4Size, snappySize } from '../../../../src/clients/kafka/inflated-size.ts'

/** Texts that are repeated, so that there are matches of all lengths. */
const bytes = array(
  array(string({ maxLength: 40 }), { maxLength: 5 }).map((parts) => parts.join('')),
  { maxLength: 9 },
)
  .chain((texts) => integer({ min: 1, max: 3_000 }).map((count) => Buffer.from(texts.join('').repeat(count))))
  .map((buffer) => buffer.subarray(0, 400_000))

describe('lz4Size()', () => {
  test('is what decompressing gives', () => {
    assert(property(bytes, boolean(), boolean(), lz4SizeHolds), { numRuns: 150, seed: 3 })
  })

  test('comes to an end with anything', () => {
    const frame = compressFrameSync(Buffer.alloc(100_000, 'some line '))
    for (let at = 0; at < frame.length; at += 1)
      for (const value of [0, 127, 255]) {
        const broken = Buffer.from(frame)
        broken[at] = value
        expect(lz4Size(broken.subarray(0, frame.length - (at % 7)))).toBeGreaterThanOrEqual(0)
      }
  })
})

describe('snappySize()', () => {
  test('is what decompressing gives', async () => {
    const codec = snappy()
    const holds = async (plain: Buffer) => {
      expect(snappySize(await codec.compress({ buffer: plain }))).toBe(plain.length)
    }
    await assert(asyncProperty(bytes, holds), { numRuns: 100, seed: 4 })
  })

  test('takes a large number for one', () => {
    expect(snappySize(Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]))).toBe(2 ** 32 - 1)
  })
})

function lz4SizeHolds(plain: Buffer, blockChecksums: boolean, contentChecksum: boolean): void {
  expect(lz4Size(compressFrameSync(plain, { blockChecksums, contentChecksum }))).toBe(plain.length)
}
