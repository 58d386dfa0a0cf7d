/** What an address means before anyone is asked who owns it. Only `unicast` addresses have an owner in an index. */
export type IpClass = 'unicast' | 'loopback' | 'unspecified' | 'link_local'

/**
 * One text per IP address, so that texts can be compared: dotted IPv4, and IPv6 as RFC 5952 writes it, without a
 * zone. An IPv4 address inside IPv6 (`::ffff:10.0.0.1`) is that IPv4 address. Undefined when `text` is no address.
 */
export function canonicalIp(text: string): string | undefined {
  if (isIpv4(text)) return text
  if (text.indexOf(':') === -1 || text.length > MAX_IPV6_LENGTH) return undefined
  const known = canonicalIpv6.get(text)
  if (known !== undefined) return known
  const groups = ipv6Groups(text)
  if (groups === undefined) return undefined
  const canonical = ipv6Text(groups)
  if (canonicalIpv6.size >= MAX_CACHED) canonicalIpv6.clear()
  canonicalIpv6.set(text, canonical)
  return canonical
}

/** Longest text with a zone: eight groups or six and a dotted tail, `%`, an interface name. */
const MAX_IPV6_LENGTH = 64
/** Addresses repeat from line to line; IPv6 is dear to normalise. */
const canonicalIpv6 = new Map<string, string>()
const MAX_CACHED = 8192

/** Class of a canonical address. `::6` is Istio's 127.0.0.6 for IPv6 (istio/istio pilot listener_address.go). */
export function classOf(ip: string): IpClass {
  if (ip.startsWith('127.') || ip === '::1' || ip === '::6') return 'loopback'
  if (ip === '0.0.0.0' || ip === '::') return 'unspecified'
  if (ip.startsWith('169.254.')) return 'link_local'
  return isIpv6LinkLocal(ip) ? 'link_local' : 'unicast'
}

/** Inside fe80::/10. */
function isIpv6LinkLocal(ip: string): boolean {
  if (!ip.startsWith('fe') || ip.indexOf(':') !== 4) return false
  const third = ip.charCodeAt(2)
  return third === 0x38 || third === 0x39 || third === 0x61 || third === 0x62
}

/** The 16-bit groups of a canonical address: two for IPv4, eight for IPv6. */
export function ipGroups(ip: string): readonly number[] | undefined {
  return isIpv4(ip) ? ipv4Groups(ip) : ipv6Groups(ip)
}

const DOT = 0x2e

/**
 * Where a dotted IPv4 address at the start of `text` ends: four numbers from 0 to 255 without leading zeros. -1 when
 * there is none.
 */
export function ipv4End(text: string): number {
  const { length } = text
  let dots = 0
  let value = -1
  let at = 0
  for (; at < length; at += 1) {
    const code = text.charCodeAt(at)
    const digit = code - 0x30
    if (digit >= 0 && digit <= 9) {
      if (value === 0) return -1
      value = value === -1 ? digit : value * 10 + digit
      if (value > 255) return -1
    } else if (code === DOT && value !== -1 && dots < 3) {
      dots += 1
      value = -1
    } else {
      break
    }
  }
  return dots === 3 && value !== -1 ? at : -1
}

function isIpv4(text: string): boolean {
  return text.length >= 7 && ipv4End(text) === text.length
}

function ipv4Groups(ip: string): number[] {
  const [first = 0, second = 0, third = 0, fourth = 0] = ip.split('.').map(Number)
  return [first * 256 + second, third * 256 + fourth]
}

function ipv6Groups(text: string): number[] | undefined {
  const percent = text.indexOf('%')
  const address = percent === -1 ? text : text.slice(0, percent)
  const gap = address.indexOf('::')
  if (gap === -1) {
    const groups = groupsOf(address)
    return groups?.length === 8 ? groups : undefined
  }
  if (address.lastIndexOf('.', gap) !== -1) return undefined // a dotted tail ends the address
  const head = groupsOf(address.slice(0, gap))
  const tail = groupsOf(address.slice(gap + 2))
  if (head === undefined || tail === undefined || head.length + tail.length > 7) return undefined
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail]
}

/** Groups between single colons; the last may be dotted IPv4. */
function groupsOf(text: string): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':', 9)
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && isIpv4(part)) {
      groups.push(...ipv4Groups(part))
      continue
    }
    const value = hexGroup(part)
    if (value === -1) return undefined
    groups.push(value)
  }
  return groups.length > 8 ? undefined : groups
}

/** One to four hexadecimal digits, else -1. */
function hexGroup(text: string): number {
  if (text.length === 0 || text.length > 4) return -1
  let value = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at) | 0x20
    const isDigit = code >= 0x30 && code <= 0x39
    if (!isDigit && (code < 0x61 || code > 0x66)) return -1
    value = value * 16 + (isDigit ? code - 0x30 : code - 0x57)
  }
  return value
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as `::`. */
function ipv6Text(groups: readonly number[]): string {
  const [, , , , , mark = 0, high = 0, low = 0] = groups
  if (mark === 0xffff && groups.slice(0, 5).every((group) => group === 0)) {
    return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
  }
  const { start, length } = longestZeroRun(groups)
  const hex = (from: number, to: number) => groups.slice(from, to).map((group) => group.toString(16))
  if (length < 2) return hex(0, 8).join(':')
  return `${hex(0, start).join(':')}::${hex(start + length, 8).join(':')}`
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 }
  let length = 0
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0
    if (length > best.length) best = { start: index - length + 1, length }
  }
  return best
}

/** Whether a canonical address is of a range that every network uses for itself (RFC 1918, RFC 6598, RFC 4193). */
export function isPrivate(ip: string): boolean {
  if (ip.includes(':')) return /^f[cd]/.test(ip)
  const [first = 0, second = 0] = ip.split('.', 2).map(Number)
  if (first === 10 || (first === 192 && second === 168)) return true
  return (first === 172 && second >= 16 && second <= 31) || (first === 100 && second >= 64 && second <= 127)
}
