import { addressKey } from './pod-table.ts'
import type { ServiceRow } from './row.ts'

/** What is known of a service. */
export type ServiceFacts = ServiceRow

/** Services by name, by (address, port, protocol), by address, and by node port. */
export class ServiceTable {
  readonly #byName = new Map<string, ServiceFacts>()
  readonly #byAddress = new Map<string, ServiceFacts[]>()
  readonly #byPort = new Map<string, ServiceFacts[]>()
  readonly #byNodePort = new Map<string, ServiceFacts[]>()

  byName(namespace: string, name: string): ServiceFacts | undefined {
    return this.#byName.get(`${namespace}/${name}`)
  }

  get all(): Iterable<ServiceFacts> {
    return this.#byName.values()
  }

  get size(): number {
    return this.#byName.size
  }

  /** Services that offer this port at this address, else all that have the address. */
  at(network: string, ip: string, port: number | undefined, protocol: string): readonly ServiceFacts[] {
    const key = addressKey(network, ip)
    const offered = port === undefined ? undefined : this.#byPort.get(`${key} ${port} ${protocol}`)
    return offered ?? this.#byAddress.get(key) ?? []
  }

  /** Services behind a port of every node. */
  atNodePort(port: number, protocol: string): readonly ServiceFacts[] {
    return this.#byNodePort.get(`${port} ${protocol}`) ?? []
  }

  /** Returns whether anything changed. */
  upsert(row: ServiceRow): boolean {
    const key = `${row.namespace}/${row.name}`
    const known = this.#byName.get(key)
    if (known !== undefined && isSame(known, row)) return false
    if (known !== undefined) this.#each(known, remove)
    this.#byName.set(key, row)
    this.#each(row, add)
    return true
  }

  delete(namespace: string, name: string): boolean {
    const key = `${namespace}/${name}`
    const known = this.#byName.get(key)
    if (known === undefined) return false
    this.#byName.delete(key)
    this.#each(known, remove)
    return true
  }

  #each(row: ServiceRow, change: (index: Map<string, ServiceFacts[]>, key: string, row: ServiceFacts) => void): void {
    for (const ip of new Set([...row.clusterIps, ...row.externalIps])) {
      const key = addressKey(row.network, ip)
      change(this.#byAddress, key, row)
      for (const { port, protocol } of row.ports) change(this.#byPort, `${key} ${port} ${protocol}`, row)
    }
    for (const { nodePort, protocol } of row.ports) {
      if (nodePort !== undefined) change(this.#byNodePort, `${nodePort} ${protocol}`, row)
    }
  }
}

function add(index: Map<string, ServiceFacts[]>, key: string, row: ServiceFacts): void {
  const list = index.get(key)
  if (list === undefined) index.set(key, [row])
  else if (!list.includes(row)) list.push(row)
}

function remove(index: Map<string, ServiceFacts[]>, key: string, row: ServiceFacts): void {
  const rest = index.get(key)?.filter((each) => each !== row) ?? []
  if (rest.length === 0) index.delete(key)
  else index.set(key, rest)
}

function isSame(one: ServiceRow, other: ServiceRow): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
