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
