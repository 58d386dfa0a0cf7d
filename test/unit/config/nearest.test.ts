import { describe, expect, test } from 'vitest'
import { didYouMean, nearest } from '../../../src/config/nearest.ts'

const KNOWN = ['directory', 'pods', 'nodeName', 'warning', 'json', 'table', '--config', 'maxLineBytes']

describe('nearest()', () => {
  test.for([
    ['a letter too few', 'pds', 'pods'],
    ['a letter too many', 'podss', 'pods'],
    ['two letters swapped', 'tabel', 'table'],
    ['another case', 'nodename', 'nodeName'],
    ['another way to join words', 'max_line_bytes', 'maxLineBytes'],
    ['a beginning', 'warn', 'warning'],
    ['a longer form', 'jsonl', 'json'],
    ['several mistakes in a long word', 'dirctry', 'directory'],
  ] as const)('finds %s', ([, word, expected]) => {
    expect(nearest(word, KNOWN)).toBe(expected)
  })

  test.for(['', 'x', 'kafka', 'elasticsearch', 'a'.repeat(100_000)])('finds nothing near %s', (word) => {
    expect(nearest(word, KNOWN)).toBeUndefined()
  })
})

describe('didYouMean()', () => {
  test('is empty where nothing is near', () => {
    expect([didYouMean('tabel', KNOWN), didYouMean('kafka', KNOWN)]).toEqual([' (did you mean "table"?)', ''])
  })
})
