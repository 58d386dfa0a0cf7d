import type { FoundFile } from './chain.ts'
import type { OpenFile } from './file-system.ts'
import { type Identity, letGo } from './identity.ts'

/** Sweeps a file may be missing from before it counts as gone: it may have been renamed between two looks. */
const SWEEPS_TO_BE_GONE = 2

/** One file of a chain, as its reader knows it. */
export interface FollowedFile {
  path: string
  readonly restart: number
  readonly device: number
  readonly inode: number
  sizeBytes: number
  modifiedMs: number
  /** When its size was last seen to change, by the rising clock. */
  changedMs: number
  /** When it was first seen that nothing should be written to it any more. */
  supersededMs: number | undefined
  open: OpenFile | undefined
  identity: Identity | undefined
  /** Final, and read to its end. */
  isDone: boolean
  /** Not to be read before the next sweep. */
  isSkipped: boolean
  /** The last try to read it failed. */
  hasFailed: boolean
  /** Its size and time when there was nothing more to read in it. */
  triedBytes: number
  triedMs: number
  missedSweeps: number
}

/** What a sweep changes: the files to follow now, oldest first, and those that went without having been read. */
export interface Merged {
  readonly files: readonly FollowedFile[]
  readonly lost: readonly FollowedFile[]
}

/** Join what is followed with what the newest sweep found. */
export function mergeFound(followed: readonly FollowedFile[], found: readonly FoundFile[], nowMs: number): Merged {
  const files = [...new Set(found.map((file) => refresh(findAgain(followed, file), file, nowMs)))]
  const present = new Set(files)
  const lost: FollowedFile[] = []
  for (const [index, file] of followed.entries()) {
    if (present.has(file) || file.isDone) continue
    file.missedSweeps += 1
    file.isSkipped = false
    if (file.open === undefined && file.missedSweeps >= SWEEPS_TO_BE_GONE) lost.push(file)
    else files.splice(placeOf(index, followed, files), 0, file)
  }
  return { files, lost }
}

/** Close a file that is not to be read any more. */
export function close(file: FollowedFile): void {
  file.open?.close()
  file.open = undefined
}

/** Bytes that have been seen and not been read. */
export function unreadBytes(file: FollowedFile): number {
  return file.isDone ? 0 : Math.max(0, file.sizeBytes - (file.identity?.offsetBytes ?? 0))
}

function findAgain(followed: readonly FollowedFile[], { device, inode }: FoundFile): FollowedFile | undefined {
  return followed.find((file) => file.inode === inode && file.device === device)
}

function refresh(known: FollowedFile | undefined, found: FoundFile, nowMs: number): FollowedFile {
  if (known === undefined) return follow(found, nowMs)
  known.path = found.path
  known.isSkipped = false
  known.missedSweeps = 0
  const isChanged = known.sizeBytes !== found.sizeBytes || known.modifiedMs !== found.modifiedMs
  if (isChanged && known.open === undefined) reopen(known, found, nowMs)
  return known
}

/** A closed file that changed has more to read, or is another one on the same inode: its content has to say. */
function reopen(known: FollowedFile, { sizeBytes, modifiedMs }: FoundFile, nowMs: number): void {
  known.sizeBytes = sizeBytes
  known.modifiedMs = modifiedMs
  known.changedMs = nowMs
  letGo(known.identity, known)
  known.identity = undefined
  known.isDone = false
  known.triedBytes = -1
}

function follow({ path, restart, device, inode, sizeBytes, modifiedMs }: FoundFile, nowMs: number): FollowedFile {
  return {
    path,
    restart,
    device,
    inode,
    sizeBytes,
    modifiedMs,
    changedMs: nowMs,
    supersededMs: undefined,
    open: undefined,
    identity: undefined,
    isDone: false,
    isSkipped: false,
    hasFailed: false,
    triedBytes: -1,
    triedMs: -1,
    missedSweeps: 0,
  }
}

/** A file that is missing stands where it stood: behind those that came before it. */
function placeOf(index: number, followed: readonly FollowedFile[], files: readonly FollowedFile[]): number {
  const earlier = new Set(followed.slice(0, index))
  const place = files.findIndex((other) => !earlier.has(other))
  return place === -1 ? files.length : place
}
