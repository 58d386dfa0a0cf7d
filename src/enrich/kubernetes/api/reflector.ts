import type { Clock } from '../../../clock.ts'
import type { Logger } from '../../../logger.ts'
import { isObject } from '../field-reader.ts'
import type { Versions } from '../resource-version.ts'
import { ApiFailure, failureOf, failureOfStatus, REMEDIES } from './api-failure.ts'
import { Backoff } from './backoff.ts'
import type { WatchEvent } from './codec.ts'
import type { ApiConnection } from './connection.ts'
import { type Intake, versionOf } from './intake.ts'
import { checkCount, listAll, queryOf } from './list.ts'
import { partsOf } from './parts.ts'

/** A watch that ends sooner is held for a failure, so that nobody asks without a pause. */
const SHORT_MS = 1_000
/** A watch that lived so long makes what failed before it forgotten. */
const WELL_MS = 10_000
/** The API server ends a watch by itself after a random time between these, so that not all come back together. */
const SHORTEST_WATCH_S = 300
const LONGEST_WATCH_S = 600
/** A watch that ended in good order is opened anew within this time, or something is wrong. */
const REOPEN_MS = 1_000
/** What was missed comes at once when a watch goes on, and nothing says where it ends but the next bookmark. */
const CATCH_UP_MS = 2_000

export interface ReflectorParts {
  readonly connection: ApiConnection
  readonly intake: Intake
  readonly backoff: Backoff
  readonly idleMs: number
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  /** Told when `isCurrent` is another, before anything that comes of it is handed over. */
  readonly onCurrent: () => void
}

/**
 * Keeps one resource as the API server has it: a whole list, then what changes, for as long as it runs.
 *
 * The list comes as the beginning of a watch (WatchList) where the server does that, else page by page. A watch that
 * ends goes on where it was; where that is too old, all is listed again and what is gone is swept by its key.
 */
export class Reflector {
  readonly synced: Promise<void>
  readonly #parts: ReflectorParts
  readonly #isSynced: () => void
  /** Where a watch goes on; undefined where only a whole list helps. */
  #version: string | undefined
  /** A list as the beginning of a watch was tried and came to nothing. */
  #isPaged = false
  /** Our credentials were just refused. */
  #isUrgent = false
  #hasSynced = false
  /** Since when nothing is heard; undefined while a watch is open. */
  #awaySinceMs: number | undefined
  #arrivedMs = 0
  #heard: { readonly atMs: number; readonly elapsedMs: number } | undefined
  #isCurrent = false
  /** Not all that happened since the last word has been told. */
  #hasGap = false
  /** What was told of last, while it is not over. */
  #told: string | undefined

  constructor(parts: ReflectorParts) {
    this.#parts = parts
    const { promise, resolve } = Promise.withResolvers<void>()
    this.synced = promise
    this.#isSynced = resolve
    this.#awaySinceMs = parts.clock.elapsedMs()
  }

  get hasSynced(): boolean {
    return this.#hasSynced
  }

  /** Whether all that happens is told: not from the moment a watch breaks until all is told that was missed. */
  get isCurrent(): boolean {
    return this.#isCurrent
  }

  /** When something was heard last, in milliseconds since 1970. */
  get heardAtMs(): number | undefined {
    return this.#heard?.atMs
  }

  /** Since when nothing was heard, a bookmark being something; undefined before the first word. */
  get silentMs(): number | undefined {
    return this.#heard === undefined ? undefined : this.#parts.clock.elapsedMs() - this.#heard.elapsedMs
  }

  /** How far this resource is known, and told. */
  get versions(): Versions {
    return this.#parts.intake.progress
  }

