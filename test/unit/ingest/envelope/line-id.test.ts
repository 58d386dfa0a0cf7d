import { describe, expect, test } from 'vitest'
import type { EnvelopedLine } from '../../../../src/ingest/envelope/enveloped-line.ts'
import { contentIds, isEventId, keyedIds, messageKey, positionOf } from '../../../../src/ingest/envelope/line-id.ts'
import { eventIds, fileKeyOf } from '../../../../src/ingest/event-id.ts'

const LINE: EnvelopedLine = {
  text: 'a',
  bytes: undefined,
  time: '2026-11-22T13:17:33.262640773Z',
  stream: 'stdout',
  reporter: { namespace: 'shop', podName: 'web-1' },
  path: undefined,
  offsetBytes: undefined,
  isTruncated: false,
}
const TIME_MS = Date.parse('2026-11-22T13:17:33Z')

const idsOf = (...lines: readonly EnvelopedLine[]) => {
  const idOf = contentIds()
  return lines.map((line) => idOf(line))
}

describe('messageKey()', () => {
  test('gives ids like those of files', () => {
    const key = messageKey('logs', 0, TIME_MS)
    const id = eventIds(key)(positionOf(2 ** 33, 16_383))
    expect(id).toSatisfy(isEventId)
    expect(fileKeyOf(id)).toBe(key)
  })

  test.for([
    ['topic', messageKey('other', 0, TIME_MS)],
    ['partition', messageKey('logs', 1, TIME_MS)],
    ['time of a topic that was made again', messageKey('logs', 0, TIME_MS + 1)],
    ['part of the name', messageKey('logs\u00000', 0, TIME_MS)],
  ] as const)('differs by %s', ([, other]) => {
    expect(other).not.toBe(messageKey('logs', 0, TIME_MS))
  })
})

describe('positionOf()', () => {
  test('rises with the message and the line in it, and fits into an id', () => {
    const places = [
      positionOf(0, 0),
      positionOf(0, 1),
      positionOf(0, 16_383),
      positionOf(1, 0),
      positionOf(2 ** 34 - 1, 16_383),
    ]
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(new Set(places).size).toBe(places.length)
    expect(places.at(-1)).toBe(2 ** 48 - 1)
  })
})

describe('contentIds()', () => {
  test('gives a request that is sent again the same ids, however it is cut', () => {
    const other = { ...LINE, text: 'b' }
    expect(idsOf(LINE, other, LINE)).toEqual(idsOf(LINE, other, LINE))
    expect(idsOf(LINE, other)).toEqual([...idsOf(LINE), ...idsOf(other)])
  })

  test('tells equal lines of a request apart', () => {
    const ids = idsOf(LINE, LINE, LINE)
    expect(new Set(ids).size).toBe(3)
    expect(ids.every(isEventId)).toBe(true)
  })

  test.for([
    ['text', { text: 'b' }],
    ['time', { time: '2026-11-22T13:17:33.262640774Z' }],
    ['stream', { stream: 'stderr' }],
    ['pod', { reporter: { namespace: 'shop', podName: 'web-2' } }],
    ['container', { reporter: { namespace: 'shop', podName: 'web-1', containerName: 'a' } }],
    ['file', { path: '/x' }],
    ['offset', { offsetBytes: 1 }],
  ] as const)('differs by %s', ([, change]) => {
    expect(idsOf({ ...LINE, ...change })).not.toEqual(idsOf(LINE))
  })
})

describe('keyedIds()', () => {
  test('differs by key, place and what the line says', () => {
    const [a, b] = [keyedIds('a'), keyedIds('b')]
    expect(a(LINE, 0)).toBe(keyedIds('a')({ ...LINE }, 0))
    expect(new Set([a(LINE, 0), a(LINE, 1), b(LINE, 0), a({ ...LINE, text: 'b' }, 0)]).size).toBe(4)
    expect(a(LINE, 0)).toSatisfy(isEventId)
  })
})

describe('isEventId()', () => {
  test.for(['', 'short', 'A'.repeat(20), `${'A'.repeat(18)}/`, `${'A'.repeat(18)}\n`])('refuses %j', (text) => {
    expect(isEventId(text)).toBe(false)
  })
})
