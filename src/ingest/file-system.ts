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

/**
 * The part of the file system that reading logs needs; injected, so that tests can make it fail.
 *
 * Looking is synchronous: a sweep over a thousand directories costs a few milliseconds that way and ten times as much
 * through the thread pool. Content is read asynchronously. Every function throws what node:fs throws.
 */
export interface FileSystem {
  list(directory: string): readonly DirectoryEntry[]
  glob(pattern: string): readonly string[]
  /** Follows links. */
  stat(path: string): FileStat
  /** Open a regular file that lies, links resolved, below `root`; throws when it does not. */
  open(path: string, root: string): OpenFile
}

export const FILE_SYSTEM: FileSystem = {
  list: (directory) =>
    fs
      .readdirSync(directory, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, isDirectory: entry.isDirectory() })),
  glob: (pattern) => fs.globSync(pattern),
  stat: (path) => statOf(fs.statSync(path)),
  open: openBelow,
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
function openBelow(path: string, root: string): OpenFile {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs.constants
  const resolved = fs.realpathSync.native(path)
  const resolvedRoot = fs.realpathSync.native(root)
  checkBelow(resolved, resolvedRoot)
  const descriptor = fs.openSync(resolved, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    if (!fs.fstatSync(descriptor).isFile()) throw new Error('it is not a regular file')
    checkBelow(pathOfDescriptor(descriptor) ?? resolved, resolvedRoot)
  } catch (error) {
    fs.closeSync(descriptor)
    throw error
  }
  return openFile(descriptor)
}

function checkBelow(path: string, root: string): void {
  if (!path.startsWith(root === sep ? sep : root + sep)) throw new Error(`it leads out of "${root}"`)
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
