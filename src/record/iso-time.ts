let cachedSecond = Number.NaN
let cachedPrefix = ''

/** `2026-11-22T13:16:15.697Z` of milliseconds since the epoch. The text of the last second is kept: times come in bursts. */
export function isoTime(ms: number): string {
  const second = Math.floor(ms / 1000)
  if (second !== cachedSecond) {
    cachedPrefix = new Date(second * 1000).toISOString().slice(0, 20)
    cachedSecond = second
  }
  return cachedPrefix + (MILLIS[Math.floor(ms - second * 1000)] ?? '')
}

const MILLIS: readonly string[] = Array.from({ length: 1000 }, (_, millis) => `${String(millis).padStart(3, '0')}Z`)

/** `YYYY-MM-DDTHH:MM:SS.` and its milliseconds, by the last digit of the second: lines of a moment carry a few of them. */
const KNOWN_TEXTS: string[] = Array.from({ length: 16 }, () => '')
const KNOWN_MS: number[] = Array.from({ length: 16 }, () => 0)
const SECONDS_END = 20
const ISO_SECONDS = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3,9}Z$/

/** What `Date.parse` gives: digits finer than a millisecond are cut off, and what is no time is NaN. */
export function parseTime(text: string): number {
  const slot = text.charCodeAt(SECONDS_END - 2) & 15
  const known = KNOWN_TEXTS[slot] ?? ''
  if (known !== '' && text.startsWith(known)) {
    const millis = millisAt(text, SECONDS_END)
    if (millis !== undefined) return (KNOWN_MS[slot] ?? Number.NaN) + millis
  }
  const ms = Date.parse(text)
  if (!Number.isNaN(ms) && ISO_SECONDS.test(text)) {
    KNOWN_TEXTS[slot] = text.slice(0, SECONDS_END)
    KNOWN_MS[slot] = ms - Number(text.slice(SECONDS_END, SECONDS_END + 3))
  }
  return ms
}

/** Milliseconds of a fraction of three to nine digits and a `Z`; undefined for any other. */
function millisAt(text: string, start: number): number | undefined {
  const end = text.length - 1
  if (end < start + 3 || end > start + 9 || text.charCodeAt(end) !== 0x5a) return undefined
  let millis = 0
  for (let at = start; at < end; at += 1) {
    const digit = text.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9) return undefined
    if (at < start + 3) millis = millis * 10 + digit
  }
  return millis
}
