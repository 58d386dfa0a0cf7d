import type { Clock } from '../clock.ts'
import type { ChainSource, FoundChain, FoundFile } from './chain.ts'
import type { Look } from './log-files.ts'
import type { QuietDirectories, Watching } from './quiet-directories.ts'
import { dirname } from 'node:path'

/** How long nothing must have happened to a chain before it is watched instead of being looked at. */
const IDLE_MS = 10_000

interface Seen {
  readonly chain: FoundChain
  readonly look: Look
  /** When it was last seen to have changed, by the rising clock. */
  readonly changedMs: number
}

/** Looks at a chain; undefined when it cannot be told what is there. */
export type TakeLook = (before: Look | undefined, watching: Watching) => Look | undefined

/**
 * The chains of the last sweep. One in whose directories nothing has happened is not looked at again, and is the same
 * object as before; every other one is a new object, changed or not.
 */
export class SeenChains {
  readonly #clock: Clock
  readonly #quiet: QuietDirectories
  #before = new Map<string, Seen>()
  #now = new Map<string, Seen>()

  constructor(clock: Clock, quiet: QuietDirectories) {
    this.#clock = clock
    this.#quiet = quiet
  }

  /** Take in a chain, once in a sweep: the first source it is found by counts. */
  see(scope: string, source: () => ChainSource, take: TakeLook): void {
    if (this.#now.has(scope)) return
    const before = this.#before.get(scope)
    const isQuiet = before?.look.directories.every((directory) => this.#quiet.isQuiet(directory)) === true
    const seen = isQuiet ? before : this.#look(scope, source, take, before)
    if (seen !== undefined) this.#now.set(scope, seen)
  }

  /** Keep what the last sweep had whose scope begins so: it cannot be told whether it is still there. */
  keep(prefix: string): void {
    for (const [scope, seen] of this.#before)
      if (scope.startsWith(prefix) && !this.#now.has(scope)) this.#now.set(scope, { ...seen, chain: { ...seen.chain } })
  }

  /** A sweep is over; its chains. */
  endSweep(): readonly FoundChain[] {
    this.#before = this.#now
    this.#now = new Map()
    return Array.from(this.#before.values(), (seen) => seen.chain)
  }

  #look(scope: string, source: () => ChainSource, take: TakeLook, before: Seen | undefined): Seen | undefined {
    const nowMs = this.#clock.elapsedMs()
    if (before === undefined) {
      const look = take(undefined, 'never')
      return look && { chain: { scope, source: source(), files: look.files }, look, changedMs: nowMs }
    }
    const wasSilent = before.look.directories.every((directory) => this.#quiet.isSilent(directory))
    const look = take(before.look, isIdle(before, nowMs) ? 'calm' : 'never')
    if (look === undefined) return { ...before, chain: { ...before.chain } }
    const changed = changedFile(before.look.files, look.files)
    if (wasSilent && changed !== undefined) this.#quiet.doubt(dirname(changed.path))
    const changedMs = changed === undefined ? before.changedMs : nowMs
    return { chain: { ...before.chain, files: look.files }, look, changedMs }
  }
}

/** An empty directory will not tell of every line. */
function isIdle({ look, changedMs }: Seen, nowMs: number): boolean {
  return look.files.length === 0 || nowMs - changedMs >= IDLE_MS
}

function changedFile(before: readonly FoundFile[], after: readonly FoundFile[]): FoundFile | undefined {
  const index = after.findIndex((file, at) => !isSame(before[at], file))
  return index === -1 ? before[after.length] : after[index]
}

function isSame(before: FoundFile | undefined, after: FoundFile): boolean {
  return (
    before !== undefined &&
    before.path === after.path &&
    before.inode === after.inode &&
    before.device === after.device &&
    before.sizeBytes === after.sizeBytes &&
    before.modifiedMs === after.modifiedMs
  )
}
