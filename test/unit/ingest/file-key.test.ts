import { describe, expect, test } from 'vitest'
import { FIRST_LINE_BYTES, fileKey, firstLineOf } from '../../../src/ingest/file-key.ts'

describe('firstLineOf()', () => {
  test.for([
    ['a complete line', 'one\ntwo', false, 'one'],
    ['an empty line', '\ntwo', false, ''],
    ['an incomplete line', 'one', false, undefined],
    ['an incomplete line of a final file', 'one', true, 'one'],
    ['nothing', '', false, undefined],
    ['the head of a long line', 'x'.repeat(2_000), false, 'x'.repeat(FIRST_LINE_BYTES)],
    ['a long line that has ended', `${'x'.repeat(1_500)}\ny`, false, 'x'.repeat(FIRST_LINE_BYTES)],
    ['a line of exactly 1,024 bytes', `${'x'.repeat(FIRST_LINE_BYTES)}\ny`, false, 'x'.repeat(FIRST_LINE_BYTES)],
    ['1,024 bytes without an end', 'x'.repeat(FIRST_LINE_BYTES), false, 'x'.repeat(FIRST_LINE_BYTES)],
    ['1,023 bytes without an end', 'x'.repeat(FIRST_LINE_BYTES - 1), false, undefined],
  ] as const)('of %s', ([, head, isFinal, expected]) => {
    expect(firstLineOf(Buffer.from(head), isFinal)?.toString()).toBe(expected)
  })
})

describe('fileKey()', () => {
  const line = Buffer.from('2026-11-22T13:17:32.798313466Z stderr F hello')

  test('has eleven characters of base64url', () => {
    expect(fileKey('scope', 0, line)).toMatch(/^[\w-]{11}$/)
  })

  test('is stable from release to release', () => {
    expect(fileKey('scope', 0, line)).toBe('tlV9KrgiG80')
  })

  test.for([
    ['scope', fileKey('other', 0, line)],
    ['generation', fileKey('scope', 1, line)],
    ['first line', fileKey('scope', 0, Buffer.from('another'))],
    ['border between scope and line', fileKey('scope\0', 0, line)],
  ] as const)('differs by %s', ([, other]) => {
    expect(other).not.toBe(fileKey('scope', 0, line))
  })
})
