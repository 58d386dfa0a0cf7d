import type { ReporterIdentity } from '../record/reporter-identity.ts'
import type { Frame } from './frame/frame.ts'

/** One file as the last sweep saw it. Device and inode only find it again; they are not its identity. */
export interface FoundFile {
  readonly path: string
  /** The container's restart count; 0 for plain files. */
  readonly restart: number
  readonly device: number
  readonly inode: number
  readonly sizeBytes: number
  readonly modifiedMs: number
  /** A gzip file: its offsets count the bytes it unpacks to. */
  readonly isCompressed: boolean
}

/** The files of one container, or of one plain log and its rotated predecessors, oldest first. */
export interface FoundChain {
  /** Unique and stable: pod UID and container, or node and path. Part of every file's key. */
  readonly scope: string
  readonly source: ChainSource
  readonly files: readonly FoundFile[]
}

/** What every file of a chain has in common. */
export interface ChainSource {
  readonly identity: ReporterIdentity
  readonly frame: Frame
  /** `auto`, or the name of a configured format, or a format string. */
  readonly format: string
  /** A link must not lead out of these directories. */
  readonly roots: readonly string[]
}
