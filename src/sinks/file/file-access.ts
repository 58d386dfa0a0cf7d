import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'

/** A file that documents are written into. */
export interface WritableFile {
  readonly inode: number
  readonly createdMs: number
  sizeBytes(): Promise<number>
  /** Write all of it at a place. */
  write(buffers: readonly Buffer[], positionBytes: number): Promise<void>
  /** Resolves when everything written is on disk. */
  sync(): Promise<void>
  truncate(lengthBytes: number): Promise<void>
  close(): Promise<void>
}

/** The part of the file system a file sink needs; injected, so that tests can make it fail. */
export interface FileAccess {
  /** Open for writing, making file and directories where needed. */
  open(path: string): Promise<WritableFile>
  /** Undefined when nothing is there. */
  inode(path: string): Promise<number | undefined>
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  makeDirectory(path: string): Promise<void>
  /** Make names in a directory survive a power cut. */
  syncDirectory(path: string): Promise<void>
}

export const FILE_ACCESS: FileAccess = {
  open: openForWriting,
  inode: async (path) => (await stat(path).catch(undefinedIfMissing))?.ino,
  rename,
  remove: (path) => rm(path, { force: true }),
  makeDirectory: async (path) => void (await mkdir(path, { recursive: true })),
  syncDirectory: async (path) => {
    await using directory = await open(path, 'r')
    await directory.sync()
  },
}

async function openForWriting(path: string): Promise<WritableFile> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o640)
  const { ino, birthtimeMs, mtimeMs } = await file.stat()
  return {
    inode: ino,
    createdMs: birthtimeMs === 0 ? mtimeMs : birthtimeMs, // some file systems keep no time of birth
    sizeBytes: async () => (await file.stat()).size,
    sync: () => file.datasync(),
    truncate: (lengthBytes) => file.truncate(lengthBytes),
    close: () => file.close(),
    write: (buffers, positionBytes) => writeAll(file, buffers, positionBytes),
  }
}

async function writeAll(file: FileHandle, buffers: readonly Buffer[], positionBytes: number): Promise<void> {
  const length = buffers.reduce((sum, buffer) => sum + buffer.length, 0)
  const { bytesWritten } = await file.writev([...buffers], positionBytes)
  // A full disk takes a part and refuses the rest: trying to write that says why.
  for (let done = bytesWritten; done < length; ) {
    const rest = Buffer.concat(buffers).subarray(done)
    const more = await file.write(rest, 0, rest.length, positionBytes + done)
    if (more.bytesWritten === 0) throw new Error(`only ${done} of ${length} bytes were taken`)
    done += more.bytesWritten
  }
}

function undefinedIfMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}
