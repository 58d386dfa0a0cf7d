import { canonicalIp, ipGroups } from '../../ip.ts'
import { Uint32Column } from './column.ts'
import { Interned, itself } from './interned.ts'
import { mix, RowHash } from './row-hash.ts'
import { NONE, Rows } from './rows.ts'

/**
 * Numbers that stand for addresses. An IPv4 address is its own number; an IPv6 address, and one of another network, gets
 * one for as long as it is used.
 */
export class Addresses {
  readonly #rows = new Rows()
  readonly #words = [new Uint32Column(), new Uint32Column(), new Uint32Column(), new Uint32Column()] as const
  readonly #uses = new Uint32Column()
  readonly #byWords = new RowHash((row) => hashOfWords(this.#wordsAt(row)))
  readonly #others = new Interned<string>()

  /** The number of an address key, used once more. */
  take(key: string): number {
    const v4 = ipv4Number(key)
    if (v4 !== NONE) return v4
    const words = wordsOf(key)
    if (words === undefined) return OTHERS + this.#others.take(key, itself)
    let row = this.#find(words)
    if (row === NONE) {
      row = this.#rows.take()
      for (const [at, word] of this.#words.entries()) word.set(row, words[at] ?? 0)
      this.#uses.set(row, 0)
      this.#byWords.add(row)
    }
    this.#uses.set(row, this.#uses.get(row) + 1)
    return IPV6 + row
  }

  release(address: number): void {
    if (address < IPV6) return
    if (address >= OTHERS) return this.#others.release(address - OTHERS)
    const row = address - IPV6
    this.#uses.set(row, this.#uses.get(row) - 1)
    if (this.#uses.get(row) > 0) return
    this.#byWords.remove(row)
    this.#rows.release(row)
  }

  /** `NONE` when nobody uses it. */
  find(key: string): number {
    const v4 = ipv4Number(key)
    if (v4 !== NONE) return v4
    const words = wordsOf(key)
    if (words === undefined) {
      const id = this.#others.find(key)
      return id === undefined ? NONE : OTHERS + id
    }
    const row = this.#find(words)
    return row === NONE ? NONE : IPV6 + row
  }

  /** The key that a number stands for. */
  keyOf(address: number): string {
    if (address < IPV6) return ipv4Text(address)
    if (address >= OTHERS) return this.#others.get(address - OTHERS) ?? ''
    const groups = this.#wordsAt(address - IPV6).flatMap((word) => [word >>> 16, word & 0xffff])
    const text = groups.map((group) => group.toString(16)).join(':')
    return canonicalIp(text) ?? text
  }

  #find(words: Words): number {
    let slot = this.#byWords.slotOf(hashOfWords(words))
    for (let row = this.#byWords.rowAt(slot); row !== NONE; row = this.#byWords.rowAt(slot)) {
      if (this.#words.every((word, at) => word.get(row) === words[at])) return row
      slot = this.#byWords.next(slot)
    }
    return NONE
  }

  #wordsAt(row: number): Words {
    const [first, second, third, fourth] = this.#words
    return [first.get(row), second.get(row), third.get(row), fourth.get(row)]
  }
}

type Words = readonly [number, number, number, number]

/** Numbers below are IPv4 addresses, those between IPv6, those above of other networks. */
const IPV6 = 2 ** 32
const OTHERS = 2 ** 33

/** Of the 32 bits that differ between addresses of one cluster: IPv6 in the last words. */
export function hashOfAddress(address: number): number {
  return address >= IPV6 ? mix(Math.trunc(address / IPV6), address | 0) : address | 0
}

function hashOfWords([first, second, third, fourth]: Words): number {
  return mix(mix(mix(first, second), third), fourth)
}

/** `NONE` when the key is no IPv4 address. */
function ipv4Number(key: string): number {
  let value = 0
  let part = 0
  const { length } = key
  if (length === 0 || length > 15) return NONE
  for (let at = 0; at < length; at += 1) {
    const code = key.charCodeAt(at)
    if (code === DOT) {
      value = value * 256 + part
      part = 0
    } else if (code >= 0x30 && code <= 0x39) part = part * 10 + code - 0x30
    else return NONE
  }
  return value * 256 + part
}

const DOT = 0x2e
const BYTES = Array.from({ length: 256 }, (_, byte) => String(byte))

function ipv4Text(value: number): string {
  return `${BYTES[value >>> 24]}.${BYTES[(value >>> 16) & 255]}.${BYTES[(value >>> 8) & 255]}.${BYTES[value & 255]}`
}

function wordsOf(key: string): Words | undefined {
  const groups = key.includes(':') && !key.includes('|') ? ipGroups(key) : undefined
  if (groups === undefined) return undefined
  const word = (at: number) => (((groups[at] ?? 0) << 16) | (groups[at + 1] ?? 0)) >>> 0
  return [word(0), word(2), word(4), word(6)]
}
