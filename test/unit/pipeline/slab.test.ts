import { describe, expect, test } from 'vitest'
import { copyToSlab, reuseSlab } from '../../../src/pipeline/slab.ts'

function filled(length: number, byte: number): Buffer {
  return Buffer.alloc(length, byte)
}

describe('copyToSlab()', () => {
  test.for([0, 1, 4_095, 4_096, 4_097, 700_000, 4_194_304, 4_194_305])('gives %d bytes as they are', (length) => {
    const copy = copyToSlab(filled(length, 7))
    expect(copy.equals(filled(length, 7))).toBe(true)
  })

  test('never gives memory that is in use', () => {
    const copies = Array.from({ length: 20 }, (_, index) => copyToSlab(filled(100_000, index)))
    expect(copies.map((copy, index) => copy.equals(filled(100_000, index)))).toEqual(copies.map(() => true))
    expect(new Set(copies.map((copy) => copy.buffer)).size).toBe(20)
  })
})

describe('reuseSlab()', () => {
  test('gives memory to the next copy of a like size', () => {
    const first = copyToSlab(filled(100_000, 1))
    reuseSlab(first)
    const second = copyToSlab(filled(120_000, 2))
    expect(second.buffer).toBe(first.buffer)
    expect(second.equals(filled(120_000, 2))).toBe(true)
  })

  test('gives the memory of a few documents to the next few', () => {
    const first = copyToSlab(filled(9_000, 1))
    reuseSlab(first)
    expect(copyToSlab(filled(9_000, 2)).buffer).toBe(first.buffer)
  })

  test('leaves alone what is no slab', () => {
    const other = Buffer.allocUnsafeSlow(131_072)
    reuseSlab(other)
    expect(copyToSlab(filled(131_072, 3)).buffer).not.toBe(other.buffer)
  })
})
