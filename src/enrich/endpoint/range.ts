import { ipGroups } from '../ip.ts'
import { type Cidr, CidrNames } from './cidr.ts'

/**
 * Which addresses belong to the cluster though nobody is known to hold them now.
 *
 * Pods: the nodes' pod ranges, and the neighbourhood (/24, /64) of every pod ever seen, because some network plug-ins
 * give nodes no range. Services: the smallest range that holds all cluster addresses, because the API does not tell.
 */
export class Ranges {
  readonly #podCidrs = new CidrNames()
  readonly #podNeighbourhoods = new Set<string>()
  readonly #services = [new CommonPrefix(MIN_SERVICE_PREFIX_V4), new CommonPrefix(MIN_SERVICE_PREFIX_V6)] as const

  addPodCidr(cidr: Cidr): void {
    this.#podCidrs.set(cidr, 'pods')
  }

  addPod(ip: string): void {
    if (this.#podNeighbourhoods.size < MAX_NEIGHBOURHOODS) this.#podNeighbourhoods.add(neighbourhoodOf(ip))
  }

  addService(ip: string): void {
    const groups = ipGroups(ip)
    if (groups !== undefined) this.#services[groups.length === 2 ? 0 : 1].add(groups)
  }

  /** Inside a range that a node gives to its pods. */
  isPodCidr(ip: string): boolean {
    return this.#podCidrs.get(ip) !== undefined
  }

  /** Inside a range of a node's pods, or next to pods that were seen. */
  isOfPods(ip: string): boolean {
    return this.isPodCidr(ip) || this.#podNeighbourhoods.has(neighbourhoodOf(ip))
  }

  /** Next to pods that were seen, or between the addresses of services. */
  isNearby(ip: string): boolean {
    if (this.#podNeighbourhoods.has(neighbourhoodOf(ip))) return true
    const groups = ipGroups(ip)
    return groups !== undefined && this.#services[groups.length === 2 ? 0 : 1].has(groups)
  }
}

/** A /8 has 65,536 of them; nothing sensible has more. */
const MAX_NEIGHBOURHOODS = 65_536
/** Service ranges are at most a /12 and, for IPv6, a /64 (kube-apiserver --service-cluster-ip-range). */
const MIN_SERVICE_PREFIX_V4 = 12
const MIN_SERVICE_PREFIX_V6 = 64

/** The /24 or /64 of a canonical address. */
function neighbourhoodOf(ip: string): string {
  const dot = ip.lastIndexOf('.')
  if (dot !== -1) return ip.slice(0, dot)
  return ipGroups(ip)?.slice(0, 4).join(':') ?? ip
}

/** The bits that all addresses of one family have in common. */
class CommonPrefix {
  readonly #minBits: number
  #groups: readonly number[] | undefined
  #bits = 0

  constructor(minBits: number) {
    this.#minBits = minBits
  }

  add(groups: readonly number[]): void {
    this.#bits =
      this.#groups === undefined ? groups.length * 16 : Math.min(this.#bits, commonBits(this.#groups, groups))
    this.#groups ??= groups
  }

  /** False for all when what is common is too little to be a range. */
  has(groups: readonly number[]): boolean {
    if (this.#groups === undefined || this.#bits < this.#minBits) return false
    return commonBits(this.#groups, groups) >= this.#bits
  }
}

function commonBits(one: readonly number[], other: readonly number[]): number {
  let bits = 0
  for (const [index, group] of one.entries()) {
    const difference = group ^ (other[index] ?? 0)
    if (difference !== 0) return bits + Math.clz32(difference) - 16
    bits += 16
  }
  return bits
}
