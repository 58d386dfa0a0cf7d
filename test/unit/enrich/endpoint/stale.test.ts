import { describe, expect, test } from 'vitest'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import { podRow } from '../rows.ts'

const IP = '10.244.1.5'
const HEARD_MS = 1_000_000
/** What may have happened before a source is silent and was not told yet, and how far clocks differ. */
const [TELLING_MS, SKEW_MS] = [2_000, 2_000]

function indexWith(pods: readonly { readonly uid: string; readonly toMs?: number }[]): EndpointIndex {
  const index = new EndpointIndex({ skewMs: SKEW_MS })
  for (const { uid, toMs } of pods) {
    const life = { fromMs: 500_000, toMs, isOver: toMs !== undefined, sandboxMs: undefined }
    index.upsertPod(podRow({ uid, ips: [IP], life }), toMs ?? 500_000)
  }
  return index
}

const answer = (index: EndpointIndex, atMs: number) => {
  const { pod, confidence, reason } = index.resolve({ network: '', ip: IP, port: 80, protocol: 'TCP' }, atMs)
  return [pod?.uid, confidence, reason]
}

describe('EndpointIndex.resolve() while its source is not heard', () => {
  test.for(['stale', 'not_synced'] as const)(
    'names the last known owner, and says that it is not sure: %s',
    (freshness) => {
      const index = indexWith([{ uid: 'a' }])
      index.setFreshness(freshness, HEARD_MS)
      const sureUntilMs = HEARD_MS - TELLING_MS - SKEW_MS
      expect(answer(index, sureUntilMs - 1)).toEqual(['a', 'exact', undefined])
      expect(answer(index, sureUntilMs)).toEqual(['a', 'ambiguous', freshness])
      expect(answer(index, HEARD_MS + 3_600_000)).toEqual(['a', 'ambiguous', freshness])
      index.setFreshness('current', HEARD_MS + 3_600_000)
      expect(answer(index, HEARD_MS + 3_600_000)).toEqual(['a', 'exact', undefined])
    },
  )

  test('says for no longer than it is sure that an answer holds', () => {
    const index = indexWith([{ uid: 'a' }])
    index.setFreshness('stale', HEARD_MS)
    const at = (atMs: number) => index.resolve({ network: '', ip: IP, port: 80, protocol: 'TCP' }, atMs)
    const sureUntilMs = HEARD_MS - TELLING_MS - SKEW_MS
    expect(at(600_000).untilMs).toBe(sureUntilMs)
    expect(at(HEARD_MS).sinceMs).toBe(sureUntilMs)
  })

  test('is as sure as ever of a pod whose end is known', () => {
    const index = indexWith([{ uid: 'a', toMs: 700_000 }])
    index.setFreshness('stale', 650_000)
    expect(answer(index, 660_000)).toEqual(['a', 'exact', undefined])
  })

  test('is sure where no source has said how fresh it is: an inventory', () => {
    expect(answer(indexWith([{ uid: 'a' }]), HEARD_MS)).toEqual(['a', 'exact', undefined])
  })
})
