import { describe, expect, test } from 'vitest'
import { printable } from '../../../src/cli/printable.ts'

describe('printable()', () => {
  test.for([
    ['a colour sequence', 'a\u001b[31mred', 'a\\u001b[31mred'],
    ['an 8-bit CSI', 'a\u009b2J', 'a\\u009b2J'],
    ['a bell and DEL', '\u0007\u007f', '\\u0007\\u007f'],
    ['NUL', '\u0000', '\\u0000'],
    ['line ends and tabs', 'a\nb\rc\td', 'a\\nb\\rc\\td'],
    ['overrides of direction', '\u202eexe.txt\u202c', '\\u202eexe.txt\\u202c'],
    ['isolates', '\u2066x\u2069', '\\u2066x\\u2069'],
    ['direction marks', '\u200e\u200f\u061c', '\\u200e\\u200f\\u061c'],
    ['separators', '\u2028\u2029', '\\u2028\\u2029'],
    ['zero width', 'a\u200bb\ufeff', 'a\\u200bb\\ufeff'],
    ['tags beyond the first plane', '\u{e0041}', '\\udb40\\udc41'],
    ['a lone surrogate', 'a\ud800b', 'a\\ud800b'],
  ] as const)('escapes %s', ([, text, expected]) => {
    expect(printable(text)).toBe(expected)
  })

  test.for(['/api/v1?q=ä', 'Grüße', '日本語', '🚢 ship', 'quotes " \' \\'])('leaves %s as it is', (text) => {
    expect(printable(text)).toBe(text)
  })

  test('leaves no character that steers a terminal, for all of the first plane', () => {
    const all = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code)).join('')
    // oxlint-disable-next-line no-control-regex -- these must be gone
    expect(printable(all)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/)
  })

  test('keeps the meaning of a JSON text', () => {
    const value = { path: '\u009b2J\u202e\u{e0041}ä' }
    expect(JSON.parse(printable(JSON.stringify(value)))).toEqual(value)
  })
})
