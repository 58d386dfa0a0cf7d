import { canonicalIp, ipGroups } from '../ip.ts'

/** A range of addresses; `prefix` counts bits. */
export interface Cidr {
  readonly groups: readonly number[]
  readonly prefix: number
}

/** Read `10.20.0.0/16` or `fd00::/8`; undefined when it is no range. Host bits are ignored. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/')
  if (slash === -1) return undefined
  const groups = ipGroups(text.slice(0, slash))
  const bits = text.slice(slash + 1)
  const prefix = Number(bits)
  if (groups === undefined || bits === '' || bits.length > 3 || !Number.isInteger(prefix)) return undefined
  return prefix < 0 || prefix > groups.length * 16 ? undefined : { groups, prefix }
}

/** The range as text, without host bits. */
export function cidrText({ groups, prefix }: Cidr): string {
  return `${ipText(maskedGroups(groups, prefix))}/${prefix}`
}

/** The first address after the network's own: where a node's bridge usually is (`.1`, `::1`). */
export function gatewayOf({ groups, prefix }: Cidr): string | undefined {
  if (groups.length * 16 - prefix < 2) return undefined
  const masked = maskedGroups(groups, prefix)
  const last = masked.length - 1
  masked[last] = (masked[last] ?? 0) + 1
  return ipText(masked)
}

/** Two groups as IPv4, eight as IPv6. */
function ipText(groups: readonly number[]): string {
  const [high = 0, low = 0] = groups
  if (groups.length === 2) return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
  const text = groups.map((group) => group.toString(16)).join(':')
  return canonicalIp(text) ?? text
}

/** Names of ranges; the most specific range that holds an address wins. */
export class CidrNames {
  /** Longest prefix first. */
  readonly #levels: { readonly width: number; readonly prefix: number; readonly names: Map<string, string> }[] = []

  /** Give a range its name; a second name for the same range replaces the first. */
  set({ groups, prefix }: Cidr, name: string): void {
    let level = this.#levels.find((each) => each.width === groups.length && each.prefix === prefix)
    if (level === undefined) {
      level = { width: groups.length, prefix, names: new Map() }
      this.#levels.push(level)
      this.#levels.sort((one, other) => other.prefix - one.prefix)
    }
    level.names.set(maskedGroups(groups, prefix).join('.'), name)
  }

  /** Name of the most specific range that holds a canonical address. */
  get(ip: string): string | undefined {
    const groups = this.#levels.length === 0 ? undefined : ipGroups(ip)
    if (groups === undefined) return undefined
    for (const { width, prefix, names } of this.#levels) {
      if (width !== groups.length) continue
      const name = names.get(maskedGroups(groups, prefix).join('.'))
      if (name !== undefined) return name
    }
    return undefined
  }
}

function maskedGroups(groups: readonly number[], prefix: number): number[] {
  return groups.map((group, index) => {
    const bits = Math.min(16, Math.max(0, prefix - index * 16))
    return group & (0xffff << (16 - bits)) & 0xffff
  })
}
