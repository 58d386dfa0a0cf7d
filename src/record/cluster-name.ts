/** The parts of a cluster name that Istio made. Source: istio/istio pkg/config/host and pilot's cluster builders. */
export interface ClusterName {
  readonly direction: 'outbound' | 'inbound' | 'inbound-vip'
  readonly port: number | undefined
  /** `outbound`: the DestinationRule subset. `inbound-vip`: what follows the slash in `http/v2`. */
  readonly subset: string | undefined
  /** Service host; absent on `inbound|8080||`. */
  readonly fqdn: string | undefined
}

/** Read `outbound|9080|v1|reviews.default.svc.cluster.local` and its kin; undefined for every other name. */
export function parseClusterName(cluster: string): ClusterName | undefined {
  const first = cluster.indexOf('|')
  if (first === -1) return undefined
  const direction = cluster.slice(0, first)
  if (direction !== 'outbound' && direction !== 'inbound' && direction !== 'inbound-vip') return undefined
  const second = cluster.indexOf('|', first + 1)
  const third = second === -1 ? -1 : cluster.indexOf('|', second + 1)
  if (third === -1) return undefined
  const port = Number(cluster.slice(first + 1, second))
  const middle = cluster.slice(second + 1, third)
  const slash = middle.indexOf('/')
  return {
    direction,
    port: Number.isInteger(port) && port > 0 ? port : undefined,
    subset:
      direction === 'outbound'
        ? present(middle)
        : direction === 'inbound-vip' && slash !== -1
          ? present(middle.slice(slash + 1))
          : undefined,
    fqdn: present(cluster.slice(third + 1)),
  }
}

/** Read the SNI a sidecar sends with mTLS: `outbound_.9080_.v1_.reviews.default.svc.cluster.local`. */
export function parseClusterSni(sni: string): ClusterName | undefined {
  if (!sni.startsWith('outbound_.')) return undefined
  return parseClusterName(sni.split('_.', 4).join('|'))
}

function present(text: string): string | undefined {
  return text === '' ? undefined : text
}
