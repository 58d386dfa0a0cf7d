import { dirname } from 'node:path'
import { FILE_SYSTEM, type FileSystem } from '../../../src/ingest/file-system.ts'

/** The real file system, whose notices come when a test says so; counts what it is asked. */
export class WatchedFileSystem {
  readonly fileSystem: FileSystem
  readonly #watches = new Map<string, Set<() => void>>()
  /** Thrown by the next attempts to watch. */
  refusal: Error | undefined
  /** Calls to look at something since they were last taken. */
  #looks: string[] = []

  constructor() {
    const look =
      <T>(ask: (path: string) => T) =>
      (path: string) => {
        this.#looks.push(path)
        return ask(path)
      }
    this.fileSystem = {
      ...FILE_SYSTEM,
      list: look((path) => FILE_SYSTEM.list(path)),
      stat: look((path) => FILE_SYSTEM.stat(path)),
      resolve: look((path) => FILE_SYSTEM.resolve(path)),
      watch: (directory, changed) => this.#watch(directory, changed),
    }
  }

  get watched(): string[] {
    return [...this.#watches.keys()].toSorted()
  }

  takeLooks(): string[] {
    return this.#looks.splice(0)
  }

  /** Something has happened to the file or directory at `path`. */
  tell(path: string): void {
    for (const directory of [path, dirname(path)]) for (const changed of this.#watches.get(directory) ?? []) changed()
  }

  #watch(directory: string, changed: () => void) {
    if (this.refusal !== undefined) throw this.refusal
    const watches = this.#watches.get(directory) ?? new Set()
    this.#watches.set(directory, watches.add(changed))
    return {
      close: () => {
        watches.delete(changed)
        if (watches.size === 0) this.#watches.delete(directory)
      },
    }
  }
}

/** An error of the file system, as node:fs throws them. */
export function errorOf(code: string): Error {
  return Object.assign(new Error(`${code}: something about "/a/path"`), { code })
}
