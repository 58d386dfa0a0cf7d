import { describe, expect, test } from 'vitest'
import { FlagshipError } from '../../../../src/errors.ts'
import { parseTemplate } from '../../../../src/ingest/format/grammar.ts'

const operator = (name: string, position = 1, rest: object = {}) => ({
  name,
  argument: undefined,
  limit: undefined,
  position,
  ...rest,
})

describe('parseTemplate()', () => {
  test.for([
    ['an operator', '%DURATION%', [operator('DURATION')]],
    ['a literal', 'a b', [{ literal: 'a b' }]],
    ['both', '[%PROTOCOL%]', [{ literal: '[' }, operator('PROTOCOL', 2), { literal: ']' }]],
    ['an argument', '%REQ(:PATH)%', [operator('REQ', 1, { argument: ':PATH' })]],
    ['an alternative', '%REQ(A?:B)%', [operator('REQ', 1, { argument: 'A?:B' })]],
    ['a length', '%REQ(A):80%', [operator('REQ', 1, { argument: 'A', limit: 80 })]],
    ['a length without argument', '%UPSTREAM_CLUSTER:9%', [operator('UPSTREAM_CLUSTER', 1, { limit: 9 })]],
    ['a percent sign', '50%% %DURATION%', [{ literal: '50% ' }, operator('DURATION', 6)]],
    ['a time pattern', '%START_TIME(%Y %H)%', [operator('START_TIME', 1, { argument: '%Y %H' })]],
    ['brackets in an argument', '%CEL(a.size() > 0)%', [operator('CEL', 1, { argument: 'a.size() > 0' })]],
    [
      'a colon in an argument',
      '%DYNAMIC_METADATA(a:b):5%',
      [operator('DYNAMIC_METADATA', 1, { argument: 'a:b', limit: 5 })],
    ],
    ['operators side by side', '%PROTOCOL%%DURATION%', [operator('PROTOCOL'), operator('DURATION', 11)]],
    ['a final newline', '%DURATION%\n', [operator('DURATION')]],
    ['a final newline as backslash and n', '%DURATION%\\n', [operator('DURATION')]],
    ['nothing', '', []],
  ] as const)('splits %s', ([, template, pieces]) => {
    expect(parseTemplate('edge', template)).toEqual(pieces)
  })

  test.for([
    ['%RESPONSE_COD%', 'character 1 has an unknown operator %RESPONSE_COD%; did you mean %RESPONSE_CODE%?'],
    ['%XYZZY_PLUGH_QUUX%', 'character 1 has an unknown operator %XYZZY_PLUGH_QUUX%; see the operators of Envoy'],
    ['a %duration%', 'character 3 has a percent sign that starts no operator; operators are written in capitals'],
    ['100% sure', 'character 4 has a percent sign that starts no operator; write %% for a percent sign'],
    ['%DURATION', 'character 10 has no percent sign at the end of %DURATION'],
    ['%DURATION:%', 'character 10 has no percent sign at the end of %DURATION'],
    ['%REQ(A', 'character 5 has no end of the argument of %REQ; close it with ")%"'],
    ['%REQ%', 'character 1 has %REQ% without its argument; write %REQ(...)%'],
    ['%REQ()%', 'character 1 has %REQ% without its argument; write %REQ(...)%'],
    ['%RESP(a b)%', 'character 1 has %RESP% with "a b", which is no header name; write A or A?B'],
    ['%REQ(A?B?C)%', 'character 1 has %REQ% with "A?B?C", which is no header name; write A or A?B'],
    ['a\nb', 'character 2 holds a line break, but a record is one line; remove it'],
  ] as const)('refuses %j and says where and why', ([template, message]) => {
    expect(() => parseTemplate('edge', template)).toThrow(
      new FlagshipError('FORMAT_INVALID', `Cannot use format "edge": ${message}`),
    )
  })
})
