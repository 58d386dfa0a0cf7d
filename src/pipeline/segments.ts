import type { Batch, Segment } from '../sinks/batch.ts'

/** The documents of a segment that `keep` says yes to, byte for byte and in order; the segment itself when all are kept. */
export function selectDocuments(segment: Segment, keep: (index: number) => boolean): Segment {
  const kept = segment.ids.map((_, index) => index).filter(keep)
  if (kept.length === segment.ids.length) return segment
  const pieces = kept.map((index) => documentAt(segment, index))
  let end = 0
  const { routes } = segment
  return {
    ...segment,
    bytes: Buffer.concat(pieces),
    ids: pick(segment.ids, kept),
    ends: pieces.map((piece) => (end += piece.length)),
    datasets: pick(segment.datasets, kept),
    classes: pick(segment.classes, kept),
    offsets: pick(segment.offsets, kept),
    ...(routes && { routes: { keys: pick(routes.keys, kept), timesMs: pick(routes.timesMs, kept) } }),
  }
}

/** One document with its newline. */
export function documentAt({ bytes, ends }: Segment, index: number): Buffer {
  return bytes.subarray(ends[index - 1] ?? 0, ends[index])
}

export function batchOf(segments: readonly Segment[]): Batch {
  return {
    segments,
    documentCount: segments.reduce((count, segment) => count + segment.ids.length, 0),
    byteCount: segments.reduce((count, segment) => count + segment.bytes.length, 0),
  }
}

function pick<T>(values: readonly T[], indexes: readonly number[]): readonly T[] {
  return indexes.flatMap((index) => {
    const value = values[index]
    return value === undefined ? [] : [value]
  })
}
