import { describe, expect, test } from 'vitest'
import { isComparable, isOlder, newerOf } from '../../../../src/enrich/kubernetes/resource-version.ts'

describe('isComparable()', () => {
  test.for([
    ['1', true],
    ['12345678901234567890123', true],
    ['9'.repeat(128), true],
    ['9'.repeat(129), false],
    ['', false],
    ['0', false],
    ['007', false],
    ['-1', false],
    ['1.5', false],
    ['1e3', false],
    ['1\n', false],
    ['a1', false],
    [7, false],
    [undefined, false],
  ] as const)('of %j: %s', ([version, is]) => expect(isComparable(version)).toBe(is))
})

describe('isOlder()', () => {
  test.for([
    ['9', '10', true],
    ['10', '9', false],
    ['10', '10', false],
    ['18446744073709551615', '18446744073709551616', true],
    ['9007199254740993', '9007199254740992', false],
  ] as const)('of %s and %s: %s', ([one, other, is]) => {
    expect([isOlder(one, other), newerOf(one, other)]).toEqual([is, is ? other : one])
  })
})
