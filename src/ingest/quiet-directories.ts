import type { Clock } from '../clock.ts'
import type { FileSystem, Watch } from './file-system.ts'
import type { Troubles } from './trouble.ts'

/**
 * When a directory is worth a watch: `always`, because little happens in it; `calm`, when nothing has happened for a
 * while, because a watch would tell of every line that is written; `never`, as long as it is known to be busy.
 */
export type Watching = 'always' | 'calm' | 'never'

/** A watched directory is looked at this often all the same, at the latest. */
const SAFETY_MS = 30_000
/** Such looks are made together, so that most sweeps have none to make, and in six parts, so that none is long. */
const SAFETY_STEP_MS = 5_000
/** How long after a notice a directory is not watched again when it has to be calm. */
const REST_MS = 10_000
/** How late a notice may be before the file system counts as one that gives none. */
const LATEST_NOTICE_MS = 2_000
/** How long after the system had no watch to give it is asked again. */
const REFUSED_MS = 60_000
/** Each takes about 2 KiB, half of it in the kernel. */
const MOST_WATCHES = 65_536

/** Errors that say that there is no watch to be had, and what helps. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: '; raise fs.inotify.max_user_watches',
  EMFILE: '; raise fs.inotify.max_user_instances',
  ENFILE: '; raise fs.file-max',
  ENOMEM: '',
  ENOSYS: '',
}

interface Watched {
  /** Undefined while there is none: it has told of a change, or could not be made. */
  watch: Watch | undefined
  device: number
  /** When it is looked at although nothing was told. */
  dueMs: number
  /** Not watched again before this. */
  restUntilMs: number
  /** When a change was seen that had not been told. */
  doubtedMs: number | undefined
  /** The last sweep that asked for it, and the last that looked at it. */
  sweep: number
  lookSweep: number
}

/**
 * Directories in which nothing has happened since they were looked at, as the kernel tells.
 *
 * A watch tells of one change and is closed then. It is made before a look, so that no change falls between the two.
 * Without watches no directory is quiet, and polling finds everything.
 */
export class QuietDirectories {
  readonly #fileSystem: FileSystem
  readonly #clock: Clock
  readonly #troubles: Troubles
  readonly #onChange: () => void
  readonly #watched = new Map<string, Watched>()
  /** Devices whose changes are not told. */
  readonly #silentDevices = new Set<number>()
  #count = 0
  #made = 0
  #sweep = 0
  #refusedUntilMs = 0
  /** Nothing was told, and nobody has begun to look, since the last sweep began. */
  #isUndisturbed = false
  #restUntilMs = 0

  /** `onChange` is called when something has happened in a watched directory. */
  constructor(fileSystem: FileSystem, clock: Clock, troubles: Troubles, onChange: () => void) {
    this.#fileSystem = fileSystem
    this.#clock = clock
    this.#troubles = troubles
    this.#onChange = onChange
  }

  /** Whether a sweep would find every directory quiet. */
  get areAllQuiet(): boolean {
    return this.#clock.elapsedMs() < this.#restUntilMs
  }

