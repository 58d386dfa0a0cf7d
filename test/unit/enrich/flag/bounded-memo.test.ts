import { describe, expect, test } from 'vitest'
import { memoized, withoutBlanks } from '../../../../src/enrich/flag/bounded-memo.ts'

describe('memoized()', () => {
  test('computes once per text', () => {
    let calls = 0
    const length = memoized((text) => {
      calls += 1
      return { length: text.length }
    })
    expect(length('abc')).toBe(length('abc'))
    expect(calls).toBe(1)
  })

  test('forgets after 4,096 texts, and keeps no very long one', () => {
    const identity = memoized((text) => ({ text }))
    const first = identity('first')
    for (let i = 0; i < 4_096; i += 1) identity(`text ${i}`)
    expect(identity('first')).not.toBe(first)
    const long = 'x'.repeat(1_025)
    expect(identity(long)).not.toBe(identity(long))
  })
})

test('withoutBlanks() writes blanks as Envoy does', () => {
  expect(withoutBlanks('delayed connect error: 111')).toBe('delayed_connect_error:_111')
})
