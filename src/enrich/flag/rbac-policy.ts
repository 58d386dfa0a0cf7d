import { memoized } from './bounded-memo.ts'

/** The AuthorizationPolicy that refused, as far as the text names it. */
export interface RefusingPolicy {
  readonly namespace: string | undefined
  /** `none` when ALLOW policies exist and no rule of them fitted. */
  readonly name: string
  /** Index of the rule in the policy. */
  readonly rule: string | undefined
}

/**
 * Read the policy out of `rbac_access_denied_matched_policy[ns[NS]-policy[NAME]-rule[N]]`, from the details of an HTTP
 * line or from the termination details of a TCP line, or out of ztunnel's `explicitly denied by: NS/NAME`.
 *
 * Undefined when the text names none. A name that is not of Istio's making is given whole.
 * Source: istio/istio pilot/pkg/security/authz/builder (policyName), istio/ztunnel src/state.rs.
 */
export const refusingPolicyOf: (text: string) => RefusingPolicy | undefined = (text) => MEMO(text).policy

const MEMO = memoized((text): { readonly policy: RefusingPolicy | undefined } => ({
  policy: text.startsWith(ENVOY_HEAD) ? envoyPolicy(text) : ztunnelPolicy(text),
}))

const ENVOY_HEAD = 'rbac_access_denied_matched_policy['
const ZTUNNEL_HEAD = 'connection closed due to policy rejection: '
const ZTUNNEL_DENIED = 'explicitly denied by: '

function envoyPolicy(text: string): RefusingPolicy | undefined {
  const end = text.lastIndexOf(']')
  const inner = text.slice(ENVOY_HEAD.length, end === -1 ? undefined : end)
  if (inner === '') return undefined
  const name = inner.indexOf(']-policy[')
  const rule = inner.lastIndexOf(']-rule[')
  if (!inner.startsWith('ns[') || name === -1 || rule < name + ']-policy['.length || !inner.endsWith(']'))
    return { namespace: undefined, name: inner, rule: undefined }
  return {
    namespace: inner.slice('ns['.length, name),
    name: inner.slice(name + ']-policy['.length, rule),
    rule: inner.slice(rule + ']-rule['.length, -1),
  }
}

function ztunnelPolicy(text: string): RefusingPolicy | undefined {
  if (!text.startsWith(ZTUNNEL_HEAD)) return undefined
  const reason = text.slice(ZTUNNEL_HEAD.length)
  if (reason.startsWith('allow policies exist')) return { namespace: undefined, name: 'none', rule: undefined }
  if (!reason.startsWith(ZTUNNEL_DENIED)) return undefined
  const policy = reason.slice(ZTUNNEL_DENIED.length)
  const slash = policy.indexOf('/')
  if (slash === -1) return { namespace: undefined, name: policy, rule: undefined }
  return { namespace: policy.slice(0, slash), name: policy.slice(slash + 1), rule: undefined }
}
