import { describe, expect, test } from 'vitest'
import { classOf } from '../../../src/enrich/ip.ts'

describe('classOf()', () => {
  test.for([
    ['127.0.0.1', 'loopback'],
    ['127.0.0.6', 'loopback'],
    ['::1', 'loopback'],
    ['::6', 'loopback'],
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['169.254.169.254', 'link_local'],
    ['fe80::1', 'link_local'],
    ['febf::1', 'link_local'],
    ['fec0::1', 'unicast'],
    ['fe8::1', 'unicast'],
    ['10.0.0.1', 'unicast'],
    ['128.0.0.1', 'unicast'],
    ['fd00::1', 'unicast'],
  ] as const)('takes %s for %s', ([ip, wanted]) => {
    expect(classOf(ip)).toBe(wanted)
  })
})
