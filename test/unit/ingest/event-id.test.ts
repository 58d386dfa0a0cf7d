import * as fc from '../../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { eventIds, fileKeyOf } from '../../../src/ingest/event-id.ts'

const MOST_OFFSET = 2 ** 48 - 1

/** The definition, by way of a buffer. */
function reference(key: Uint8Array, offsetBytes: number): string {
  const bytes = Buffer.alloc(14)
  bytes.set(key)
  bytes.writeUIntBE(offsetBytes, 8, 6)
  return bytes.toString('base64url')
}

const keys = fc.uint8Array({ minLength: 8, maxLength: 8 })
const offsets = fc.oneof(fc.nat(), fc.integer({ min: 0, max: MOST_OFFSET }))

describe('eventIds()', () => {
  test('gives base64url of key and offset for every key and offset', () => {
    fc.assert(
      fc.property(keys, fc.array(offsets, { minLength: 1, maxLength: 20 }), (key, list) => {
        const idOf = eventIds(Buffer.from(key).toString('base64url'))
        for (const offset of list) expect(idOf(offset)).toBe(reference(key, offset))
      }),
      { seed: 3, numRuns: 500 },
    )
  })

  test.for([0, 1, 2 ** 22 - 1, 2 ** 22, 2 ** 32 - 1, 2 ** 32, 2 ** 46, MOST_OFFSET])(
    'gives the bytes of offset %d at the edges of its parts',
    (offset) => {
      const key = Buffer.from('ff00ff00ff00ff0f', 'hex')
      expect(eventIds(key.toString('base64url'))(offset)).toBe(reference(key, offset))
    },
  )

  test('gives another id for each offset and each key', () => {
    const ids = new Set<string>()
    for (const key of ['AAAAAAAAAAA', 'AAAAAAAAAAE', 'BAAAAAAAAAA'])
      for (let offset = 0; offset < 20_000; offset += 1) ids.add(eventIds(key)(offset * 131))
    expect(ids.size).toBe(60_000)
  })
})

describe('fileKeyOf()', () => {
  test('gives back the key of every id', () => {
    fc.assert(
      fc.property(keys, offsets, (bytes, offset) => {
        const key = Buffer.from(bytes).toString('base64url')
        expect(fileKeyOf(eventIds(key)(offset))).toBe(key)
      }),
      { seed: 5, numRuns: 500 },
    )
  })
})
