import * as fc from '../../../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { type PodFacts, PodTable } from '../../../../src/enrich/endpoint/pod-table.ts'
import type { PodRow } from '../../../../src/enrich/endpoint/row.ts'
import { podRow } from '../rows.ts'
import { ObjectPodTable } from './object-pod-table.ts'

const IPS = ['10.244.1.5', '10.244.1.6', 'fd00:10:244::5', 'fd00:10:244::6', '169.254.1.1', '255.255.255.255']
const UIDS = ['old', 'new', 'e7b1b1a4-6f0e-4b5a-9c7e-0a1b2c3d4e5f', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'E7B1']
const NAMES = ['db-0', 'db-1', 'reviews-v1-7f8d6c5b4-h9k2m', 'reviews-v1-7f8d6c5b4-x2b4q', 'a-verylongtail-', 'x']

const time = fc.integer({ min: 0, max: 60 }).map((seconds) => seconds * 1_000)
const maybe = fc.option(time, { nil: undefined })
const row: fc.Arbitrary<PodRow> = fc
  .record({
    uid: fc.nat(UIDS.length - 1),
    ips: fc.uniqueArray(fc.constantFrom(...IPS), { maxLength: 3 }),
    network: fc.constantFrom('', '', '', 'other'),
    isHostNetwork: fc.boolean(),
    labels: fc.constantFrom(undefined, '{"app":"x"}', '{"app":"y"}'),
    life: fc.record({ fromMs: maybe, toMs: maybe, isOver: fc.boolean(), sandboxMs: maybe }),
    state: fc.record({
      createdMs: maybe,
      ready: fc.option(fc.record({ isTrue: fc.boolean(), sinceMs: time, wasTrue: fc.constantFrom(true, false) }), {
        nil: undefined,
      }),
      deletionMs: maybe,
      goneMs: maybe,
      startsMs: fc.array(time, { maxLength: 2 }),
      areStartsKnown: fc.boolean(),
    }),
  })
  // A UID has one name, one namespace and one network for ever.
  .map(({ uid, ips, isHostNetwork, ...rest }) =>
    podRow({
      ...rest,
      uid: UIDS[uid] ?? '',
      name: NAMES[uid] ?? '',
      namespace: uid === 1 ? 'shop' : 'default',
      network: uid === 3 ? 'other' : '',
      isHostNetwork: uid === 4 && isHostNetwork,
      ips,
    }),
  )
type Step = { readonly seenMs: number } & ({ readonly row: PodRow } | { readonly deleted: string })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ seenMs: time, row }) },
  { weight: 1, arbitrary: fc.record({ seenMs: time, deleted: fc.constantFrom(...UIDS) }) },
)

describe('PodTable in columns', () => {
  test('answers as a table of objects does, whatever it is told', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.constantFrom(0, 1, 3, 500), (steps, maxClosed) => {
        const columns = new PodTable(maxClosed)
        const objects = new ObjectPodTable(maxClosed)
        for (const each of steps) {
          expect(apply(columns, each)).toBe(apply(objects, each))
          for (const uid of UIDS) expect(columns.recordOf(uid)).toEqual(objects.recordOf(uid))
          expect([columns.podCount, columns.closedCount]).toEqual([objects.podCount, objects.closedCount])
        }
        for (const ip of IPS) {
          for (const key of [ip, `${ip}|other`]) {
            for (let atMs = 0; atMs <= 62_000; atMs += 3_100) {
              expect(told(columns.holders(key, atMs, 2_000))).toEqual(told(objects.holders(key, atMs, 2_000)))
            }
          }
        }
      }),
      { seed: 7, numRuns: 300 },
    )
  })

  test('has room again for what it forgot', () => {
    const table = new PodTable(10)
    for (let at = 0; at < 5_000; at += 1) {
      table.upsert(podRow({ uid: `pod-${at}`, name: `pod-${at}-h9k2m`, ips: [`10.0.${at >> 8}.${at & 255}`] }), at)
      table.delete(`pod-${at}`, at + 1)
    }
    expect([table.podCount, table.closedCount, [...table.uids].length]).toEqual([10, 10, 10])
    expect([table.byUid('pod-4999')?.ips, table.byUid('pod-4989')]).toEqual([['10.0.19.135'], undefined])
    expect(table.byName('default', 'pod-4990-h9k2m')?.uid).toBe('pod-4990')
  })

  test('finds each of many pods by UID, by name and by address', () => {
    const table = new PodTable(10)
    for (let at = 0; at < 3_000; at += 1) {
      const ips = [`10.0.${at >> 8}.${at & 255}`, `fd00::${at.toString(16)}:1`]
      table.upsert(podRow({ uid: uuid(at), name: `web-${at % 7}-${at}`, ips }), 0)
    }
    for (let at = 0; at < 3_000; at += 1) {
      const pod = table.byUid(uuid(at))
      expect(pod).toMatchObject({
        uid: uuid(at),
        name: `web-${at % 7}-${at}`,
        ips: [`10.0.${at >> 8}.${at & 255}`, `fd00::${at.toString(16)}:1`],
      })
      expect(table.byName('default', `web-${at % 7}-${at}`)?.uid).toBe(uuid(at))
      for (const ip of pod?.ips ?? []) expect(table.holders(ip, 50_000, 2_000)?.exact?.uid).toBe(uuid(at))
    }
  })
})

function apply(table: PodTable | ObjectPodTable, each: Step): boolean {
  return 'row' in each ? table.upsert(each.row, each.seenMs) : table.delete(each.deleted, each.seenMs)
}

interface Told {
  readonly pods: readonly PodFacts[]
  readonly likely: readonly PodFacts[]
  readonly exact: PodFacts | undefined
  readonly sinceMs: number
  readonly untilMs: number
}

function uuid(at: number): string {
  return `${at.toString(16).padStart(8, '0')}-0000-4000-8000-${'0'.repeat(11)}1`
}

function uids(list: readonly PodFacts[]): string[] {
  return list.map(({ uid }) => uid).sort()
}

/** In an order of its own: intervals that begin at the same instant have none. */
function told(holders: Told | undefined): unknown {
  if (holders === undefined) return undefined
  const { pods, likely, exact, sinceMs, untilMs } = holders
  return { pods: uids(pods), likely: uids(likely), exact, sinceMs, untilMs }
}
