import { describe, expect, test } from 'vitest'
import { refusingPolicyOf } from '../../../../src/enrich/flag/rbac-policy.ts'

const HEAD = 'rbac_access_denied_matched_policy'

describe('refusingPolicyOf()', () => {
  test.for<[string, ReturnType<typeof refusingPolicyOf>]>([
    [`${HEAD}[ns[shop]-policy[deny-admin]-rule[0]]`, { namespace: 'shop', name: 'deny-admin', rule: '0' }],
    [`${HEAD}[ns[a]-policy[b]-rule[0]-rule[12]]`, { namespace: 'a', name: 'b]-rule[0', rule: '12' }],
    [`${HEAD}[none]`, { namespace: undefined, name: 'none', rule: undefined }],
    [
      `${HEAD}[my policy, with {brackets}]`,
      { namespace: undefined, name: 'my policy, with {brackets}', rule: undefined },
    ],
    [`${HEAD}[ns[shop]-policy[x]]`, { namespace: undefined, name: 'ns[shop]-policy[x]', rule: undefined }],
    [`${HEAD}[ns[shop`, { namespace: undefined, name: 'ns[shop', rule: undefined }],
    [`${HEAD}[]`, undefined],
    [HEAD, undefined],
    ['rbac_access_denied', undefined],
    ['via_upstream', undefined],
    ['', undefined],
    [
      'connection closed due to policy rejection: explicitly denied by: bookinfo/deny-reviews',
      { namespace: 'bookinfo', name: 'deny-reviews', rule: undefined },
    ],
    [
      'connection closed due to policy rejection: allow policies exist, but none allowed',
      { namespace: undefined, name: 'none', rule: undefined },
    ],
    ['connection closed due to policy rejection: workload not found', undefined],
  ])('%s', ([text, policy]) => {
    expect(refusingPolicyOf(text)).toEqual(policy)
  })
})
