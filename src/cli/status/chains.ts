import type { CursorEntry, Range } from '../../pipeline/cursor-state.ts'
import { beyond } from '../../pipeline/ranges.ts'
import type { FileOnDisk, FilesOnDisk } from './files-on-disk.ts'

/** One file of a chain: what its pipeline remembers, and what is there now. */
export interface FileStatus {
  readonly path: string
  readonly fileKey: string
  /** Every byte before this one is answered for. */
  readonly cursorBytes: number
  /** Lines that begin before this may have been sent; absent where the sink cannot look up. */
  readonly sentBytes: number | undefined
  /** What is answered beyond the cursor. */
  readonly answered: readonly Range[]
  /** On disk now, of a compressed file packed; undefined when it is gone. */
  readonly sizeBytes: number | undefined
  /** Bytes that are not answered; undefined when nobody can say: a compressed file, or one that is gone and was not read to its end. */
  readonly lagBytes: number | undefined
  /** How long ago the oldest of them was written: no less, and no more where that can be said. Undefined without a lag. */
  readonly lagSeconds: { readonly atLeast: number; readonly atMost: number | undefined } | undefined
  /** `done`: nothing is written to it any more, and all of it is answered. */
  readonly state: 'reading' | 'done' | 'gone'
  /** When the agent first missed it; undefined before that. */
  readonly goneSinceMs: number | undefined
}

/** One rotation chain. */
export interface ChainStatus {
  /** Its pod and container, or its node and path. */
  readonly scope: string
  /** The sum over its files, as far as known. */
  readonly lagBytes: number
  /** Of its oldest byte that is not answered. */
  readonly lagSeconds: FileStatus['lagSeconds']
  /** Oldest first. */
  readonly files: readonly FileStatus[]
}

/** The moment of looking, and before which everything was answered then. */
export interface Moment {
  readonly nowMs: number
  readonly watermarkMs: number | undefined
}

/** The chains a pipeline remembers, largest lag first. Files that its agent has never seen are not among them. */
export function chainsOf(
  entries: readonly CursorEntry[],
  disk: Pick<FilesOnDisk, 'find'>,
  moment: Moment,
): readonly ChainStatus[] {
  const places = placesOf(entries, disk)
  const chains = Map.groupBy(entries, ({ scope }) => scope)
  const statuses = [...chains].map(([scope, files]) =>
    chainOf(
      scope,
      files.map((entry) => fileOf(entry, places.get(entry.fileKey), moment)),
    ),
  )
  return statuses.sort((a, b) => b.lagBytes - a.lagBytes || (a.scope < b.scope ? -1 : 1))
}

/** By file key. A file that was truncated has one entry for what it held and one for what it holds now: the later one. */
function placesOf(entries: readonly CursorEntry[], disk: Pick<FilesOnDisk, 'find'>): ReadonlyMap<string, FileOnDisk> {
  const owners = new Map<string, string>()
  const places = new Map<string, FileOnDisk>()
  for (const entry of entries.toSorted((a, b) => b.begun - a.begun)) {
    const { device, inode, fileKey, goneSinceMs } = entry
    const isTaken = owners.has(`${device}:${inode}`)
    const place = isTaken || goneSinceMs !== undefined ? undefined : disk.find(entry)
    if (place === undefined) continue
    owners.set(`${device}:${inode}`, fileKey)
    places.set(fileKey, place)
  }
  return places
}

function chainOf(scope: string, files: readonly FileStatus[]): ChainStatus {
  const lagBytes = files.reduce((sum, file) => sum + (file.lagBytes ?? 0), 0)
  return { scope, lagBytes, lagSeconds: files.find((file) => file.lagSeconds !== undefined)?.lagSeconds, files }
}

function fileOf(entry: CursorEntry, place: FileOnDisk | undefined, moment: Moment): FileStatus {
  const { fileKey, prefixBytes, sentBytes, finalBytes, goneSinceMs } = entry
  const answered = beyond(entry.answered ?? [], prefixBytes)
  const lagBytes = lagOf(entry, answered, place)
  const isDone = finalBytes !== undefined && prefixBytes >= finalBytes
  return {
    path: place?.path ?? entry.path,
    fileKey,
    cursorBytes: prefixBytes,
    sentBytes,
    answered,
    sizeBytes: place?.sizeBytes,
    lagBytes,
    lagSeconds: (lagBytes ?? 0) > 0 && place !== undefined ? ageOf(place, moment) : undefined,
    state: place === undefined ? 'gone' : isDone ? 'done' : 'reading',
    goneSinceMs,
  }
}

/** The size that counts is that of the lines: a compressed file tells it only once it was read to its end. */
function lagOf(
  { path, prefixBytes, finalBytes }: CursorEntry,
  answered: readonly Range[],
  place: FileOnDisk | undefined,
): number | undefined {
  const isCompressed = (place?.path ?? path).endsWith('.gz')
  const sizeBytes = finalBytes ?? (isCompressed ? undefined : place?.sizeBytes)
  if (sizeBytes === undefined) return undefined
  const answeredBytes = answered.reduce((sum, [from, to]) => sum + Math.max(Math.min(to, sizeBytes) - from, 0), 0)
  return Math.max(sizeBytes - prefixBytes - answeredBytes, 0)
}

/**
 * The last byte of a file was written when it was modified, so the oldest that is not answered was written then or
 * before; and after the file was made, and after the watermark. A line without its end does not count for the watermark.
 */
function ageOf({ modifiedMs, bornMs }: FileOnDisk, { nowMs, watermarkMs }: Moment): FileStatus['lagSeconds'] {
  const atLeast = secondsBetween(modifiedMs, nowMs)
  const notBefore = [watermarkMs, bornMs].filter((ms) => ms !== undefined && ms <= modifiedMs)
  const sinceMs = Math.max(...notBefore.map((ms) => ms ?? 0))
  return { atLeast, atMost: notBefore.length === 0 ? undefined : secondsBetween(sinceMs, nowMs) }
}

function secondsBetween(fromMs: number, toMs: number): number {
  return Math.max(Math.round((toMs - fromMs) / 1_000), 0)
}
