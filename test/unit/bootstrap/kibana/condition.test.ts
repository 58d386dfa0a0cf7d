import { describe, expect, test } from 'vitest'
import { type Condition, esqlOf, fieldsOf, kqlOf } from '../../../../src/bootstrap/kibana/condition.ts'
import { findMark, markOf } from '../../../../src/bootstrap/kibana/mark.ts'
import { idIn, uuidIn } from '../../../../src/bootstrap/kibana/space.ts'
import { dslOfKql } from '../../../support/kql.ts'

const A: Condition = { field: 'a', is: ['x'] }
const B: Condition = { field: 'b', is: ['y "z"', 2] }

// biome-ignore format: a table
const CASES: readonly (readonly [name: string, condition: Condition, kql: string, esql: string])[] = [
  ['one value', A, 'a : "x"', 'COALESCE(a IN ("x"), false)'],
  ['values, quotes escaped', B, String.raw`b : ("y \"z\"" or 2)`, String.raw`COALESCE(b IN ("y \"z\"", 2), false)`],
  ['a least value', { field: 'n', atLeast: 5 }, 'n >= 5', 'COALESCE(n >= 5, false)'],
  ['a field', { exists: 'a' }, 'a : *', 'a IS NOT NULL'],
  ['not', { not: A }, 'not a : "x"', 'NOT COALESCE(a IN ("x"), false)'],
  ['not over all', { not: { all: [A, A] } }, 'not (a : "x" and a : "x")', 'NOT (COALESCE(a IN ("x"), false) AND COALESCE(a IN ("x"), false))'],
  ['any in all', { all: [A, { any: [A, A] }] }, 'a : "x" and (a : "x" or a : "x")', 'COALESCE(a IN ("x"), false) AND (COALESCE(a IN ("x"), false) OR COALESCE(a IN ("x"), false))'],
]

describe('kqlOf()', () => {
  test.for(CASES)('writes %s', ([, condition, kql]) => {
    expect(kqlOf(condition)).toBe(kql)
    expect(() => dslOfKql(kql)).not.toThrow()
  })
})

describe('esqlOf()', () => {
  test.for(CASES)('writes %s, never null', ([, condition, , esql]) => {
    expect(esqlOf(condition)).toBe(esql)
  })
})

describe('fieldsOf()', () => {
  test('names every field once, however deep', () => {
    expect(fieldsOf({ all: [A, { not: { any: [B, A] } }, { exists: 'c' }] })).toEqual(['a', 'b', 'c'])
  })
})

describe('findMark()', () => {
  test('finds what markOf() wrote, in the midst of a text', () => {
    const mark = markOf({ a: 1 }, 7)
    expect(findMark(`Something. Managed by flagship (${mark}).`)).toEqual({ version: 7, text: mark })
    expect(findMark('flagship')).toBeUndefined()
  })

  test('tells contents apart', () => {
    expect(markOf({ a: 1 }, 1)).toBe(markOf({ a: 1 }, 1))
    expect(markOf({ a: 1 }, 1)).not.toBe(markOf({ a: 2 }, 1))
  })
})

describe('uuidIn()', () => {
  const uuid = 'b890bc24-bbb6-48d6-a3e2-ca5936958dda'

  test('leaves the default space as it is, and gives every other one its own', () => {
    expect(uuidIn('default', uuid)).toBe(uuid)
    expect(uuidIn('a', uuid)).toBe(uuidIn('a', uuid))
    expect(new Set([uuid, uuidIn('a', uuid), uuidIn('b', uuid)]).size).toBe(3)
    expect(idIn('a', 'flagship-dashboard')).toBe('flagship-dashboard-a')
  })
})
