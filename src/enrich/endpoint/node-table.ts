import { gatewayOf, parseCidr } from './cidr.ts'
import type { NodeRecord } from './index-record.ts'
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
  /** The same by name. */
  readonly #learnt = new Map<string, Map<string, { readonly ip: string; readonly network: string }>>()
  readonly #byGateway = new Map<string, string>()

  /** Of nodes, and of those that only pods told of. */
  get size(): number {
    return this.#rows.size
  }

  get names(): ReadonlySet<string> {
    return new Set([...this.#rows.keys(), ...this.#learnt.keys()])
  }

  byName(name: string): NodeFacts | undefined {
    return this.#rows.get(name)
  }

  recordOf(name: string): NodeRecord | undefined {
    const row = this.#rows.get(name)
    const hostIps = [...(this.#learnt.get(name)?.values() ?? [])]
    return row === undefined && hostIps.length === 0 ? undefined : { kind: 'node', name, row, hostIps }
  }

  /** Take over what another index knows. Returns whether anything changed. */
  put({ name, row, hostIps }: NodeRecord): boolean {
    let changed = row === undefined ? this.delete(name) : this.upsert(row)
    const keys = new Set(hostIps.map(({ network, ip }) => addressKey(network, ip)))
    for (const key of this.#learnt.get(name)?.keys() ?? []) if (!keys.has(key)) changed = this.#unlearn(key) || changed
    for (const { network, ip } of hostIps) changed = this.#learnOne(network, ip, name) || changed
    return changed
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

  /**
   * A pod's status names its node's addresses: enough where nodes themselves are not listed. Returns whether anything
   * changed.
   */
  learn(network: string, hostIps: readonly string[], name: string): boolean {
    let changed = false
    for (const ip of hostIps) changed = this.#learnOne(network, ip, name) || changed
    return changed
  }

  #learnOne(network: string, ip: string, name: string): boolean {
    const key = addressKey(network, ip)
    if (this.#byHostIp.get(key) === name) return false
    if (this.#byHostIp.size >= MAX_HOST_IPS) return false
    this.#unlearn(key)
    this.#byHostIp.set(key, name)
    let learnt = this.#learnt.get(name)
    if (learnt === undefined) this.#learnt.set(name, (learnt = new Map()))
    learnt.set(key, { ip, network })
    return true
  }

  #unlearn(key: string): boolean {
    const name = this.#byHostIp.get(key)
    if (name === undefined) return false
    this.#byHostIp.delete(key)
    const learnt = this.#learnt.get(name)
    learnt?.delete(key)
    if (learnt?.size === 0) this.#learnt.delete(name)
    return true
  }
}

/** More nodes than any cluster has; only churn of many years reaches it. Then nothing more is learnt. */
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
