import type { JsonObject } from '../../../src/enrich/kubernetes/field-reader.ts'
import { type Encoding, eventOf } from './encoding.ts'
import type { Fault } from './faults.ts'
import { isAskedFor } from './list.ts'
import { atVersion, KINDS, type Resource, type StoredObject } from './object.ts'
import type { ListOptions } from './options.ts'
import type { Outlet } from './outlet.ts'
import { tooLargeVersion, tooOldVersion } from './status.ts'
import type { Change, History } from './store.ts'

/** Of what a client must read for an event, by change: many watches tell of the same one. */
const frames = new WeakMap<Change, Map<string, Buffer>>()
/** So long before its end a watch is told how far it is. */
const LAST_BOOKMARK_MS = 2_000
const INITIAL_EVENTS_END = { annotations: { 'k8s.io/initial-events-end': 'true' } }

/** What a watch is made of. */
export interface WatchParts {
  readonly resource: Resource
  readonly history: History
  readonly options: ListOptions
  readonly encoding: Encoding
  readonly outlet: Outlet
  readonly fault: Fault | undefined
  /** The version of the whole cluster. */
  readonly current: () => number
  /** Between two bookmarks. */
  readonly bookmarkMs: number
}

/** One open watch: it goes through the changes at the pace of its reader. */
export class Watch {
  readonly resource: Resource
  readonly #parts: WatchParts
  readonly #isAskedFor: (object: StoredObject) => boolean
  #extra: Buffer[] = []
  #held: Change[] = []
  #cursor = 0
  #isSilent = false
  #isEnding = false
  #wake: () => void = () => {}

  constructor(parts: WatchParts) {
    this.resource = parts.resource
    this.#parts = parts
    this.#isAskedFor = isAskedFor(parts.options)
  }

