import { readdirSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** A file as it is now. */
export interface FileOnDisk {
  readonly path: string
  readonly sizeBytes: number
  readonly modifiedMs: number
  /** When it was made; undefined where the file system does not say. */
  readonly bornMs: number | undefined
}

/** What a file was when its agent saw it last. */
interface SeenFile {
  readonly path: string
  readonly device: number
  readonly inode: number
}

/** Finds files where they were seen last, renamed in the same directory, or in the spool. Looks at names and sizes only. */
export class FilesOnDisk {
  readonly #directories = new Map<string, ReadonlyMap<number, string>>()
  readonly #kept: ReadonlyMap<string, FileOnDisk>

  constructor(kept: readonly (FileOnDisk & Pick<SeenFile, 'device' | 'inode'>)[] = []) {
    this.#kept = new Map(kept.map((link) => [`${link.device}:${link.inode}`, link]))
  }

  /** Undefined when it is not there any more. */
  find(file: SeenFile): FileOnDisk | undefined {
    const there = look(file, file.path)
    if (there !== undefined) return there
    const name = this.#namesIn(dirname(file.path)).get(file.inode)
    const renamed = name === undefined ? undefined : look(file, join(dirname(file.path), name))
    return renamed ?? this.#kept.get(`${file.device}:${file.inode}`)
  }

  #namesIn(directory: string): ReadonlyMap<number, string> {
    const known = this.#directories.get(directory)
    if (known !== undefined) return known
    const names = new Map<number, string>()
    for (const path of pathsIn(directory)) {
      const inode = statOf(path)?.ino
      if (inode !== undefined) names.set(inode, basename(path))
    }
    this.#directories.set(directory, names)
    return names
  }
}

function look({ device, inode }: SeenFile, path: string): FileOnDisk | undefined {
  const stat = statOf(path)
  if (stat === undefined || stat.dev !== device || stat.ino !== inode) return undefined
  const bornMs = stat.birthtimeMs > 0 ? stat.birthtimeMs : undefined
  return { path, sizeBytes: stat.size, modifiedMs: stat.mtimeMs, bornMs }
}

function pathsIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).map((name) => join(directory, name))
  } catch {
    return [] // what cannot be looked into shows nothing
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
