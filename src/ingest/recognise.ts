import { isFinished } from './chain-losses.ts'
import type { FollowedFile } from './followed-file.ts'
import type { KnownFile } from './identity.ts'

const PACKED = '.gz'
/** logrotate gives the same name to another file at each rotation. */
const NUMBERED = /[.-]\d{1,4}$/

/** Mark the new files that an earlier run had read to their end: they are not opened. */
export function markFinished(fresh: ReadonlySet<FollowedFile>, known: readonly KnownFile[]): void {
  const finished = known.filter(isFinished)
  for (const file of fresh) {
    const entry = finished.find((each) => isSameFile(file, each) || isPackedFrom(file, each))
    if (entry === undefined) continue
    file.isDone = true
    file.finishedKey = entry.fileKey
  }
}

/**
 * Find what compressed files were packed from, by their names. While that is followed they are not read: the same lines
 * are in both. A name that moves to another file says so only while both are there.
 */
export function findOriginals(files: readonly FollowedFile[], before: readonly FollowedFile[]): void {
  for (const file of files) {
    if (!file.isCompressed || file.identity !== undefined || file.finishedKey !== undefined) continue
    const name = file.path.slice(0, -PACKED.length)
    const isLasting = !NUMBERED.test(name)
    const original = [...files, ...before].find(
      (other) => !other.isCompressed && !other.isReplaced && other.path === name && (isLasting || other.isNamed),
    )
    if (original !== undefined) file.original = original
    else if (!isLasting && file.original !== undefined) {
      file.original = undefined
      file.isDone = false
    }
    if (file.original !== undefined) file.isDone = true
  }
}

/** Inodes and names are used again; with the same size and time it is the same content. */
function isSameFile(file: FollowedFile, known: KnownFile): boolean {
  const isThere = file.device === known.device && file.inode === known.inode
  const isAsItWas = known.modifiedMs !== undefined && Math.trunc(known.modifiedMs) === Math.trunc(file.seenMs)
  return isThere && isAsItWas && (file.isCompressed || file.seenBytes === known.finalBytes)
}

function isPackedFrom(file: FollowedFile, known: KnownFile): boolean {
  return file.isCompressed && file.path === known.path + PACKED && !NUMBERED.test(known.path)
}
