import { describe, expect, test } from 'vitest'
import { parseOptions } from '../../../src/cli/options.ts'

const OPTIONS = {
  config: { type: 'string', short: 'c' },
  output: { type: 'string', values: ['json', 'table'] },
  failures: { type: 'boolean' },
} as const

describe('parseOptions()', () => {
  test.for([
    ['nothing', [], {}],
    ['a value behind a space', ['--config', 'a.yaml'], { config: 'a.yaml' }],
    ['a value behind =', ['--config=--odd'], { config: '--odd' }],
    ['a short option', ['-c', 'a.yaml'], { config: 'a.yaml' }],
    ['a dash as a value', ['--config', '-'], { config: '-' }],
    ['a switch', ['--failures'], { failures: true }],
    ['one of a set', ['--output', 'table'], { output: 'table' }],
    ['the last of two', ['--config', 'a', '--config', 'b'], { config: 'b' }],
  ] as const)('reads %s', ([, args, values]) => {
    expect(parseOptions('parse', args, OPTIONS)).toEqual({ values, positionals: [] })
  })

  test('takes what follows -- as positional', () => {
    expect(parseOptions('explain', ['UF', '--', '--config'], OPTIONS, 2).positionals).toEqual(['UF', '--config'])
  })

  test.for([
    [
      'an unknown option',
      ['--confg', 'x'],
      'Cannot use option "--confg": no such option (did you mean "--config"?); see flagship parse --help',
    ],
    [
      'a name of Object.prototype',
      ['--constructor'],
      'Cannot use option "--constructor": no such option; see flagship parse --help',
    ],
    ['a missing value', ['--config'], 'Cannot use option "--config": it needs a value; see flagship parse --help'],
    [
      'an option as value',
      ['--config', '--failures'],
      'Cannot use option "--config": it needs a value; see flagship parse --help',
    ],
    [
      'a value for a switch',
      ['--failures=yes'],
      'Cannot use option "--failures": it takes no value; see flagship parse --help',
    ],
    [
      'a value not in the set',
      ['--output', 'tabel'],
      'Cannot set "--output" to "tabel": expected json, table (did you mean "table"?); see flagship parse --help',
    ],
    ['one argument too many', ['a'], 'Cannot take argument "a": one too many; see flagship parse --help'],
    [
      'an escape sequence',
      ['--\u001b[2J'],
      'Cannot use option "--\\u001b[2J": no such option; see flagship parse --help',
    ],
  ] as const)('refuses %s', ([, args, message]) => {
    expect(() => parseOptions('parse', args, OPTIONS)).toThrow(expect.objectContaining({ code: 'USAGE', message }))
  })
})
