import { describe, expect, test } from 'vitest'
import { parseOptions } from '../../../../src/cli/options.ts'
import { filterOf } from '../../../../src/cli/search/filter.ts'
import { QUESTION_OPTIONS, readQuestion } from '../../../../src/cli/search/question.ts'

const NOW = Date.parse('2026-11-22T13:20:00.000Z')
const UUID = '8a3c1b5e-1d2f-9a4b-8c6d-0e1f2a3b4c5d'

function filters(...args: readonly string[]) {
  const { values } = parseOptions('search', args, QUESTION_OPTIONS)
  return filterOf(readQuestion({ since: 'all', ...values }, NOW))
}

const anyOf = (...should: readonly object[]) => ({ bool: { should, minimum_should_match: 1 } })
const id = (value: string) => ({ term: { 'http.request.id': { value, case_insensitive: true } } })
const asked = (match: object) => ({
  bool: {
    filter: [match],
    must_not: [{ exists: { field: 'envoy.upstream.host' } }, { exists: { field: 'envoy.destination.service' } }],
  },
})

describe('filterOf()', () => {
  test.for<readonly [string, readonly string[], readonly object[]]>([
    ['everything', [], []],
    ['flags', ['--flag', 'UC,NR'], [{ terms: { 'envoy.response_flags': ['UC', 'NR'] } }]],
    ['causes', ['--cause', 'connection_refused'], [{ terms: { 'envoy.verdict.cause': ['connection_refused'] } }]],
    ['failures', ['--failures'], [{ terms: { 'event.outcome': ['failure'] } }]],
    ['a status', ['--status', '503'], [{ term: { 'envoy.response_code': 503 } }]],
    [
      'statuses',
      ['--status', '404,5xx'],
      [anyOf({ term: { 'envoy.response_code': 404 } }, { range: { 'envoy.response_code': { gte: 500, lte: 599 } } })],
    ],
    ['a responder', ['--responder', 'envoy'], [{ terms: { 'envoy.verdict.responder': ['envoy'] } }]],
    ['the client side', ['--side', 'client'], [{ terms: { 'envoy.direction': ['outbound', 'gateway'] } }]],
    ['the server side', ['--side', 'server'], [{ terms: { 'envoy.direction': ['inbound'] } }]],
    ['both sides', ['--side', 'both'], []],
    ['a query', ['--query', 'a:(b OR c)'], [{ query_string: { query: 'a:(b OR c)' } }]],
    ['a request id', ['--request-id', 'abc'], [id('abc')]],
    [
      'a request id with any trace digit',
      ['--request-id', UUID],
      [anyOf(id(UUID), ...['4', 'a', 'b'].map((digit) => id(`8a3c1b5e-1d2f-${digit}a4b-8c6d-0e1f2a3b4c5d`)))],
    ],
    [
      'a source',
      ['--source', 'reviews-v1'],
      [
        anyOf(
          { term: { 'envoy.source.workload': 'reviews-v1' } },
          { term: { 'envoy.source.service': 'reviews-v1' } },
          { term: { 'envoy.source.pod': 'reviews-v1' } },
        ),
      ],
    ],
    [
      'a destination, also by the host that was asked for',
      ['--destination', 'reviews'],
      [
        anyOf(
          { term: { 'envoy.destination.workload': 'reviews' } },
          { term: { 'envoy.destination.service': 'reviews' } },
          { term: { 'envoy.destination.pod': 'reviews' } },
          { term: { 'destination.domain': 'reviews' } },
          asked({ term: { 'url.domain': 'reviews' } }),
        ),
      ],
    ],
    [
      'a destination in a namespace',
      ['--destination', 'default/reviews'],
      [
        {
          bool: {
            filter: [
              { term: { 'envoy.destination.namespace': 'default' } },
              anyOf(
                { term: { 'envoy.destination.workload': 'reviews' } },
                { term: { 'envoy.destination.service': 'reviews' } },
                { term: { 'envoy.destination.pod': 'reviews' } },
              ),
            ],
          },
        },
      ],
    ],
    ['a namespace', ['--source', 'default/*'], [{ term: { 'envoy.source.namespace': 'default' } }]],
    ['namespaces', ['--source', 'pay-*/*'], [{ wildcard: { 'envoy.source.namespace': { value: 'pay-*' } } }]],
    ['an address', ['--source', '10.244.1.21'], [{ term: { 'source.ip': '10.244.1.21' } }]],
    ['a network', ['--destination', '10.244.0.0/16'], [{ term: { 'destination.ip': '10.244.0.0/16' } }]],
    ['an IPv6 address', ['--destination', 'fd00::1'], [{ term: { 'destination.ip': 'fd00::1' } }]],
    [
      'any text',
      ['--source', 'a?\\*'],
      [
        anyOf(
          ...['workload', 'service', 'pod'].map((name) => ({
            wildcard: { [`envoy.source.${name}`]: { value: 'a\\?\\\\*' } },
          })),
        ),
      ],
    ],
    [
      'a window, and lines without an end by their start',
      ['--since', '2026-11-22', '--until', '1h'],
      [
        anyOf(
          { range: { 'event.end': { gte: '2026-11-22T00:00:00.000Z', lt: '2026-11-22T12:20:00.000Z' } } },
          {
            bool: {
              filter: [
                { range: { '@timestamp': { gte: '2026-11-22T00:00:00.000Z', lt: '2026-11-22T12:20:00.000Z' } } },
              ],
              must_not: [{ exists: { field: 'event.end' } }],
            },
          },
        ),
      ],
    ],
    [
      'a window of diagnostic lines',
      ['--dataset', 'log', '--since', '2026-11-22'],
      [{ range: { '@timestamp': { gte: '2026-11-22T00:00:00.000Z' } } }],
    ],
    [
      'all of several',
      ['--failures', '--flag', 'UC'],
      [{ terms: { 'envoy.response_flags': ['UC'] } }, { terms: { 'event.outcome': ['failure'] } }],
    ],
  ])('finds %s', ([, args, filter]) => {
    expect(filters(...args)).toEqual({ bool: { filter } })
  })
})
