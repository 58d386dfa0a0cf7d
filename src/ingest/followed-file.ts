import type { FoundFile } from './chain.ts'
import type { OpenFile } from './file-system.ts'
import type { Gap } from './gap.ts'
import { GzipFile } from './gzip-file.ts'
import { type Identity, letGo } from './identity.ts'
import type { Loss } from '../record/loss.ts'
import type { SpoolLink } from './spool.ts'

/** Sweeps a file may be missing from before it counts as gone: it may have been renamed between two looks. */
const SWEEPS_TO_BE_GONE = 2

/** One file of a chain, as its reader knows it. */
export interface FollowedFile {
  path: string
  readonly restart: number
  readonly device: number
  readonly inode: number
  readonly isCompressed: boolean
  /** Of what is to be read; of a compressed file that was not opened yet, what it has on disk. */
  sizeBytes: number
  modifiedMs: number
  /** Its size before the last change. */
  earlierBytes: number
  /** Size and time on disk as the last sweep saw them. */
  seenBytes: number
  seenMs: number
  /** When its size was last seen to change, by the rising clock. */
  changedMs: number
  /** When it was first seen to have no name in the logs, by the rising clock. */
  goneMs: number | undefined
  /** When it was first seen that nothing should be written to it any more. */
  supersededMs: number | undefined
  /** It was in the last sweep. */
  isNamed: boolean
  /** Its name in the spool. */
  link: Pick<SpoolLink, 'path' | 'sequence'> | undefined
  /** Kept open because it could not be linked. */
  held: OpenFile | undefined
  /** Open for reading; the same as `held`, or what that unpacks to. */
  open: OpenFile | undefined
  identity: Identity | undefined
  /** Key of the file it is, where an earlier run had read all of it. */
  finishedKey: string | undefined
  /** The file it was packed from, by its name: while that is followed, this one is not read. */
  original: FollowedFile | undefined
  /** What it was packed to is read in its place. */
  isReplaced: boolean
  /** The identity of the file whose content it also holds, as long as neither changes. */
  copyOf: Identity | undefined
  /** Files may have been missed right before it. */
  gap: Gap | undefined
  /** What was written before it is lost: nothing goes on in it. */
  isAfterLoss: boolean
  /** It was given up: the link goes when that is durable. */
  givenUp: Loss | undefined
  /** A copy that took the place of a truncated file: nobody writes to it. */
  isLeftBehind: boolean
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

/** What a sweep changes. */
export interface Merged {
  /** The files to follow now, oldest first. */
  readonly files: readonly FollowedFile[]
  /** Those that went without having been read. */
  readonly lost: readonly FollowedFile[]
  /** Those that were not followed before. */
  readonly fresh: ReadonlySet<FollowedFile>
  /** Those that were closed and not read to their end, and are shorter now: as they were before. */
  readonly shrunk: readonly Shrunk[]
}

/** A file that is shorter than it was. */
export interface Shrunk extends Pick<FollowedFile, 'identity' | 'modifiedMs' | 'seenBytes'> {
  readonly file: FollowedFile
}

/** Join what is followed with what the newest sweep found. */
export function mergeFound(followed: readonly FollowedFile[], found: readonly FoundFile[], nowMs: number): Merged {
  const before = new Set(followed)
  const shrunk = found.flatMap((file) => shrunkSince(findAgain(followed, file), file))
  const files = [...new Set(found.map((file) => refresh(findAgain(followed, file), file, nowMs)))]
  const present = new Set(files)
  const fresh = new Set(files.filter((file) => !before.has(file)))
  const lost: FollowedFile[] = []
  for (const [index, file] of followed.entries()) {
    if (present.has(file)) continue
    file.goneMs ??= nowMs
    file.isNamed = false
    file.isSkipped = false
    file.missedSweeps += 1
    if (file.isDone && file.link === undefined) continue
    if (!isKept(file) && file.missedSweeps >= SWEEPS_TO_BE_GONE) lost.push(file)
    else files.splice(placeOf(index, followed, files), 0, file)
  }
  return { files, lost, fresh, shrunk }
}

/** Follow a file that the spool kept from an earlier run. */
export function followLink(link: SpoolLink, nowMs: number): FollowedFile {
  return { ...follow(link, nowMs), link, isNamed: false }
}

/** Close a file that is not to be read any more; true when it had been held in place of a link. */
export function close(file: FollowedFile): boolean {
  const wasHeld = file.held !== undefined
  const open = file.open ?? file.held
  file.open = undefined
  file.held = undefined
  open?.close()
  return wasHeld
}

/** Bytes that have been seen and not been read. */
export function unreadBytes(file: FollowedFile): number {
  return file.isDone ? 0 : Math.max(0, file.sizeBytes - (file.identity?.offsetBytes ?? 0))
}

/** It stays readable without a name in the logs. */
export function isKept(file: FollowedFile): boolean {
  return file.link !== undefined || file.held !== undefined || file.open !== undefined
}

/** Whether all there will be is there: the end of a compressed file has been unpacked. */
export function isWhole({ open }: FollowedFile): boolean {
  return !(open instanceof GzipFile) || open.state === 'ended'
}

/** Whether a compressed file ends before its end. */
export function isBroken({ open }: FollowedFile): boolean {
  return open instanceof GzipFile && (open.state === 'cut' || open.state === 'corrupt')
}

/** There is something new to read in a file that was closed, or it is another one: its content has to say. */
export function reopen(file: FollowedFile, sizeBytes: number, modifiedMs: number, nowMs: number): void {
  file.earlierBytes = file.sizeBytes
  file.sizeBytes = sizeBytes
  file.modifiedMs = modifiedMs
  file.changedMs = nowMs
  letGo(file.identity, file)
  file.identity = undefined
  file.finishedKey = undefined
  file.copyOf = undefined
  file.isDone = false
  file.triedBytes = -1
}

function findAgain(followed: readonly FollowedFile[], { device, inode }: FoundFile): FollowedFile | undefined {
  return followed.find((file) => file.inode === inode && file.device === device)
}

function shrunkSince(file: FollowedFile | undefined, found: FoundFile): readonly Shrunk[] {
  if (file === undefined || file.isDone || file.isCompressed || file.open !== undefined) return []
  const { identity, modifiedMs, sizeBytes } = file
  return found.sizeBytes < sizeBytes ? [{ file, identity, modifiedMs, seenBytes: sizeBytes }] : []
}

function refresh(known: FollowedFile | undefined, found: FoundFile, nowMs: number): FollowedFile {
  if (known === undefined) return follow(found, nowMs)
  known.path = found.path
  known.isNamed = true
  known.goneMs = undefined
  known.isSkipped = false
  known.missedSweeps = 0
  if (known.seenBytes === found.sizeBytes && known.seenMs === found.modifiedMs) return known
  known.seenBytes = found.sizeBytes
  known.seenMs = found.modifiedMs
  known.copyOf = undefined
  const isChanged = known.sizeBytes !== found.sizeBytes || known.modifiedMs !== found.modifiedMs
  if (isChanged && known.open === undefined) reopen(known, found.sizeBytes, found.modifiedMs, nowMs)
  return known
}

function follow(found: Omit<FoundFile, 'isFile'>, nowMs: number): FollowedFile {
  const { path, restart, device, inode, sizeBytes, modifiedMs, isCompressed } = found
  return {
    path,
    restart,
    device,
    inode,
    isCompressed,
    sizeBytes,
    modifiedMs,
    earlierBytes: sizeBytes,
    seenBytes: sizeBytes,
    seenMs: modifiedMs,
    changedMs: nowMs,
    goneMs: undefined,
    supersededMs: undefined,
    isNamed: true,
    link: undefined,
    held: undefined,
    open: undefined,
    identity: undefined,
    finishedKey: undefined,
    original: undefined,
    isReplaced: false,
    copyOf: undefined,
    gap: undefined,
    isAfterLoss: false,
    isLeftBehind: false,
    givenUp: undefined,
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
  return files.findLastIndex((other) => earlier.has(other)) + 1
}
