let cachedSecond = Number.NaN
let cachedPrefix = ''

/** `2026-11-22T13:16:15.697Z` of milliseconds since the epoch. The text of the last second is kept: times come in bursts. */
export function isoTime(ms: number): string {
  const second = Math.floor(ms / 1000)
  if (second !== cachedSecond) {
    cachedPrefix = new Date(second * 1000).toISOString().slice(0, 20)
    cachedSecond = second
  }
  const millis = Math.floor(ms - second * 1000)
  return cachedPrefix + (millis < 10 ? '00' : millis < 100 ? '0' : '') + millis + 'Z'
}
