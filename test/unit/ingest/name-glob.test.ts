import { describe, expect, test } from 'vitest'
import { expandBraces, NameGlob } from '../../../src/ingest/name-glob.ts'

describe('NameGlob.matches()', () => {
  test.for([
    ['a.log', 'a.log', true],
    ['a.log', 'aXlog', false],
    ['*', '', true],
    ['*', '.hidden', true],
    ['*.log', 'a.log', true],
    ['*.log', 'a.log.1', false],
    ['*_istio-proxy-*.log', 'a_b_istio-proxy-c.log', true],
    ['*ab', 'aab', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['a**', 'abc', true],
    ['?.log', 'a.log', true],
    ['?.log', '.log', false],
    ['[a-c]x', 'bx', true],
    ['[a-c]x', 'dx', false],
    ['[!a-c]x', 'dx', true],
    ['[^a-c]x', 'ax', false],
    ['[]]x', ']x', true],
    ['[a-', '[a-', true],
    ['shop', 'shop-2', false],
    ['', 'a', false],
  ] as const)('of %j and %j is %s', ([pattern, name, expected]) => {
    expect(new NameGlob(pattern).matches(name)).toBe(expected)
  })

  test('takes no more time for a hostile name', () => {
    const glob = new NameGlob(`${'*a'.repeat(20)}b`)
    expect(glob.matches('a'.repeat(250))).toBe(false) // a regular expression of that would not end
  })
})

describe('expandBraces()', () => {
  test.for([
    ['/a/b', ['/a/b']],
    ['/{a,b/c}/x', ['/a/x', '/b/c/x']],
    ['{a,b}{c,d}', ['ac', 'ad', 'bc', 'bd']],
    ['{a,{b,c}}', ['a', 'b', 'c']],
    ['{a}', ['{a}']],
    ['{a,}b', ['ab', 'b']],
  ] as const)('of %j is %j', ([pattern, expected]) => {
    expect([...expandBraces(pattern)].sort()).toEqual([...expected].sort())
  })

  test('stops at some number', () => {
    expect(expandBraces('{a,b}'.repeat(40)).length).toBeLessThan(400)
  })
})
