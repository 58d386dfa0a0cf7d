import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { isMissing } from '../../ingest/file-system.ts'

/** A file of the state that is open for writing. */
export interface StateFile {
  sizeBytes(): Promise<number>
  /** Write all of it at a place; when it rejects, any part of it may have been written. */
  write(bytes: Buffer, positionBytes: number): Promise<void>
  /** Resolves when everything written is on disk; when it rejects, any part of it may be, and writing again is needed. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** The part of the file system that a state store needs; injected, so that tests can make it fail. */
export interface StateAccess {
  /** Make a directory that only its owner may enter, and those above it, where needed. */
  makeDirectory(path: string): Promise<void>
  /** The whole content; undefined when nothing is there. */
  read(path: string): Promise<Buffer | undefined>
  /** Open for writing, making the file where needed. */
  open(path: string): Promise<StateFile>
  /** The names in a directory. */
  list(path: string): Promise<readonly string[]>
  rename(from: string, to: string): Promise<void>
  /** Nothing happens when it is not there. */
  remove(path: string): Promise<void>
  /** Make what happened to the names in a directory survive a power cut. */
  syncDirectory(path: string): Promise<void>
}

/** The file system of this machine. */
export const STATE_ACCESS: StateAccess = {
  makeDirectory: async (path) => void (await mkdir(path, { recursive: true, mode: 0o700 })),
  read: readIfThere,
  open: openForWriting,
  list: (path) => readdir(path),
  rename,
  remove: (path) => rm(path, { force: true }),
  syncDirectory,
}

/** Make what happened to the names in a directory survive a power cut. */
export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, 'r')
  await directory.sync()
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function openForWriting(path: string): Promise<StateFile> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
  return {
    sizeBytes: async () => (await file.stat()).size,
    write: (bytes, positionBytes) => writeAll(file, bytes, positionBytes),
    sync: () => file.datasync(),
    close: () => file.close(),
  }
}

/** A full disk takes a part and refuses the rest: trying to write that says why. */
async function writeAll(file: FileHandle, bytes: Buffer, positionBytes: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, positionBytes + done)
    if (bytesWritten === 0) throw new Error(`only ${done} of ${bytes.length} bytes were taken`)
    done += bytesWritten
  }
}
