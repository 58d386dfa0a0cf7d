import { gatewayOf, parseCidr } from './cidr.ts'
import { addressKey } from './pod-table.ts'
import type { NodeRow } from './row.ts'

/** What is known of a node; `zone` is absent for one that only pods told of. */
export interface NodeFacts {
  readonly name: string
  readonly zone: string | undefined
}

/** Nodes by name and by address: their own addresses first, then what pods say, then the gateways of pod ranges. */
export class NodeTable {
  readonly #rows = new Map<string, NodeRow>()
  readonly #byAddress = new Map<string, string>()
  readonly #byHostIp = new Map<string, string>()
  readonly #byGateway = new Map<string, string>()

  byName(name: string): NodeFacts | undefined {
    return this.#rows.get(name)
  }

  at(network: string, ip: string): NodeFacts | undefined {
    const key = addressKey(network, ip)
    const name = this.#byAddress.get(key) ?? this.#byHostIp.get(key) ?? this.#byGateway.get(key)
    return name === undefined ? undefined : (this.#rows.get(name) ?? { name, zone: undefined })
  }

  /** Returns whether anything changed. */
  upsert(row: NodeRow): boolean {
    const known = this.#rows.get(row.name)
    if (known !== undefined && JSON.stringify(known) === JSON.stringify(row)) return false
    this.delete(row.name)
    this.#rows.set(row.name, row)
    for (const ip of row.ips) this.#byAddress.set(addressKey(row.network, ip), row.name)
    for (const ip of gateways(row)) this.#byGateway.set(addressKey(row.network, ip), row.name)
    return true
  }

  delete(name: string): boolean {
    const row = this.#rows.get(name)
    if (row === undefined) return false
    this.#rows.delete(name)
    for (const ip of row.ips) removeIf(this.#byAddress, addressKey(row.network, ip), name)
    for (const ip of gateways(row)) removeIf(this.#byGateway, addressKey(row.network, ip), name)
    return true
  }

  /** A pod's status names its node's addresses: enough where nodes themselves are not listed. */
  learn(network: string, hostIps: readonly string[], name: string): boolean {
    let changed = false
    for (const ip of hostIps) {
      const key = addressKey(network, ip)
      if (this.#byHostIp.get(key) === name) continue
      if (this.#byHostIp.size >= MAX_HOST_IPS) this.#byHostIp.clear()
      this.#byHostIp.set(key, name)
      changed = true
    }
    return changed
  }
}

/** More nodes than any cluster has; only churn of many years reaches it. */
const MAX_HOST_IPS = 65_536

function gateways({ podCidrs }: NodeRow): string[] {
  return podCidrs.flatMap((text) => {
    const cidr = parseCidr(text)
    return (cidr === undefined ? undefined : gatewayOf(cidr)) ?? []
  })
}

function removeIf(index: Map<string, string>, key: string, name: string): void {
  if (index.get(key) === name) index.delete(key)
}
