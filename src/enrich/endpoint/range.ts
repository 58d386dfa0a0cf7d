import { ipGroups } from '../ip.ts'
import { type Cidr, CidrNames, cidrText, parseCidr } from './cidr.ts'
import type { RangeRecord } from './index-record.ts'

/**
 * Which addresses belong to the cluster though nobody is known to hold them now.
 *
 * Pods: the nodes' pod ranges, and the neighbourhood (/24, /64) of every pod ever seen, because some network plug-ins
 * give nodes no range. Services: the smallest range that holds all cluster addresses, because the API does not tell.
 */
export class Ranges {
  readonly #podCidrs = new CidrNames()
  /** The same as texts. */
  readonly #podCidrTexts = new Set<string>()
  readonly #podNeighbourhoods = new Set<string>()
  readonly #services = [new CommonPrefix(MIN_SERVICE_PREFIX_V4), new CommonPrefix(MIN_SERVICE_PREFIX_V6)] as const

  /** The record that `OF/CIDR` names. */
  recordOf(name: string): RangeRecord | undefined {
    const slash = name.indexOf('/')
    const of = RANGES_OF.find((each) => each === name.slice(0, slash))
    return of && { kind: 'range', of, cidr: name.slice(slash + 1) }
  }

  /** All that was added, each once, as records; of services the smallest ranges that hold them. */
  *records(): Iterable<RangeRecord> {
    for (const cidr of this.#podCidrTexts) yield { kind: 'range', of: 'pods', cidr }
    for (const cidr of this.#podNeighbourhoods) yield { kind: 'range', of: 'near', cidr }
    for (const { cidr } of this.#services) if (cidr !== undefined) yield { kind: 'range', of: 'services', cidr }
  }

  /** Returns whether that is new. */
  put({ of, cidr: text }: RangeRecord): boolean {
    const cidr = parseCidr(text)
    if (cidr === undefined) return false
    if (of === 'pods') return this.#addPodCidr(text, cidr)
    if (of === 'near') return this.#addNeighbourhood(text)
    return this.#services[cidr.groups.length === 2 ? 0 : 1].add(cidr)
  }

  /** Each returns the record of what is new. */
  addPodCidr(text: string): RangeRecord | undefined {
    const cidr = parseCidr(text)
    return cidr !== undefined && this.#addPodCidr(text, cidr) ? { kind: 'range', of: 'pods', cidr: text } : undefined
  }

  addPod(ip: string): RangeRecord | undefined {
    const cidr = neighbourhoodOf(ip)
    return this.#addNeighbourhood(cidr) ? { kind: 'range', of: 'near', cidr } : undefined
  }

  addService(ip: string): RangeRecord | undefined {
    const groups = ipGroups(ip)
    if (groups === undefined) return undefined
    const range = this.#services[groups.length === 2 ? 0 : 1]
    if (!range.add({ groups, prefix: groups.length * 16 }) || range.cidr === undefined) return undefined
    return { kind: 'range', of: 'services', cidr: range.cidr }
  }

  #addPodCidr(text: string, cidr: Cidr): boolean {
    if (this.#podCidrTexts.has(text) || this.#podCidrTexts.size >= MAX_NEIGHBOURHOODS) return false
    this.#podCidrTexts.add(text)
    this.#podCidrs.set(cidr, 'pods')
    return true
  }

  #addNeighbourhood(cidr: string): boolean {
    if (this.#podNeighbourhoods.has(cidr) || this.#podNeighbourhoods.size >= MAX_NEIGHBOURHOODS) return false
    this.#podNeighbourhoods.add(cidr)
    return true
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

const RANGES_OF = ['near', 'pods', 'services'] as const
/** A /8 has 65,536 of them; nothing sensible has more. */
const MAX_NEIGHBOURHOODS = 65_536
/** Service ranges are at most a /12 and, for IPv6, a /64 (kube-apiserver --service-cluster-ip-range). */
const MIN_SERVICE_PREFIX_V4 = 12
const MIN_SERVICE_PREFIX_V6 = 64

/** The /24 or /64 of a canonical address. */
function neighbourhoodOf(ip: string): string {
  const dot = ip.lastIndexOf('.')
  if (dot !== -1) return `${ip.slice(0, dot)}.0/24`
  return cidrText({ groups: ipGroups(ip) ?? [], prefix: 64 })
}

/** The bits that all addresses of one family have in common. */
class CommonPrefix {
  readonly #minBits: number
  #groups: readonly number[] | undefined
  #bits = 0

  constructor(minBits: number) {
    this.#minBits = minBits
  }

  /** All of them as a range. */
  get cidr(): string | undefined {
    return this.#groups === undefined ? undefined : cidrText({ groups: this.#groups, prefix: this.#bits })
  }

  /** Take in a range. Returns whether anything changed. */
  add({ groups, prefix }: Cidr): boolean {
    const bits = this.#groups === undefined ? prefix : Math.min(this.#bits, prefix, commonBits(this.#groups, groups))
    if (this.#groups !== undefined && bits === this.#bits) return false
    this.#groups ??= groups
    this.#bits = bits
    return true
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