  /** Serve it until its end. */
  async run(): Promise<void> {
    const { history, outlet, options, bookmarkMs } = this.#parts
    const listener = () => this.#wake()
    const timeoutMs = (options.timeoutSeconds ?? Infinity) * 1000
    const timers = [
      setTimer(() => this.end(), timeoutMs),
      setTimer(() => this.#lastBookmark(), timeoutMs - LAST_BOOKMARK_MS),
    ]
    const bookmarks = setInterval(() => this.bookmark(), bookmarkMs)
    history.listeners.add(listener)
    try {
      if (await this.#begin()) while (await this.#goOn());
      await outlet.end()
    } finally {
      clearInterval(bookmarks)
      timers.forEach(clearTimeout)
      history.listeners.delete(listener)
    }
  }

  /** Tell how far it is, when it wants to be told. */
  bookmark(): void {
    if (this.#parts.options.allowsBookmarks) this.#send(this.#bookmark())
  }

  #lastBookmark(): void {
    // A real one says nothing when nothing has changed since the version that the watch began with.
    if (this.#parts.current() > (this.#parts.options.version ?? 0)) this.bookmark()
  }

  /** Tell the last changes once more. */
  replay(count: number): void {
    const changes = this.#parts.history.changes.slice(-count)
    for (const change of changes) this.#send(...this.#framesOf(change))
  }

  /** End it in good order. */
  end(): void {
    this.#isEnding = true
    this.#wake()
  }

  /** Say nothing any more; the connection stays. */
  silence(): void {
    this.#isSilent = true
  }

  /** End the connection in the middle of an event. */
  cut(): void {
    const frame = this.#event('BOOKMARK', this.#bookmarkObject())
    this.silence()
    void this.#parts.outlet.cut(frame.subarray(0, Math.floor(frame.length / 2)))
  }

  /** Tell of an error, and end. */
  fail(status: JsonObject): void {
    this.#send(eventOf(this.#parts.encoding, 'ERROR', 'Status', status))
    this.end()
  }

  #send(...events: readonly Buffer[]): void {
    this.#extra.push(...events)
    this.#wake()
  }

  /** Whether it goes on after what it begins with. */
  async #begin(): Promise<boolean> {
    const { options, history, current } = this.#parts
    const { version = 0, sendsInitialEvents, allowsBookmarks } = options
    if (sendsInitialEvents && version > current()) return this.#refuse(tooLargeVersion(version, current()))
    if (version > 0 && !sendsInitialEvents) {
      this.#cursor = version
      return version >= history.oldestVersion || this.#refuse(tooOldVersion(version, history.oldestVersion))
    }
    this.#cursor = current()
    const end = sendsInitialEvents && allowsBookmarks ? [this.#bookmark(INITIAL_EVENTS_END)] : []
    const initial = this.#parts.encoding.events('ADDED', KINDS[this.resource], history.sorted.filter(this.#isAskedFor))
    for (const batch of initial) {
      if (this.#parts.outlet.isClosed) return false
      await this.#write(batch)
    }
    for (const bookmark of end) await this.#write(bookmark)
    return true
  }

  async #refuse(status: JsonObject): Promise<false> {
    await this.#write(eventOf(this.#parts.encoding, 'ERROR', 'Status', status))
    return false
  }

  /** Whether there may be more. */
  async #goOn(): Promise<boolean> {
    const { outlet, history } = this.#parts
    if (outlet.isClosed) return false
    const changes = history.after(this.#cursor)
    // Too slow, and behind what is remembered.
    if (changes === undefined) return false
    this.#cursor = changes.at(-1)?.version ?? this.#cursor
    const events = [...this.#inOrder(changes).flatMap((change) => this.#framesOf(change)), ...this.#extra.splice(0)]
    if (events.length > 0) await this.#write(Buffer.concat(events))
    else if (this.#isEnding) return false
    else await this.#more()
    return true
  }

  async #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    await promise
  }

  async #write(events: Buffer): Promise<void> {
    if (!this.#isSilent) await this.#parts.outlet.write(events)
  }

  #inOrder(changes: readonly Change[]): Change[] {
    const { fault } = this.#parts
    if (fault?.kind === 'repeat') return changes.flatMap((change) => [change, change])
    if (fault?.kind !== 'reorder') return [...changes]
    this.#held.push(...changes)
    return this.#held.length < fault.count ? [] : this.#held.splice(0).toReversed()
  }

  /** What it is told of a change: an object that leaves a selection is deleted for it, one that enters is added. */
  #framesOf(change: Change): Buffer[] {
    const { before, after, version } = change
    const was = before !== undefined && this.#isAskedFor(before)
    const is = after !== undefined && this.#isAskedFor(after)
    if (is) return [this.#frame(change, was ? 'MODIFIED' : 'ADDED', after)]
    return was ? [this.#frame(change, 'DELETED', atVersion(before, version))] : []
  }

  #frame(change: Change, type: string, object: StoredObject): Buffer {
    const known = frames.get(change) ?? new Map<string, Buffer>()
    frames.set(change, known)
    const name = `${type} ${this.#parts.encoding.name}`
    const frame = known.get(name) ?? this.#event(type, object)
    known.set(name, frame)
    return frame
  }

  #bookmark(metadata: JsonObject = {}): Buffer {
    return this.#event('BOOKMARK', this.#bookmarkObject(metadata))
  }

  #bookmarkObject(metadata: JsonObject = {}): JsonObject {
    const isPod = this.resource === 'pods'
    const rest = this.resource === 'services' ? { status: { loadBalancer: {} } } : { status: {} }
    const spec = isPod ? { containers: null } : {}
    return { metadata: { resourceVersion: String(this.#parts.current()), ...metadata }, spec, ...rest }
  }

  #event(type: string, object: JsonObject): Buffer {
    return eventOf(this.#parts.encoding, type, KINDS[this.resource], object)
  }
}

function setTimer(act: () => void, ms: number): NodeJS.Timeout | undefined {
  return ms > 0 && ms < Infinity ? setTimeout(act, ms) : undefined
}