  /** Until `signal`. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let delayMs: number
      try {
        await this.#follow(signal)
        void this.#expectBack(signal)
        delayMs = this.#leave() < SHORT_MS ? this.#parts.backoff.nextMs() : 0
      } catch (error) {
        this.#leave()
        if (signal.aborted) return
        this.#lose()
        delayMs = this.#afterFailure(failureOf(error))
      }
      if (delayMs > 0) await this.#parts.clock.sleep(delayMs, signal)
    }
  }

  /** List if need be, then watch until the watch ends. */
  async #follow(signal: AbortSignal): Promise<void> {
    const isUrgent = this.#isUrgent
    this.#isUrgent = false
    if (this.#version !== undefined) return this.#watch(this.#version, isUrgent, signal)
    const { intake } = this.#parts
    intake.observer.list(intake.resource.name)
    intake.progress.beginList()
    if (!this.#isPaged) {
      try {
        return await this.#watchFromTheStart(isUrgent, signal)
      } catch (error) {
        if (!NO_LIST_IN_WATCH.has(failureOf(error).code)) throw error
      }
    }
    const { fieldSelector } = intake.resource
    const { version, keys } = await listAll({ ...this.#parts, fieldSelector }, isUrgent, signal)
    await this.#complete(version, keys)
    return this.#watch(version, false, signal)
  }

  async #watchFromTheStart(isUrgent: boolean, signal: AbortSignal): Promise<void> {
    const keys = new Set<string>()
    const query = { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' }
    await this.#each(query, isUrgent, signal, (event) => {
      if (this.#version !== undefined) this.#apply(event)
      else if (event.type !== 'BOOKMARK') this.#applyToList(event, keys)
      else if (isEndOfList(event)) return this.#endOfList(event, keys, signal)
      return undefined
    })
    if (this.#version === undefined) throw new ApiFailure('cut', 'the list ended before it was whole')
  }

  #applyToList(event: WatchEvent, keys: Set<string>): void {
    const key = this.#parts.intake.resource.keyOf(event.object)
    if (key !== undefined && event.type === 'DELETED') keys.delete(key)
    else if (key !== undefined) keys.add(key)
    checkCount(keys)
    this.#hand(event)
  }

  async #endOfList(bookmark: WatchEvent, keys: Set<string>, signal: AbortSignal): Promise<void> {
    const version = versionOf(bookmark.object)
    if (version === undefined) throw new ApiFailure('malformed', 'the list has no version')
    await this.#complete(version, keys)
    keys.clear() // the watch goes on for minutes
    this.#arrive(signal)
  }

