import { describe, expect, test } from 'vitest'
import { bulkResult } from '../../../../src/sinks/elasticsearch/bulk-result.ts'

const whole = (statusCode: number, type?: string) =>
  bulkResult({ statusCode, body: type === undefined ? '' : { error: { type }, status: statusCode } }, 1)

const one = (create: unknown) => {
  const result = bulkResult({ statusCode: 200, body: { items: [{ create }] } }, 1)
  return result.kind === 'items' ? result.items[0] : undefined
}

describe('bulkResult()', () => {
  // biome-ignore format: a table, one row a case
  test.for<[unknown, string]>([
    [{ status: 201, _index: 'i' }, 'accepted'],
    [{ status: 409, error: { type: 'version_conflict_engine_exception' } }, 'accepted'],
    [{ status: 429, error: { type: 'es_rejected_execution_exception' } }, 'retry'],
    [{ status: 429, error: { type: 'cluster_block_exception' } }, 'retry'],
    [{ status: 429, error: { type: 'timeout_exception' } }, 'in_doubt'],
    [{ status: 400, error: { type: 'document_parsing_exception' } }, 'refused'],
    [{ status: 400, error: { type: 'mapper_parsing_exception' } }, 'refused'],
    [{ status: 400, error: { type: 'index_closed_exception' } }, 'retry'],
    [{ status: 403, error: { type: 'security_exception' } }, 'retry'],
    [{ status: 403, error: { type: 'cluster_block_exception' } }, 'retry'],
    [{ status: 401 }, 'retry'],
    [{ status: 404, error: { type: 'index_not_found_exception' } }, 'retry'],
    [{ status: 413, error: { type: 'too_large' } }, 'refused'],
    [{ status: 500, error: { type: 'exception' } }, 'in_doubt'],
    [{ status: 503, error: { type: 'unavailable_shards_exception' } }, 'in_doubt'],
    [{ status: 503, error: { type: 'cluster_block_exception' } }, 'in_doubt'],
    [{ status: 302 }, 'in_doubt'],
    [{ status: '201' }, 'in_doubt'],
    [{}, 'in_doubt'],
    [undefined, 'in_doubt'],
    [null, 'in_doubt'],
  ])('reads the item %j as %s', ([create, kind]) => {
    expect(one(create)?.outcome.kind).toBe(kind)
  })

  // biome-ignore format: a table, one row a case
  test.for<[number, string | undefined, string]>([
    [400, 'illegal_argument_exception', 'split'],
    [400, undefined, 'retry'],
    [400, 'media_type_header_exception', 'retry'],
    [401, 'security_exception', 'retry'],
    [403, 'security_exception', 'retry'],
    [404, undefined, 'retry'],
    [406, undefined, 'retry'],
    [415, undefined, 'retry'],
    [413, undefined, 'split'],
    [429, 'circuit_breaking_exception', 'retry'],
    [429, undefined, 'retry'],
    [503, 'cluster_block_exception', 'retry'],
    [503, 'unavailable_shards_exception', 'in_doubt'],
    [500, undefined, 'in_doubt'],
    [502, undefined, 'in_doubt'],
    [504, undefined, 'in_doubt'],
    [302, undefined, 'in_doubt'],
    [202, undefined, 'in_doubt'],
  ])('reads HTTP %i with %s as %s', ([statusCode, type, kind]) => {
    const result = whole(statusCode, type)
    expect(result.kind === 'all' ? result.outcome.kind : result.kind).toBe(kind)
  })

  test.for([undefined, null, '', 'text', [], {}, { items: {} }, { items: [] }, { items: [{}, {}] }])(
    'takes all for in doubt when the answer is %j',
    (body) => {
      expect(bulkResult({ statusCode: 200, body }, 1)).toMatchObject({ kind: 'all', outcome: { kind: 'in_doubt' } })
    },
  )

  test('names the index of what was stored just now, and not that of the failure store', () => {
    expect(one({ status: 201, _index: 'i' })?.index).toBe('i')
    expect(one({ status: 201, _index: '.fs', failure_store: 'used' })).toMatchObject({
      outcome: { kind: 'accepted' },
      failureStore: { result: 'used', index: '.fs', type: undefined },
    })
    const failed = { status: 400, _index: 's', failure_store: 'failed', error: { type: 't' } }
    expect(one(failed)).toEqual({
      outcome: { kind: 'refused', reason: 't' },
      failureStore: { result: 'failed', index: 's', type: 't' },
    })
    expect(one({ ...failed, failure_store: 'not_enabled' })).toEqual({ outcome: { kind: 'refused', reason: 't' } })
    expect(one({ status: 201, _index: '.fs', failure_store: 'used' })?.index).toBeUndefined()
  })
})
