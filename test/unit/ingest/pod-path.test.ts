import { describe, expect, test } from 'vitest'
import { parsePodDirectory } from '../../../src/ingest/pod-path.ts'

describe('parsePodDirectory()', () => {
  test('reads namespace, pod and UID', () => {
    expect(parsePodDirectory('shop_payments-v1-59d4c8f6b-q8vjd_5fb132a4-4083-4da2-8177-d5ebf6081906')).toEqual({
      namespace: 'shop',
      podName: 'payments-v1-59d4c8f6b-q8vjd',
      podUid: '5fb132a4-4083-4da2-8177-d5ebf6081906',
    })
  })

  test('reads a static pod, whose UID is a hash', () => {
    expect(parsePodDirectory('kube-system_envoy-node1_0123456789abcdef0123456789abcdef')).toMatchObject({
      podName: 'envoy-node1',
      podUid: '0123456789abcdef0123456789abcdef',
    })
  })

  test.for(['', 'lost+found', 'a_b', 'a_b_', '_b_c', 'a__c', 'a_b_c_d'])('reads nothing from "%s"', (name) => {
    expect(parsePodDirectory(name)).toBeUndefined()
  })
})
