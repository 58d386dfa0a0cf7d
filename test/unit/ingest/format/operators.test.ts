import { describe, expect, test } from 'vitest'
import { nearestOperator, OPERATORS } from '../../../../src/ingest/format/operators.ts'

describe('OPERATORS', () => {
  test('has each operator of Envoy 1.40 once', () => {
    expect(OPERATORS.size).toBe(164)
  })

  test.for([
    ['START_TIME', 'time', false],
    ['RESPONSE_CODE', 'number', false],
    ['UPSTREAM_HOST', 'address', false],
    ['RESPONSE_FLAGS_LONG', 'flags', false],
    ['UPSTREAM_PROTOCOL', 'protocol', false],
    ['REQUESTED_SERVER_NAME', 'token', false],
    ['CONNECTION_TERMINATION_DETAILS', 'loose', false],
    ['REQ', 'loose', true],
    ['COMMON_DURATION', 'number', true],
    ['FILTER_STATE', 'loose', false],
  ] as const)('knows that %s is %s', ([name, kind, needsArgument]) => {
    expect(OPERATORS.get(name)).toEqual({ kind, needsArgument })
  })
})

describe('nearestOperator()', () => {
  test.for([
    ['RESPONSE_COD', 'RESPONSE_CODE'],
    ['UPSTREAM_HOTS', 'UPSTREAM_HOST'],
    ['STARTTIME', 'START_TIME'],
    ['REG', 'REQ'],
    ['XYZZY_PLUGH_QUUX', undefined],
  ] as const)('takes %s for %s', ([name, nearest]) => {
    expect(nearestOperator(name)).toBe(nearest)
  })
})
