import * as fs from 'node:fs'
import { sep } from 'node:path'

/** What a file is at one moment. */
export interface FileStat {
  readonly isFile: boolean
  readonly device: number
  readonly inode: number
  readonly sizeBytes: number
  readonly modifiedMs: number
}

export interface DirectoryEntry {
  readonly name: string
  readonly isDirectory: boolean
}

/** A file that is open for reading; it stays readable when it is renamed or deleted. */
export interface OpenFile {
  stat(): FileStat
  /** Fill `buffer` from `positionBytes` as far as the file goes; the number of bytes read. */
  read(buffer: Buffer, positionBytes: number): Promise<number>
  close(): void
}

/** Told of changes until it is closed. */
export interface Watch {
  close(): void
}

/**
 * The part of the file system that reading logs needs; injected, so that tests can make it fail.
 *
 * Looking is synchronous: a sweep over a thousand directories costs a few milliseconds that way and ten times as much
 * through the thread pool. Content is read asynchronously. Every function throws what node:fs throws.
 */
export interface FileSystem {
  list(directory: string): readonly DirectoryEntry[]
  /** Follows links. */
  stat(path: string): FileStat
  /** Where a path leads, every link followed. */
  resolve(path: string): string
  /** What the link at `path` says; throws EINVAL when it is none. */
  readLink(path: string): string
  /** Open a regular file that lies, links resolved, below one of `roots`; throws when it does not. */
  open(path: string, roots: readonly string[]): OpenFile
  /** Give the file at `path` (a link is not followed) a second name on the same mount. */
  link(path: string, name: string): void
  /** Remove one name of a file; nothing happens when it is not there. */
  remove(path: string): void
  /** Make a directory that only its owner may enter, and those above it, where needed. */
  makeDirectory(path: string): void
  /** Remove a directory if it is empty; nothing happens when it is not, or not there. */
  removeEmptyDirectory(path: string): void
  /** How much of the file system at `path` is free for everybody, in percent. */
  freePercent(path: string): number
  /** Call `changed` when something is written, made, renamed or removed in a directory, until closed. inotify(7) on Linux. */
  watch(directory: string, changed: () => void): Watch
}

export const FILE_SYSTEM: FileSystem = {
  list: (directory) =>
    fs
      .readdirSync(directory, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() })),
  stat: (path) => statOf(fs.statSync(path)),
  resolve: (path) => fs.realpathSync.native(path),
  readLink: (path) => fs.readlinkSync(path),
  open: openBelow,
  link: fs.linkSync,
  remove: (path) => fs.rmSync(path, { force: true }),
  makeDirectory: (path) => void fs.mkdirSync(path, { recursive: true, mode: 0o700 }),
  removeEmptyDirectory,
  freePercent: (path) => {
    const { bavail, blocks } = fs.statfsSync(path)
    return blocks === 0 ? 100 : (100 * bavail) / blocks
  },
  watch: (directory, changed) => {
    const watcher = fs.watch(directory, { persistent: false }, changed)
    watcher.on('error', changed) // it is looked at again, and what is wrong is seen there
    return watcher
  },
}

/** Whether a file system error says that there is no such file. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

/**
 * A pod may be able to write where its logs are. It must not make us read what it could not read itself: a link out of
 * the logs, a pipe that blocks, a directory swapped for a link between two looks. So the path is resolved, opened
 * without following a last link, and then the descriptor itself is asked where it leads.
 */
function openBelow(path: string, roots: readonly string[]): OpenFile {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants
  const resolved = fs.realpathSync.native(path)
  const resolvedRoots = roots.flatMap(resolvedOrNone)
  checkBelow(resolved, resolvedRoots)
  const descriptor = fs.openSync(resolved, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    if (!fs.fstatSync(descriptor).isFile()) throw new Error('it is not a regular file')
    checkBelow(pathOfDescriptor(descriptor) ?? resolved, resolvedRoots)
  } catch (error) {
    fs.closeSync(descriptor)
    throw error
  }
  return openFile(descriptor)
}

function checkBelow(path: string, roots: readonly string[]): void {
  if (roots.some((root) => path.startsWith(root === sep ? sep : root + sep))) return
  throw new Error(`it leads out of "${roots.join('" and "')}"`)
}

/** A root that is not there has nothing below it. */
function resolvedOrNone(root: string): readonly string[] {
  try {
    return [fs.realpathSync.native(root)]
  } catch {
    return []
  }
}

function removeEmptyDirectory(path: string): void {
  try {
    fs.rmdirSync(path)
  } catch (error) {
    const isKept = error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST')
    if (!isKept && !isMissing(error)) throw error
  }
}

/** Linux says where a descriptor leads (proc(5)); elsewhere there is no such place. */
function pathOfDescriptor(descriptor: number): string | undefined {
  try {
    return fs.readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    return undefined
  }
}

function openFile(descriptor: number): OpenFile {
  return {
    stat: () => statOf(fs.fstatSync(descriptor)),
    close: () => {
      try {
        fs.closeSync(descriptor)
      } catch {
        // Nothing was written, so nothing can be lost by it.
      }
    },
    read: async (buffer, positionBytes) => {
      let filled = 0
      while (filled < buffer.length) {
        const count = await readSome(descriptor, buffer, filled, positionBytes + filled)
        if (count === 0) break
        filled += count
      }
      return filled
    },
  }
}

function readSome(descriptor: number, buffer: Buffer, filled: number, positionBytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(descriptor, buffer, filled, buffer.length - filled, positionBytes, (error, count) => {
      if (error === null) resolve(count)
      else reject(error)
    })
  })
}

function statOf(stat: fs.Stats): FileStat {
  return {
    isFile: stat.isFile(),
    device: stat.dev,
    inode: stat.ino,
    sizeBytes: stat.size,
    modifiedMs: stat.mtimeMs,
  }
}
