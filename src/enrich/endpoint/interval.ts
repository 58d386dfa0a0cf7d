/**
 * The time in which one owner held one address: `[fromMs, toMs)`, `toMs` being Infinity while it holds it. Times of
 * whole seconds are rounded outwards.
 */
export interface Interval<Owner> {
  readonly owner: Owner
  fromMs: number
  toMs: number
}

/** Kubernetes' times have whole seconds: an event happened up to this much later than its time says. */
export const RESOLUTION_MS = 1_000

/** Who could have held an address at one instant, and how long that answer stays the same: `[sinceMs, untilMs)`. */
export interface Holders<Owner> {
  /** Different owners that cannot be excluded, each at most once. */
  readonly owners: readonly Owner[]
  /** Those of them whose times, taken as they are, are within the tolerance. */
  readonly likely: readonly Owner[]
  /** The only owner, when its interval holds the instant and no other comes near. */
  readonly exact: Owner | undefined
  readonly sinceMs: number
  readonly untilMs: number
}

/** `list` with `interval` where its beginning belongs. */
export function insertInterval<Held extends Interval<unknown>>(list: readonly Held[], interval: Held): readonly Held[] {
  let at = list.length
  while (at > 0 && (list[at - 1]?.fromMs ?? 0) > interval.fromMs) at -= 1
  return list.toSpliced(at, 0, interval)
}

/**
 * The owners whose interval, widened by `skewMs` on both sides, holds `atMs`. `list` is sorted by beginning.
 *
 * An owner's interval ends at the latest where the next owner's begins: an address has one owner at a time. If no two
 * clocks differ by more than `skewMs`, the true owner is always among them, so a single one is the true one.
 */
export function holdersAt<Owner>(list: readonly Interval<Owner>[], atMs: number, skewMs: number): Holders<Owner> {
  const last = lastBegunBy(list, atMs + skewMs)
  const untilMs = (list[last + 1]?.fromMs ?? Number.POSITIVE_INFINITY) - skewMs
  const { owners, likely, strict } = nearby(list, last, atMs, skewMs)
  if (owners.length === 0) {
    return { owners, likely, exact: undefined, sinceMs: overMs(list, last, skewMs) ?? atMs, untilMs }
  }
  const exact = owners.length === 1 ? list[strict] : undefined
  const sinceMs = overMs(list, last - 1, skewMs)
  if (exact === undefined || strict !== last || sinceMs === undefined || isCrowded(list, last, skewMs)) {
    return { owners, likely, exact: exact?.owner, sinceMs: atMs, untilMs: atMs }
  }
  const endMs = Math.min(exact.toMs, untilMs)
  return { owners, likely, exact: exact.owner, sinceMs: Math.max(exact.fromMs, sinceMs), untilMs: endMs }
}

/**
 * The answer of `holdersAt` where it is plain, without a list: since when the last interval of an address, which holds
 * `atMs`, is the only one that can. NaN where it takes more to tell. `earlierFromMs`: of the one before `before`.
 */
export function aloneSince(
  fromMs: number,
  before: { readonly fromMs: number; readonly toMs: number; readonly earlierFromMs: number },
  atMs: number,
  skewMs: number,
): number {
  const isOrdered = fromMs - before.fromMs > orderMs(skewMs) && before.fromMs - before.earlierFromMs > orderMs(skewMs)
  const safeMs = Math.min(before.toMs, fromMs + RESOLUTION_MS) + RESOLUTION_MS + skewMs
  return isOrdered && safeMs < atMs ? Math.max(fromMs, safeMs + 1) : Number.NaN
}

interface Near<Owner> {
  readonly owners: readonly Owner[]
  readonly likely: readonly Owner[]
  /** The interval that holds the instant without widening, -1 when none does. */
  readonly strict: number
}

function nearby<Owner>(list: readonly Interval<Owner>[], last: number, atMs: number, skewMs: number): Near<Owner> {
  const owners: Owner[] = []
  const likely: Owner[] = []
  let strict = -1
  let oldestMs = Number.NEGATIVE_INFINITY
  for (let at = last; at >= 0 && last - at < MAX_SCANNED; at -= 1) {
    const interval = list[at]
    if (interval === undefined || interval.fromMs < oldestMs) break
    const endMs = endOf(list, at, skewMs)
    if (endMs + skewMs < atMs) {
      // What began surely before this one was over by its beginning, so it is over too.
      if (endMs + RESOLUTION_MS + skewMs < atMs) oldestMs = interval.fromMs - orderMs(skewMs)
      continue
    }
    if (!owners.includes(interval.owner)) owners.push(interval.owner)
    if (endMs - RESOLUTION_MS + skewMs >= atMs && !likely.includes(interval.owner)) likely.push(interval.owner)
    if (interval.fromMs <= atMs && atMs < endMs) strict = at
  }
  return { owners, likely, strict }
}

/** Beginnings that are near each other are looked at one by one; more than this many are nobody's honest history. */
const MAX_SCANNED = 64

/** Two beginnings that differ by less may have happened the other way round. */
function orderMs(skewMs: number): number {
  return skewMs + RESOLUTION_MS
}

/** Since when interval `at` and all before it are surely over; undefined where that takes more to tell. */
function overMs<Owner>(list: readonly Interval<Owner>[], at: number, skewMs: number): number | undefined {
  if (at < 0) return Number.NEGATIVE_INFINITY
  return isCrowded(list, at, skewMs) ? undefined : endOf(list, at, skewMs) + RESOLUTION_MS + skewMs + 1
}

/** Index of the last interval that begins at or before `atMs`, -1 when none does. */
function lastBegunBy<Owner>(list: readonly Interval<Owner>[], atMs: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((list[middle]?.fromMs ?? Number.POSITIVE_INFINITY) <= atMs) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Where interval `at` ends at the latest: its own end, or the beginning of one that surely came later. */
function endOf<Owner>(list: readonly Interval<Owner>[], at: number, skewMs: number): number {
  const interval = list[at]
  if (interval === undefined) return Number.NEGATIVE_INFINITY
  const laterMs = interval.fromMs + orderMs(skewMs)
  const limit = at + MAX_SCANNED
  let next = at + 1
  while (next < limit && (list[next]?.fromMs ?? Number.POSITIVE_INFINITY) <= laterMs) next += 1
  return Math.min(interval.toMs, (list[next]?.fromMs ?? Number.POSITIVE_INFINITY) + RESOLUTION_MS)
}

/** Whether another interval begins so near that their order is not sure. */
function isCrowded<Owner>(list: readonly Interval<Owner>[], at: number, skewMs: number): boolean {
  const fromMs = list[at]?.fromMs ?? Number.NaN
  const beforeMs = list[at - 1]?.fromMs ?? Number.NEGATIVE_INFINITY
  const afterMs = list[at + 1]?.fromMs ?? Number.POSITIVE_INFINITY
  return fromMs - beforeMs <= orderMs(skewMs) || afterMs - fromMs <= orderMs(skewMs)
}
