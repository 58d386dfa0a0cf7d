import { describe, expect, test } from 'vitest'
import { openFlagship } from '../../../../src/ingest/envelope/flagship.ts'

const ID = 'Ijz8wSCelZcAAAAAAAA'
const HEADERS = { 'event-id': ID, dataset: 'envoy.access', class: 'failed', namespace: 'shop' }
const record = (event: object, more: object = {}) => Buffer.from(JSON.stringify({ event, ...more }))
const NO_RECORD = record({})

describe('openFlagship()', () => {
  test('goes by the headers, and does not look into the value', () => {
    const value = Buffer.from('{not parsed}')
    expect(openFlagship(value, HEADERS)).toEqual({
      ok: true,
      record: { id: ID, dataset: 'envoy.access', recordClass: 'failed', namespace: 'shop', document: value },
    })
  })

  test('takes the newline off', () => {
    const passed = openFlagship(Buffer.from('{}\n'), HEADERS)
    expect(passed.ok && String(passed.record.document)).toBe('{}')
  })

  test.for([
    ['a success', record({ id: ID, dataset: 'envoy.access', outcome: 'success' }), 'healthy'],
    ['a failure', record({ id: ID, dataset: 'envoy.access', outcome: 'failure' }), 'failed'],
    ['a flag', record({ id: ID, dataset: 'envoy.access' }, { envoy: { response_flags: ['DC'] } }), 'failed'],
    ['a diagnostic', record({ id: ID, dataset: 'envoy.log' }), 'healthy'],
  ] as const)('goes by the record where headers are missing: %s', ([, value, recordClass]) => {
    const { namespace: _, ...headers } = HEADERS
    expect(openFlagship(value, headers)).toMatchObject({
      ok: true,
      record: { id: ID, recordClass, namespace: undefined },
    })
  })

  test('finds the namespace in the record', () => {
    const value = record({ id: ID, dataset: 'envoy.log' }, { kubernetes: { namespace: 'shop' } })
    expect(openFlagship(value)).toMatchObject({ record: { namespace: 'shop' } })
  })

  test.for([
    ['no JSON', Buffer.from('x'), {}],
    ['nothing', Buffer.alloc(0), HEADERS],
    ['two lines', Buffer.from('{"a":\n1}'), HEADERS],
    ['Avro', Buffer.from([0, 0, 0, 0, 1, 2]), HEADERS],
    ['an id that is none', NO_RECORD, { ...HEADERS, 'event-id': '../a' }],
    ['a dataset of others', NO_RECORD, { ...HEADERS, dataset: 'nginx.access' }],
    ['a record without an id', record({ dataset: 'envoy.access' }), {}],
    ['a list', Buffer.from('{"event":[]}'), {}],
  ] as const)('refuses %s', ([, value, headers]) => {
    expect(openFlagship(value, headers)).toMatchObject({ ok: false, expected: expect.stringContaining('event.id') })
  })
})
