import { describe, expect, test } from 'vitest'
import { parseOptions } from '../../../../src/cli/options.ts'
import type { Group, Tally } from '../../../../src/cli/search/counts.ts'
import { foundText, groupsJson, groupsTable, linesTable, ndjson } from '../../../../src/cli/search/print.ts'
import { QUESTION_OPTIONS, readQuestion } from '../../../../src/cli/search/question.ts'

const question = (...args: readonly string[]) =>
  readQuestion({ since: 'all', ...parseOptions('search', args, QUESTION_OPTIONS).values }, 0)

function group(values: Group['values'], lines: number, failed = 0): Group {
  return { values, lines, failed, client: lines, server: 0 }
}

const TALLY: Tally = {
  total: { lines: 40, failed: 10, client: 30, server: 10 },
  groups: [group(['shop/cart', 'UC'], 25, 10), group([undefined, 'N\u001bR'], 10), group(['a', undefined], 5)],
  isWhole: true,
}

describe('groupsTable()', () => {
  test('shows share of all, share that failed, sides, and what is left out', () => {
    expect(groupsTable(TALLY, question('--group-by', 'destination,flag', '--limit', '2'))).toBe(
      `destination  flag      lines   share  failed  client  server
shop/cart    UC           25   62.5%   40.0%      25       0
-            N\\u001bR     10   25.0%    0.0%      10       0
and 1 more group with 5 lines
all                       40  100.0%   25.0%      30      10

Counted are lines: a request through two proxies has one on each side. --side server or client counts it once.
A line with several values of flag counts in the group of each.
`,
    )
  })

  test.for([
    ['client', 'Counted are lines of the calling side'],
    ['server', 'Counted are lines of the called side'],
  ] as const)('says what one side means: %s', ([side, note]) => {
    const text = groupsTable(TALLY, question('--group-by', 'destination', '--side', side))
    expect(text).toContain(`\n\n${note}`)
    expect(text).not.toContain('  client')
  })
})

describe('groupsJson()', () => {
  test('gives one object a group', () => {
    const [, second] = groupsJson(TALLY, question('--group-by', 'destination,flag', '--limit', '2')).split('\n')
    expect(JSON.parse(second ?? '')).toEqual({
      group: { destination: null, flag: 'N\u001bR' },
      lines: 10,
      failed: 0,
      client: 10,
      server: 0,
      share: 0.25,
      failureRatio: 0,
    })
    expect(second).not.toContain('\u001b')
  })
})

describe('linesTable()', () => {
  test('shows the day and time of the end, else of the start', () => {
    const document = { '@timestamp': '2026-11-22T13:00:00.000Z', event: { dataset: 'envoy.access' } }
    const ended = { ...document, event: { ...document.event, end: '2026-11-22T15:00:00.123456Z' } }
    const times = linesTable([ended, document], { requestId: undefined })
      .split('\n')
      .map((row) => row.slice(0, 25).trim())
    expect(times).toEqual(['2026-11-22 15:00:00.123', '2026-11-22 13:00:00.000', ''])
  })
})

describe('linesTable() of one request', () => {
  test('names the proxy that wrote each line, and its side', () => {
    const document = {
      event: { dataset: 'envoy.access', end: '2026-11-22T15:00:00.123Z' },
      kubernetes: { pod: { name: 'reviews-v2' } },
      envoy: { direction: 'inbound' },
    }
    expect(linesTable([document], { requestId: 'x' })).toContain('15:00:00.123  reviews-v2 inbound')
  })
})

describe('ndjson()', () => {
  test('escapes what steers a terminal and keeps its meaning', () => {
    const value = { path: '/\u001b[2J\u202e\n' }
    const text = ndjson([value])
    expect(text).toBe('{"path":"/\\u001b[2J\\u202e\\n"}\n')
    expect(JSON.parse(text)).toEqual(value)
  })
})

describe('foundText()', () => {
  test.for([
    [0, 0, true, [], 'no line fits'],
    [
      0,
      0,
      true,
      ['--since', '1970-01-01'],
      'no line fits since 1970-01-01T00:00:00.000Z; --since reaches further back',
    ],
    [
      0,
      0,
      true,
      ['--query', 'response_flag:UC'],
      'no line fits; flagship writes no field "response_flag" (did you mean "envoy.response_flags"?)',
    ],
    [0, 0, true, ['--query', 'event.code:"a:b" AND (labels.team:x OR _exists_:url.path)'], 'no line fits'],
    [1, 1, true, [], '1 line, newest first'],
    [100, 2_345, true, [], '100 of 2345 lines, newest first; --limit shows more'],
    [100, 10_000, false, [], '100 of more than 10000 lines, newest first; --limit shows more'],
    [100, 100, true, [], '100 lines, newest first'],
    [20_000, 10_000, false, ['--limit', '20001'], '20000 lines, newest first'],
    [20_000, 10_000, false, ['--limit', '20000'], 'the newest 20000 lines; there may be more, --limit shows them'],
  ] as const)('says of %i of %i lines (exact: %s) for %j: %s', ([shown, lines, isExact, args, text]) => {
    expect(foundText(shown, { lines, isExact }, question(...args))).toBe(text)
  })
})
