import * as fc from '../../../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { MAX_MESSAGES, messagesOf } from '../../../../src/ingest/envelope/body.ts'

describe('messagesOf()', () => {
  test.for([
    ['an array', '[{"a":1},{"b":[2]}]', ['{"a":1}', '{"b":[2]}']],
    ['an array with blanks', ' [ {"a":1} ,\n {"b":\n2} ]\n', ['{"a":1}', '{"b":\n2}']],
    ['an empty array', '[]', []],
    ['objects one a line', '{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}']],
    ['lines of Windows', '{"a":1}\r\n\r\n{"b":2}', ['{"a":1}', '{"b":2}']],
    ['objects one behind the other', '{"a":1}{"b":2}', ['{"a":1}', '{"b":2}']],
    [
      'brackets and quotes in texts',
      String.raw`{"a":"}\"]{"}{"b":"\\"}`,
      [String.raw`{"a":"}\"]{"}`, String.raw`{"b":"\\"}`],
    ],
    ['what only its envelope can refuse', '{a}', ['{a}']],
    ['nothing', '', []],
  ] as const)('takes %s apart', ([, body, messages]) => {
    const result = messagesOf(Buffer.from(body))
    expect(result.ok && result.messages.map(String)).toEqual(messages)
  })

  test.for([
    ['a line that is no object', '{"a":1}\nx\n', 2],
    ['a line that does not end', '{"a":1}\n{"b":\n2}', 2],
    ['a text that does not end', '{"a":"', 1],
    ['msgpack', '\x92\xd7\0', 1],
    ['an array that does not end', '[{"a":1},\n{"b":2}', 2],
    ['an array without commas', '[{"a":1}\n{"b":2}]', 2],
    ['an array of numbers', '[1]', 1],
    ['something behind an array', '[]\n\n{}', 3],
  ] as const)('refuses %s', ([, body, line]) => {
    const expected = 'JSON objects, one a line or in one array'
    expect(messagesOf(Buffer.from(body, 'latin1'))).toEqual({ ok: false, line, expected })
  })

  test('refuses more records than a request may have', () => {
    expect(messagesOf(Buffer.from('{}'.repeat(MAX_MESSAGES)))).toMatchObject({ ok: true })
    expect(messagesOf(Buffer.from('{}'.repeat(MAX_MESSAGES + 1)))).toEqual({
      ok: false,
      line: 1,
      expected: 'at most 100000 records in a request',
    })
  })

  test('gives back any objects, however they are joined, and never throws', () => {
    const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 5 })
    fc.assert(
      fc.property(objects, fc.constantFrom('\n', '', '\r\n', ','), (all, joint) => {
        const texts = all.map((each) => JSON.stringify(each))
        const result = messagesOf(Buffer.from(joint === ',' ? `[${texts.join(joint)}]` : texts.join(joint)))
        expect(result.ok && result.messages.map(String)).toEqual(texts)
      }),
    )
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void messagesOf(Buffer.from(bytes))))
  })
})
