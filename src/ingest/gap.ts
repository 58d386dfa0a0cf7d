import type { FollowedFile } from './followed-file.ts'
import type { KnownFile } from './identity.ts'

/** Files may have come and gone unseen between two files of a chain. */
export interface Gap {
  /** When the last file that is known before it was last written to. */
  readonly afterMs: number | undefined
  /** Key of that file: one that turns out to be it has nothing missing before it. */
  readonly keyBefore: () => string | undefined
  /** The files that may be the first behind it. */
  readonly marked: readonly FollowedFile[]
}

/** The file of a chain that was the newest before a sweep. */
export type Newest = FollowedFile | KnownFile | undefined

/**
 * Mark the new files whose predecessor has no name in the logs any more: what was between may have gone unseen. Kubelet
 * and logrotate delete the oldest first, so nothing is missing behind a file that is there.
 */
export function markGaps(files: readonly FollowedFile[], fresh: ReadonlySet<FollowedFile>, newest: Newest): void {
  for (const [index, file] of files.entries()) {
    if (!fresh.has(file) || file.isDone || file.gap !== undefined) continue
    const before = files[index - 1] ?? (newest !== undefined && !isThere(files, newest) ? newest : undefined)
    if (before !== undefined && !('isNamed' in before && before.isNamed)) mark(files, index, fresh, before)
  }
}

/**
 * Mark files that an earlier run marked. Behind a compressed one, a mark is of the same gap. `newestKey`: of the file that
 * was begun last, which is the one before the gap where no link is.
 */
export function restoreGaps(
  files: readonly FollowedFile[],
  hasGap: (file: FollowedFile) => boolean,
  newestKey: string | undefined,
): void {
  let marked: FollowedFile[] = []
  let keyBefore = () => newestKey
  for (const [index, file] of files.entries()) {
    const before = files[index - 1]
    if (before !== undefined && (before.gap === undefined || !before.isCompressed)) {
      marked = []
      keyBefore = () => before.identity?.fileKey ?? before.finishedKey
    }
    if (!hasGap(file)) continue
    marked.push(file)
    file.gap = { afterMs: undefined, keyBefore, marked }
  }
}

/** A file is new, so the gap is before it; the files that were marked for the same gap and are not any more. */
export function gapIsHere(file: FollowedFile): readonly FollowedFile[] {
  return forget(file.gap?.marked ?? [], file)
}

/** A file is one that was known; the files that are not marked any more, because it is the one before the gap itself. */
export function gapIsElsewhere(file: FollowedFile, fileKey: string): readonly FollowedFile[] {
  const { gap } = file
  file.gap = undefined
  return gap?.keyBefore() === fileKey ? forget(gap.marked, file) : []
}

/** The gap is before `next`: a file is empty. */
export function passGap(file: FollowedFile, next: FollowedFile): void {
  if (file.gap !== undefined) next.gap ??= { ...file.gap, marked: [next] }
}

/** The mark of `file` itself stays in the name of its link: it says no more once the file is known. */
function forget(marked: readonly FollowedFile[], file: FollowedFile): readonly FollowedFile[] {
  file.gap = undefined
  const others = marked.filter((other) => other.gap !== undefined)
  for (const other of others) other.gap = undefined
  return others
}

/** A compressed file may be the predecessor itself, or one before it: then the gap, if any, is behind it. */
function mark(
  files: readonly FollowedFile[],
  from: number,
  fresh: ReadonlySet<FollowedFile>,
  before: FollowedFile | KnownFile,
): void {
  const last = files.findIndex((file, index) => index >= from && (!fresh.has(file) || !file.isCompressed))
  const candidates = last === -1 ? files.slice(from) : files.slice(from, last + 1)
  const marked = candidates.filter((file) => fresh.has(file) && !file.isDone)
  const keyBefore = 'fileKey' in before ? () => before.fileKey : () => before.identity?.fileKey ?? before.finishedKey
  const gap = { afterMs: before.modifiedMs, keyBefore, marked }
  for (const file of marked) file.gap = gap
}

function isThere(files: readonly FollowedFile[], newest: FollowedFile | KnownFile): boolean {
  if (!('fileKey' in newest)) return files.includes(newest) || files.some((file) => file.original === newest)
  return files.some(
    (file) => file.finishedKey === newest.fileKey || (file.device === newest.device && file.inode === newest.inode),
  )
}
