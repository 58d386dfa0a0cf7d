import { parseClusterName, parseClusterSni } from '../../record/cluster-name.ts'

/** Whether a cluster name has a service host in it; cheap enough for every line. */
export function namesHost(cluster: string | undefined): cluster is string {
  if (cluster === undefined || cluster.charCodeAt(cluster.length - 1) === PIPE) return false
  return cluster.startsWith('outbound') || cluster.startsWith('inbound')
}

const PIPE = 0x7c

/** Whether a name has the form in which clusters are routed by SNI. */
export function isSniName(name: string | undefined): name is string {
  return name?.startsWith('outbound_.') === true
}

/** The service host in a cluster name or an SNI. */
export function hostOfName(name: string): string | undefined {
  return (parseClusterName(name) ?? parseClusterSni(name))?.fqdn
}
