import { describe, expect, test } from 'vitest'
import { parseOptions } from '../../../../src/cli/options.ts'
import { type Question, QUESTION_OPTIONS, readQuestion } from '../../../../src/cli/search/question.ts'

const NOW = Date.parse('2026-11-22T13:20:00.000Z')

function ask(...args: readonly string[]): Question {
  return readQuestion(parseOptions('search', args, QUESTION_OPTIONS).values, NOW)
}

function isoTimes({ sinceMs, untilMs }: Question) {
  return [sinceMs, untilMs].map((ms) => (ms === undefined ? undefined : new Date(ms).toISOString().slice(0, 16)))
}

describe('readQuestion()', () => {
  test('asks for the access lines of the last 15 minutes where nothing is said', () => {
    expect(ask()).toEqual({
      dataset: 'access',
      sinceMs: NOW - 900_000,
      untilMs: undefined,
      flags: [],
      causes: [],
      sources: [],
      destinations: [],
      statuses: [],
      responder: undefined,
      requestId: undefined,
      onlyFailures: false,
      side: 'both',
      query: undefined,
      groupBy: [],
      limit: 100,
    })
  })

  test.for<readonly [string, readonly string[], Partial<Question>]>([
    ['flags by short and long name in any case', ['--flag', 'uc, NoRouteFound,'], { flags: ['UC', 'NR'] }],
    ['causes', ['--cause', 'connection_refused'], { causes: ['connection_refused'] }],
    [
      'causes with a star',
      ['--cause', 'rate_limit*,rate_limited'],
      {
        causes: [
          'rate_limited',
          'rate_limited_locally',
          'rate_limited_globally',
          'rate_limited_by_quota',
          'rate_limit_service_error',
        ],
      },
    ],
    [
      'a class of statuses',
      ['--status', '503,4xx,0'],
      {
        statuses: [
          { from: 503, to: 503 },
          { from: 400, to: 499 },
          { from: 0, to: 0 },
        ],
      },
    ],
    ['both ends', ['--source', 'a,b', '--destination', 'shop/*'], { sources: ['a', 'b'], destinations: ['shop/*'] }],
    ['twenty groups', ['--group-by', 'cause'], { limit: 20 }],
    ['another limit', ['--limit', '100000'], { limit: 100_000 }],
  ])('reads %s', ([, args, question]) => {
    expect(ask(...args)).toMatchObject(question)
  })

  test.for<readonly [string, readonly string[], readonly (string | undefined)[]]>([
    ['since', ['--since', '1h'], ['2026-11-22T12:20', undefined]],
    ['all', ['--since', 'all'], [undefined, undefined]],
    ['since and until', ['--since', '1h', '--until', '30m'], ['2026-11-22T12:20', '2026-11-22T12:50']],
    ['only until: 15 minutes before it', ['--until', '2026-11-22T10:00'], ['2026-11-22T09:45', '2026-11-22T10:00']],
    ['a request id: whenever it was', ['--request-id', 'x'], [undefined, undefined]],
    ['a request id and since', ['--request-id', 'x', '--since', '1h'], ['2026-11-22T12:20', undefined]],
  ])('takes the window from %s', ([, args, window]) => {
    expect(isoTimes(ask(...args))).toEqual(window)
  })

  test.for<readonly [readonly string[], string]>([
    [
      ['--flag', 'UX'],
      `Cannot search for flag "UX": no such flag (did you mean "UO"?); search for a newer one with --query 'envoy.response_flags: FLAG'`,
    ],
    [['--flag', '\u001b[2J'], 'Cannot search for flag "\\u001b[2J": no such flag'],
    [
      ['--cause', 'conection_refused'],
      'Cannot search for cause "conection_refused": no such cause (did you mean "connection_refused"?)',
    ],
    [['--cause', 'toString'], 'Cannot search for cause "toString": no such cause'],
    [
      ['--since', '15min'],
      'Cannot set "--since" to "15min": expected a duration such as 15m, 2h or 7d, or a time such as 2026-11-22T13:00:00Z, or all',
    ],
    [['--until', 'all'], 'Cannot set "--until" to "all": expected a duration'],
    [
      ['--since', '1h', '--until', '2h'],
      'Cannot set "--until" to "2h": it is not after --since, 2026-11-22T12:20:00.000Z',
    ],
    [['--status', '5x'], 'Cannot set "--status" to "5x": expected a status such as 503'],
    [['--status', '6xx'], 'Cannot set "--status" to "6xx"'],
    [
      ['--responder', 'envoi'],
      'Cannot set "--responder" to "envoi": expected application, envoy, next_hop, none, not_applicable, unknown (did you mean "envoy"?)',
    ],
    [['--source', '10.0.0.0/33'], 'Cannot set "--source" to "10.0.0.0/33": expected a network with 0 to 32 bits'],
    [['--destination', 'fd00::/a'], 'Cannot set "--destination" to "fd00::/a": expected a network with 0 to 128 bits'],
    [['--limit', '0'], 'Cannot set "--limit" to "0": expected 1 to 10000000'],
    [['--limit', '1e3'], 'Cannot set "--limit" to "1e3"'],
    [
      ['--group-by', 'cuase'],
      'Cannot group by "cuase": no such field (did you mean "cause"?); expected source, destination',
    ],
    [
      ['--group-by', 'response_flag'],
      'Cannot group by "response_flag": no such field (did you mean "envoy.response_flags"?)',
    ],
    [['--group-by', 'event.end'], 'Cannot group by "event.end": lines cannot be counted by such a field'],
    [['--group-by', 'event.original'], 'Cannot group by "event.original": lines cannot be counted by such a field'],
    [['--group-by', 'cause,flag,status,host,route,pod,node'], 'Cannot group by 7 names: expected at most 6'],
  ])('refuses %j', ([args, message]) => {
    expect(() => ask(...args)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(message) }),
    )
  })
})
