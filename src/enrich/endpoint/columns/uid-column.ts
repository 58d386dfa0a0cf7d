import { type RowStore, Uint32Column } from './column.ts'
import { Interned, itself } from './interned.ts'
import { mix, RowHash } from './row-hash.ts'
import { NONE } from './rows.ts'

/** UIDs of rows, and rows by UID. A UUID, which all of Kubernetes' are, takes 16 bytes; any other text is held whole. */
export class UidColumn {
  readonly #words: readonly [Uint32Column, Uint32Column, Uint32Column, Uint32Column]
  readonly #isPlain: Uint32Column
  readonly #plain = new Interned<string>()
  readonly #byUid = new RowHash((row) => this.#hashOf(row))
  /** The UID that is looked up. */
  readonly #wanted = new Uint32Array(4)

  /** Takes 20 bytes of each row from `offsetBytes` on. */
  constructor(store: RowStore, offsetBytes: number) {
    const word = (at: number) => new Uint32Column(store, offsetBytes + at * 4)
    this.#words = [word(0), word(1), word(2), word(3)]
    this.#isPlain = word(4)
  }

  add(row: number, uid: string): void {
    const isUuid = readUuid(uid, this.#wanted)
    if (!isUuid) this.#wanted.fill(0).set([this.#plain.take(uid, itself)])
    this.#isPlain.set(row, isUuid ? 0 : 1)
    for (let at = 0; at < 4; at += 1) this.#words[at]?.set(row, this.#wanted[at] ?? 0)
    this.#byUid.add(row)
  }

  remove(row: number): void {
    this.#byUid.remove(row)
    if (this.#isPlain.get(row) === 1) this.#plain.release(this.#words[0].get(row))
  }

  /** `NONE` when no row has it. */
  find(uid: string): number {
    const isUuid = readUuid(uid, this.#wanted)
    if (!isUuid) {
      const id = this.#plain.find(uid)
      if (id === undefined) return NONE
      this.#wanted.fill(0).set([id])
    }
    const plain = isUuid ? 0 : 1
    let slot = this.#byUid.slotOf(this.#wanted.reduce(mixWord, 0))
    for (let row = this.#byUid.rowAt(slot); row !== NONE; row = this.#byUid.rowAt(slot)) {
      if (this.#isWanted(row) && this.#isPlain.get(row) === plain) return row
      slot = this.#byUid.next(slot)
    }
    return NONE
  }

  get(row: number): string {
    if (this.#isPlain.get(row) === 1) return this.#plain.get(this.#words[0].get(row)) ?? ''
    for (let at = 0; at < 4; at += 1) writeHex(this.#words[at]?.get(row) ?? 0, at * 4)
    return TEXT.toString('latin1')
  }

  #isWanted(row: number): boolean {
    for (let at = 0; at < 4; at += 1) if (this.#words[at]?.get(row) !== this.#wanted[at]) return false
    return true
  }

  #hashOf(row: number): number {
    let hash = 0
    for (let at = 0; at < 4; at += 1) hash = mix(hash, this.#words[at]?.get(row) ?? 0)
    return hash
  }
}

function mixWord(hash: number, word: number): number {
  return mix(hash, word)
}

/** Read `text` into `words`; false when it is not a UUID in lower case. */
function readUuid(text: string, words: Uint32Array): boolean {
  if (text.length !== 36) return false
  let digits = 0
  let word = 0
  for (let at = 0; at < 36; at += 1) {
    const code = text.charCodeAt(at)
    const value = hexValue(code)
    if (value === -1) {
      if (code !== DASH || !isDashPlace(at)) return false
      continue
    }
    word = (word << 4) | value
    digits += 1
    if ((digits & 7) === 0) words[(digits >> 3) - 1] = word
  }
  return digits === 32
}

function isDashPlace(at: number): boolean {
  return at === 8 || at === 13 || at === 18 || at === 23
}

function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1
}

const DASH = 0x2d
/** Where a UUID is put together. */
const TEXT = Buffer.from('00000000-0000-0000-0000-000000000000', 'latin1')
/** Where in it each pair of digits begins, and the digits of each byte. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const
const FIRST_DIGITS = Uint8Array.from({ length: 256 }, (_, byte) => digitOf(byte >> 4))
const SECOND_DIGITS = Uint8Array.from({ length: 256 }, (_, byte) => digitOf(byte & 15))

function digitOf(value: number): number {
  return value.toString(16).charCodeAt(0)
}

/** The bytes of a word, from pair `from` on. */
function writeHex(word: number, from: number): void {
  for (let at = 0; at < 4; at += 1) {
    const byte = (word >>> (24 - at * 8)) & 255
    const place = PLACES[from + at] ?? 0
    TEXT[place] = FIRST_DIGITS[byte] ?? 0
    TEXT[place + 1] = SECOND_DIGITS[byte] ?? 0
  }
}