  /** Whether there is no need to look in this sweep: it was watched since the last look, and nothing has happened. */
  isQuiet(directory: string): boolean {
    const watched = this.#watched.get(directory)
    if (watched?.watch === undefined) return false
    watched.sweep = this.#sweep
    if (watched.lookSweep === this.#sweep) return false // others who follow what is in it have to look too
    const nowMs = this.#clock.elapsedMs()
    if (watched.doubtedMs === undefined) return nowMs < watched.dueMs
    if (nowMs - watched.doubtedMs >= LATEST_NOTICE_MS) this.#distrust(directory, watched.device)
    return false
  }

  /** Whether it is watched, and nothing was told. */
  isSilent(directory: string): boolean {
    return this.#watched.get(directory)?.watch !== undefined
  }

  /** To be called right before a look: watch for what happens from now on, where it is worth that. */
  watch(directory: string, watching: Watching): void {
    this.#isUndisturbed = false
    if (watching === 'never') return
    const nowMs = this.#clock.elapsedMs()
    const watched = this.#watched.get(directory) ?? unwatched()
    this.#watched.set(directory, watched)
    watched.sweep = this.#sweep
    watched.lookSweep = this.#sweep
    if (watched.dueMs <= nowMs) watched.dueMs = this.#nextDueMs(watched, nowMs)
    const isResting = watching === 'calm' && nowMs < watched.restUntilMs
    if (watched.watch === undefined && !isResting && nowMs >= this.#refusedUntilMs) this.#make(directory, watched)
  }

  /** A look has found a change that was not told. Where no notice comes in the next moments, watching is useless. */
  doubt(directory: string): void {
    const watched = this.#watched.get(directory)
    if (watched?.watch !== undefined) watched.doubtedMs ??= this.#clock.elapsedMs()
  }

  /** A sweep is over: what it did not ask for is not watched any more. */
  endSweep(): void {
    for (const [directory, watched] of this.#watched) {
      if (watched.sweep === this.#sweep) continue
      this.#unwatch(watched)
      this.#watched.delete(directory)
    }
    this.#sweep += 1
    const nowMs = this.#clock.elapsedMs()
    this.#restUntilMs = this.#isUndisturbed ? (Math.floor(nowMs / SAFETY_STEP_MS) + 1) * SAFETY_STEP_MS : 0
    this.#isUndisturbed = true
  }

  close(): void {
    for (const watched of this.#watched.values()) this.#unwatch(watched)
    this.#watched.clear()
  }

  /** The first one comes in one of the next thirty seconds, so that not all come in the same. */
  #nextDueMs({ dueMs }: Watched, nowMs: number): number {
    this.#made += 1
    const steps = SAFETY_MS / SAFETY_STEP_MS
    const inMs = dueMs === 0 ? ((this.#made % steps) + 1) * SAFETY_STEP_MS : SAFETY_MS
    return Math.floor((nowMs + inMs) / SAFETY_STEP_MS) * SAFETY_STEP_MS
  }

  #make(directory: string, watched: Watched): void {
    try {
      const { device, isFile } = this.#fileSystem.stat(directory)
      watched.device = device
      if (isFile || this.#silentDevices.has(device)) return
      if (this.#count >= MOST_WATCHES) return this.#pause(`${MOST_WATCHES} directories are watched already`)
      const watch = this.#fileSystem.watch(directory, () => this.#tell(watched, watch))
      watched.watch = watch
    } catch (error) {
      return this.#refuse(error)
    }
    this.#count += 1
    this.#troubles.end('use', 'inotify')
  }

  /** That one directory is gone, or closed to us, is seen by the look at it. */
  #refuse(error: unknown): void {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code in REMEDIES) this.#pause(`${code}, looking at directories every second${REMEDIES[code] ?? ''}`)
  }

  #pause(state: string): void {
    this.#refusedUntilMs = this.#clock.elapsedMs() + REFUSED_MS
    this.#troubles.begin('use', 'notices of the file system', 'inotify', new Error(state))
  }

  #tell(watched: Watched, watch: Watch): void {
    if (watched.watch !== watch) return
    this.#unwatch(watched)
    watched.restUntilMs = this.#clock.elapsedMs() + REST_MS
    this.#isUndisturbed = false
    this.#restUntilMs = 0
    this.#onChange()
  }

  #unwatch(watched: Watched): void {
    if (watched.watch === undefined) return
    watched.watch.close()
    watched.watch = undefined
    watched.doubtedMs = undefined
    this.#count -= 1
  }

  #distrust(directory: string, device: number): void {
    this.#silentDevices.add(device)
    for (const watched of this.#watched.values()) if (watched.device === device) this.#unwatch(watched)
    const state = 'a change in it was not told, looking every second at all of its file system'
    this.#troubles.begin('watch', 'directory', directory, new Error(state))
  }
}

function unwatched(): Watched {
  return { watch: undefined, device: -1, dueMs: 0, restUntilMs: 0, doubtedMs: undefined, sweep: 0, lookSweep: 0 }
}
