import { describe, expect, test } from 'vitest'
import type { Chunk } from '../../../src/pipeline/contract.ts'
import { Joins } from '../../../src/pipeline/joins.ts'

const chunk = (fileKey: string): Chunk => ({ fileKey, path: `/log/${fileKey}`, offsetBytes: 0, bytes: Buffer.alloc(0) })

describe('Joins', () => {
  test('puts the pieces of a stream together and keeps the place of the first', () => {
    const joins = new Joins([], 100)
    joins.append('stdout', chunk('a'), 10, 't1', Buffer.from('one '))
    joins.append('stderr', chunk('a'), 20, 't2', Buffer.from('other'))
    joins.append('stdout', chunk('a'), 30, 't3', Buffer.from('two '))
    const line = joins.take('stdout', Buffer.from('three'), 't4')
    expect(line).toMatchObject({ fileKey: 'a', offsetBytes: 10, time: 't4', isTruncated: false })
    expect(line?.bytes.toString()).toBe('one two three')
    expect(joins.streams()).toEqual(['stderr'])
  })

  test('keeps the head of a line that is longer than the cap', () => {
    const joins = new Joins([], 5)
    joins.append('stdout', chunk('a'), 0, undefined, Buffer.from('1234'))
    joins.append('stdout', chunk('a'), 9, undefined, Buffer.from('5678'))
    const line = joins.take('stdout', Buffer.from('9'), undefined)
    expect(line?.bytes.toString()).toBe('12345')
    expect(line?.isTruncated).toBe(true)
  })

  test('carries the bytes of an open join to the next chunk', () => {
    const before = new Joins([], 100)
    before.append('stdout', chunk('a'), 0, undefined, Buffer.from('x'))
    const carried = before.carry()
    const after = new Joins(carried, 100)
    after.append('stdout', chunk('a'), 70, undefined, Buffer.from('y'))
    expect(after.carry()).toMatchObject([{ offsetBytes: 0, bytes: Buffer.from('xy') }])
    expect(carried).toMatchObject([{ bytes: Buffer.from('x') }])
  })

  test('gives a join whose end is missing as truncated', () => {
    const joins = new Joins([], 100)
    joins.append('stdout', chunk('a'), 0, undefined, Buffer.from('x'))
    expect(joins.take('stdout', undefined, undefined)).toMatchObject({ isTruncated: true, bytes: Buffer.from('x') })
    expect(joins.isEmpty).toBe(true)
  })
})
