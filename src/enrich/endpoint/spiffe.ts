/** Who a workload certificate was issued to. */
export interface Spiffe {
  readonly trustDomain: string
  readonly namespace: string
  readonly serviceAccount: string
}

/**
 * The first name of the shape `spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/ACCOUNT` in a comma-separated list, as Envoy prints
 * the URI names of a certificate. Source: istio/istio, pkg/spiffe.
 */
export function spiffeOf(names: string): Spiffe | undefined {
  const start = names.indexOf(PREFIX)
  if (start === -1) return undefined
  const end = names.indexOf(',', start)
  const name = names.slice(start + PREFIX.length, end === -1 ? undefined : end)
  const [trustDomain, ns, namespace, sa, serviceAccount, more] = name.split('/', 6)
  if (ns !== 'ns' || sa !== 'sa' || more !== undefined) return undefined
  return trustDomain && namespace && serviceAccount ? { trustDomain, namespace, serviceAccount } : undefined
}

const PREFIX = 'spiffe://'
