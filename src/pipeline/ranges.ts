import type { Range } from './cursor-state.ts'

/** Rising and apart: what touches or overlaps is put together, what is empty left out. */
export function merge(ranges: readonly Range[]): readonly Range[] {
  const merged: [number, number][] = []
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (from >= to) continue
    const last = merged.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

/** The ranges without the bytes at `holes`. */
export function without(ranges: readonly Range[], holes: readonly number[]): readonly Range[] {
  let left = ranges
  for (const hole of holes)
    left = left.flatMap(([from, to]): readonly Range[] =>
      hole < from || hole >= to
        ? [[from, to]]
        : [
            [from, hole],
            [hole + 1, to],
          ],
    )
  return left.filter(([from, to]) => from < to)
}

/** The part of the ranges that begins at `fromBytes`. */
export function beyond(ranges: readonly Range[], fromBytes: number): readonly Range[] {
  return ranges.flatMap(([from, to]): readonly Range[] => (to > fromBytes ? [[Math.max(from, fromBytes), to]] : []))
}

/** Whether a byte is in one of the ranges. */
export function isInside(ranges: readonly Range[], atBytes: number): boolean {
  return ranges.some(([from, to]) => from <= atBytes && atBytes < to)
}
