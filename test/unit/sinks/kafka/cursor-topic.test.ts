import { describe, expect, test } from 'vitest'
import type { PartitionRecord } from '../../../../src/clients/kafka/cluster.ts'
import { CursorLog, CursorRecords, cursorPartition, identityName } from '../../../../src/sinks/kafka/cursor-topic.ts'

const OURS = { cluster: 'c', node: 'n/1', sink: 's' }
const NAME = 'c/n%2F1/s'
const DAY_MS = 24 * 3_600_000

const data = (key: string, value: unknown, producerId = '1', timeMs = 0): PartitionRecord => ({
  kind: 'data',
  producerId,
  isInTransaction: true,
  timeMs,
  key: Buffer.from(key),
  value: value === undefined ? null : Buffer.from(JSON.stringify(value)),
})
const end = (kind: 'commit' | 'abort', producerId = '1'): PartitionRecord => ({ kind, producerId })

function read(...records: readonly PartitionRecord[]) {
  const log = new CursorLog(OURS)
  for (const record of records) log.take(record)
  const values = new Map([...log.values].map(([key, { value }]) => [key, value]))
  return { values: Object.fromEntries(values), isUncertain: log.isUncertain }
}

describe('CursorLog', () => {
  test.for<[string, readonly PartitionRecord[], object]>([
    ['what is committed', [data(`${NAME}/a`, 1), end('commit')], { a: 1 }],
    ['nothing that is open', [data(`${NAME}/a`, 1)], {}],
    ['nothing that is aborted', [data(`${NAME}/a`, 1), end('abort')], {}],
    ['the last value', [data(`${NAME}/a`, 1), data(`${NAME}/a`, 2), end('commit')], { a: 2 }],
    [
      'nothing after a tombstone',
      [data(`${NAME}/a`, 1), end('commit'), data(`${NAME}/a`, undefined), end('commit')],
      {},
    ],
    [
      'the value before a tombstone that is aborted',
      [data(`${NAME}/a`, 1), end('commit'), data(`${NAME}/a`, undefined), end('abort')],
      { a: 1 },
    ],
    [
      'its own through transactions of others that end in between',
      [data(`${NAME}/a`, 1), data('c/n2/s/a', 9, '2'), end('abort', '2'), end('commit')],
      { a: 1 },
    ],
    [
      'nothing aborted, though one of others is committed in between',
      [data('c/n2/s/a', 9, '2'), data(`${NAME}/a`, 1), end('commit', '2'), end('abort')],
      {},
    ],
    ['nothing of a sink whose name begins alike', [data('c/n%2F1/s2/a', 1), end('commit')], {}],
    ['keys with slashes and spaces', [data(`${NAME}/at a/b`, 1), end('commit')], { 'at a/b': 1 }],
  ])('has %s', ([, records, values]) => {
    expect(read(...records)).toEqual({ values, isUncertain: false })
  })

  test('is uncertain where an end of its own may be hidden, and only there', () => {
    expect(read({ kind: 'hidden' }, data(`${NAME}/a`, 1), end('commit'), { kind: 'hidden' }).isUncertain).toBe(false)
    expect(read(data('c/n2/s/a', 1, '2'), { kind: 'hidden' }).isUncertain).toBe(false)
    expect(read(data(`${NAME}/a`, 1), { kind: 'hidden' }, end('commit')).isUncertain).toBe(true)
  })
})

describe('CursorRecords', () => {
  test('has a record for each change, a tombstone for what is forgotten, in parts below a size', () => {
    const records = new CursorRecords(OURS, 3, new Map())
    const changes = new Map<string, unknown>([
      ['a', { x: 1 }],
      ['b', undefined],
    ])
    const batches = records.batchesOf(changes, 'cursor', 100, 7)
    expect(batches.map(({ topic, partition, messages }) => [topic, partition, messages.length])).toEqual([
      ['cursor', 3, 1],
      ['cursor', 3, 1],
    ])
    expect(batches.flatMap(({ messages }) => messages)).toEqual([
      { key: `${NAME}/a`, value: Buffer.from('{"x":1}'), timeMs: 7, eventId: undefined, headers: {} },
      { key: `${NAME}/b`, value: null, timeMs: 7, eventId: undefined, headers: {} },
    ])
  })

  test('writes again what has not changed for days, so that retention leaves it', () => {
    const records = new CursorRecords(OURS, 0, new Map([['old', { value: 1, writtenMs: 0 }]]))
    const change = new Map([['new', 2]])
    expect([...records.withOld(change, DAY_MS).keys()]).toEqual(['new'])
    const all = records.withOld(change, 6 * DAY_MS)
    expect([...all]).toEqual([
      ['new', 2],
      ['old', 1],
    ])
    records.committed(all, 6 * DAY_MS)
    expect([...records.withOld(change, 7 * DAY_MS).keys()]).toEqual(['new'])
    expect([...records.withOld(change, 12 * DAY_MS).keys()].sort()).toEqual(['new', 'old'])
  })

  test('does not bring back what a change forgets', () => {
    const records = new CursorRecords(OURS, 0, new Map([['old', { value: 1, writtenMs: 0 }]]))
    expect(records.withOld(new Map([['old', undefined]]), 9 * DAY_MS)).toEqual(new Map([['old', undefined]]))
  })
})

describe('identityName()', () => {
  test('is never the same for two', () => {
    expect(identityName({ cluster: 'a/b', node: 'c', sink: 's' })).not.toBe(
      identityName({ cluster: 'a', node: 'b/c', sink: 's' }),
    )
  })
})

describe('cursorPartition()', () => {
  test('is that of the node, whatever the sink', () => {
    expect(cursorPartition({ ...OURS, sink: 'x' }, 50)).toBe(cursorPartition(OURS, 50))
  })
})