  async #watch(version: string, isUrgent: boolean, signal: AbortSignal): Promise<void> {
    let hasSpoken = false
    try {
      await this.#each({ resourceVersion: version }, isUrgent, signal, (event) => {
        hasSpoken = true
        this.#apply(event)
      })
    } catch (error) {
      const failure = failureOf(error)
      // A server that was set back to an earlier time is silent about versions that it has not reached.
      if (failure.code === 'silent' && !hasSpoken) this.#version = undefined
      throw failure
    }
  }

  /** `take` each event of one watch, an ERROR being thrown. There are 100,000: only what takes long is waited for. */
  async #each(
    parameters: Readonly<Record<string, string>>,
    isUrgent: boolean,
    signal: AbortSignal,
    take: (event: WatchEvent) => Promise<void> | void,
  ): Promise<void> {
    const { connection, intake, idleMs, random } = this.#parts
    const { name, message, fieldSelector } = intake.resource
    const timeoutSeconds = String(Math.round(SHORTEST_WATCH_S + random() * (LONGEST_WATCH_S - SHORTEST_WATCH_S)))
    const query = queryOf({ watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds, fieldSelector, ...parameters })
    const { codec, body } = await connection.open(`/api/v1/${name}?${query}`, isUrgent, signal)
    if (this.#version !== undefined) this.#arrive(signal)
    else this.#isPaged = true // the next list, unless this one becomes whole: some server may not be able to
    for await (const some of partsOf(body, codec.watchSplitter(), idleMs)) {
      for (const part of some) {
        const event = intake.read(part, (bytes) => codec.event(bytes, message))
        if (event === undefined) continue
        if (event.type === 'ERROR') throw failureOfStatus(event.object)
        this.#hear()
        intake.observer.event(name, TYPES.has(event.type) ? event.type : 'other')
        const taken = take(event)
        if (taken !== undefined) await taken
      }
    }
  }

  /** An event of a watch that follows a list. */
  #apply(event: WatchEvent): void {
    if (event.type === 'BOOKMARK') this.#catchUp()
    else this.#hand(event)
    const version = versionOf(event.object)
    this.#parts.intake.progress.reach(version)
    this.#version = version ?? this.#version
  }

  #hand({ type, object }: WatchEvent): void {
    const { intake } = this.#parts
    // What a pod was that has left the selector stands in its DELETED: the state before, not the one after.
    if (type === 'DELETED') intake.remove(object)
    else if (type === 'ADDED' || type === 'MODIFIED') intake.put(object)
  }

  async #complete(version: string, keys: ReadonlySet<string>): Promise<void> {
    const { intake } = this.#parts
    await intake.retain(keys)
    intake.progress.endList(version)
    this.#version = version
    this.#isPaged = false
    this.#hasGap = false
    this.#hear()
    if (this.#hasSynced) return
    this.#hasSynced = true
    this.#isSynced()
  }

  #arrive(signal: AbortSignal): void {
    this.#awaySinceMs = undefined
    this.#arrivedMs = this.#parts.clock.elapsedMs()
    if (this.#hasGap) void this.#catchUpSoon(signal)
    else this.#catchUp()
    if (this.#told === undefined) return
    this.#told = undefined
    const { name } = this.#parts.intake.resource
    this.#parts.logger.info({ resource: name }, `Watching ${name} again`)
  }

  #hear(): void {
    const { clock } = this.#parts
    this.#heard = { atMs: clock.nowMs(), elapsedMs: clock.elapsedMs() }
  }

  /** Everything up to now has been told. */
  #catchUp(): void {
    this.#hasGap = false
    this.#setCurrent(true)
  }

  /** Nobody knows what happens from now on. */
  #lose(): void {
    this.#hasGap = true
    this.#setCurrent(false)
  }

  #setCurrent(isCurrent: boolean): void {
    if (isCurrent === this.#isCurrent) return
    this.#isCurrent = isCurrent
    this.#parts.onCurrent()
  }

  async #catchUpSoon(signal: AbortSignal): Promise<void> {
    const arrivedMs = this.#arrivedMs
    await this.#parts.clock.sleep(CATCH_UP_MS, signal)
    if (this.#awaySinceMs === undefined && this.#arrivedMs === arrivedMs) this.#catchUp()
  }

  /** A watch that has ended in good order told everything until then. */
  async #expectBack(signal: AbortSignal): Promise<void> {
    this.#hear()
    const arrivedMs = this.#arrivedMs
    await this.#parts.clock.sleep(REOPEN_MS, signal)
    if (this.#awaySinceMs !== undefined && this.#arrivedMs === arrivedMs) this.#lose()
  }

  /** For how long there was a watch. */
  #leave(): number {
    if (this.#awaySinceMs !== undefined) return 0
    const { clock, backoff } = this.#parts
    this.#awaySinceMs = clock.elapsedMs()
    const livedMs = this.#awaySinceMs - this.#arrivedMs
    if (livedMs >= WELL_MS) backoff.reset()
    return livedMs
  }

  /** What follows from a failure; how long to wait before the next try. */
  #afterFailure(failure: ApiFailure): number {
    const { backoff, intake, random } = this.#parts
    const { code, needsList, retryAfterMs } = failure
    const isFirst = backoff.failures === 0
    const delayMs = backoff.nextMs(retryAfterMs)
    intake.observer.failure(intake.resource.name, code)
    if (needsList) this.#version = undefined
    this.#isUrgent = code === '401'
    const expected = needsList ? EXPECTED_LISTS : code === '403' ? 1 : 0
    if (backoff.failures > expected) this.#tell(failure, delayMs)
    if (isFirst && code === '401') return 0
    return isFirst && needsList && retryAfterMs === 0 ? random() * delayMs : delayMs
  }

  /** Once for each kind of trouble, until it is over. */
  #tell({ code, message }: ApiFailure, delayMs: number): void {
    if (this.#told === code) return
    this.#told = code
    const { name } = this.#parts.intake.resource
    const remedy = REMEDIES.get(code)
    const text = `Cannot watch ${name}: ${message}${remedy === undefined ? '' : `; ${remedy}`}`
    this.#parts.logger.warn({ resource: name, code, retryInMs: Math.round(delayMs) }, text)
  }
}

/** Rights need a moment after the start of a server, and a version may be too old then: neither is trouble by itself. */
const EXPECTED_LISTS = 3

const TYPES: ReadonlySet<string> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK'])

/** A server that does not know a list as the beginning of a watch calls the request invalid. */
const NO_LIST_IN_WATCH: ReadonlySet<string> = new Set(['400', '422'])

function isEndOfList({ object: { metadata } }: WatchEvent): boolean {
  const annotations = isObject(metadata) ? metadata['annotations'] : undefined
  return isObject(annotations) && annotations['k8s.io/initial-events-end'] === 'true'
}
