import { describe, expect, test } from 'vitest'
import { difference } from '../../../src/bootstrap/difference.ts'

describe('difference()', () => {
  test.for([
    ['equal values in another order', { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }, []],
    ['a changed value', { a: { b: 1 } }, { a: { b: '1' } }, ['- a.b: 1', '+ a.b: "1"']],
    ['a new member', {}, { a: true }, ['- : {}', '+ a: true']],
    ['a member that goes', { a: 1, b: null }, { a: 1 }, ['- b: null']],
    ['a list of plain values as one', { a: [1, 2] }, { a: [2, 1] }, ['- a: [1,2]', '+ a: [2,1]']],
    ['a list of objects by place', { a: [{ b: 1 }] }, { a: [{ b: 2 }] }, ['- a[0].b: 1', '+ a[0].b: 2']],
    ['an empty object against a full one', { a: {} }, { a: { b: 1 } }, ['- a: {}', '+ a.b: 1']],
    ['a name with a dot', { 'a.b': 1 }, { a: { b: 1 } }, ['- ["a.b"]: 1', '+ a.b: 1']],
  ] as const)('shows %s', ([, before, after, lines]) => {
    expect(difference(before, after)).toEqual(lines)
  })

  test('cuts long values', () => {
    const [line = ''] = difference({ a: 'x'.repeat(100_000) }, {})
    expect(line.length).toBeLessThan(200)
  })
})
