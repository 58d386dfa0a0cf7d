import { type KnownFile, type KnownFiles, placeOf } from '../ingest/identity.ts'
import type { Check } from '../ingest/tail.ts'
import { type CursorEntry, type CursorHead, type CursorState, factsOf, KEYS, progressOf } from './cursor-state.ts'
import type { FileFacts, FileProgress, Range } from './cursor-state.ts'
import { beyond, merge } from './ranges.ts'

/** How long a file is remembered after it has gone: it may come back under another name. */
const REMEMBER_MS = 24 * 3_600_000
/** Files that are gone are forgotten earlier when there are more of them. */
const MOST_GONE = 50_000
/** More answered ranges of one file are not kept: their documents are in doubt after a crash. */
const MOST_RANGES = 1_024
/** How far ahead of what is read `sent` is written down, so that not every chunk has to wait for a commit. */
const SENT_STEP_BYTES = 1_048_576
/** With less than this left it is written down anew: on disk before it is needed, so that nothing waits for it. */
const SENT_LEFT_BYTES = 524_288

/** Where a file is, for finding it again. */
export type FilePlace = Omit<FileFacts, 'begun'> & Pick<CursorEntry, 'fileKey' | 'modifiedMs'>

/** What answers have settled of one file. */
export interface Settled {
  /** Every byte before this one is answered for. */
  readonly prefixBytes: number
  /** What is answered for beyond it, as far as it has been read again in this run. */
  readonly answered: readonly Range[]
  readonly reachedBytes: number
  readonly check: Check | undefined
}

/** What nobody has written down yet. */
export interface Changes {
  /** What the cursor will be at when they are on disk. */
  readonly version: number
  readonly values: ReadonlyMap<string, unknown>
}

/**
 * How far every file of one pipeline is answered for, how far it may have been sent, and what the sink says of itself
 * at the same moment. Changes are collected and written down together, all files in one record: a line that is joined
 * over two files is answered in both or in none.
 */
export class Cursor implements KnownFiles {
  readonly #entries = new Map<string, CursorEntry>()
  /** Keys of files that do not begin a family of their own. */
  readonly #laterOf = new Map<string, Set<string>>()
  /** Keys of the files of each chain, in the order in which they were begun. */
  readonly #ofScope = new Map<string, Set<string>>()
  /** What is on disk. */
  readonly #durable = new Map<string, Pick<CursorEntry, 'prefixBytes' | 'finalBytes' | 'sentBytes'>>()
  /** How far files were read for sending since this run raised what may be sent of them. */
  readonly #sentTo = new Map<string, number>()
  /** How far an earlier run may have sent files: what is read again of that was sent under the mark of then. */
  readonly #earlierSent = new Map<string, number>()
  readonly #changed = new Map<string, unknown>()
  #head: CursorHead
  #begun = 0
  /** Rises with every change. */
  version = 0

  constructor(state?: CursorState) {
    this.#head = state?.head ?? {}
    for (const entry of state?.entries ?? []) {
      this.#index(entry)
      this.#durable.set(entry.fileKey, entry)
      if (entry.sentBytes !== undefined) this.#earlierSent.set(entry.fileKey, entry.sentBytes)
    }
  }

  /** What a sink that takes back said of itself after the last answer. */
  get mark(): string | undefined {
    return this.#head.mark
  }

  set mark(mark: string | undefined) {
    if (mark !== this.#head.mark) this.note({ mark })
  }

  get head(): CursorHead {
    return this.#head
  }

  /** Remember something of the pipeline itself. */
  note(change: { readonly [K in keyof CursorHead]: CursorHead[K] | undefined }): void {
    const kept = Object.entries({ ...this.#head, ...change }).filter(([, value]) => value !== undefined)
    this.#head = Object.fromEntries(kept)
    this.#change(KEYS.head, this.#head)
  }

  /** Remember a loss under its id, or forget it. */
  noteLoss(id: string, loss: unknown): void {
    this.#change(KEYS.loss(id), loss)
  }

  get entries(): readonly CursorEntry[] {
    return [...this.#entries.values()]
  }

  get(fileKey: string): CursorEntry | undefined {
    return this.#entries.get(fileKey)
  }

  inFamily(familyKey: string): readonly KnownFile[] {
    const keys = [familyKey, ...(this.#laterOf.get(familyKey) ?? [])]
    return keys.flatMap((key) => this.#entries.get(key) ?? [])
  }

  ofScope(scope: string): readonly KnownFile[] {
    return [...(this.#ofScope.get(scope) ?? [])].flatMap((key) => this.#entries.get(key) ?? [])
  }

  isDurable(fileKey: string, toBytes: number): boolean {
    const durable = this.#durable.get(fileKey)
    if (durable === undefined || durable.prefixBytes < toBytes) return false
    return durable.finalBytes === this.#entries.get(fileKey)?.finalBytes
  }

  /** A file is being read: know it from now on, wherever it is. */
  follow(place: FilePlace): void {
    const known = this.#entries.get(place.fileKey)
    const isMoved = known?.path !== place.path || known.inode !== place.inode || known.device !== place.device
    if (!isMoved && known.modifiedMs === place.modifiedMs) return
    this.#begun += known === undefined ? 1 : 0
    const { finalBytes: _, ...entry } = { prefixBytes: 0, begun: this.#begun, ...known, ...place }
    this.#put(entry)
    if (isMoved) this.#change(KEYS.facts(place.fileKey), factsOf(entry))
  }

  finish(fileKey: string, finalBytes: number, seen?: Pick<KnownFile, 'path' | 'modifiedMs'>): void {
    const entry = this.#entries.get(fileKey)
    if (entry === undefined) return
    const { path = entry.path, modifiedMs = entry.modifiedMs } = seen ?? {}
    const isMoved = path !== entry.path
    if (!isMoved && finalBytes === entry.finalBytes && modifiedMs === entry.modifiedMs) return
    const finished = { ...entry, path, finalBytes, ...(modifiedMs === undefined ? {} : { modifiedMs }) }
    this.#put(finished)
    if (isMoved) this.#change(KEYS.facts(fileKey), factsOf(finished))
  }

  /**
   * Lines that begin before `toBytes` may be sent as soon as what is the cursor now is on disk. `mark` is where they
   * will be found: it replaces an older one only when everything sent under that is answered, which is so when all
   * before `fromBytes` is, and no earlier run has sent what follows.
   */
  raiseSent(fileKey: string, fromBytes: number, toBytes: number, mark: string): void {
    const entry = this.#entries.get(fileKey)
    if (entry === undefined) return
    const { sentBytes, prefixBytes } = entry
    if (this.#sentTo.has(fileKey) || toBytes > (sentBytes ?? 0)) this.#sentTo.set(fileKey, toBytes)
    if (sentBytes !== undefined && toBytes <= sentBytes - SENT_LEFT_BYTES) return
    const isFresh = fromBytes >= (this.#earlierSent.get(fileKey) ?? 0)
    const isAllAnswered = sentBytes === undefined || (prefixBytes >= fromBytes && isFresh)
    const sent = { sentBytes: toBytes + SENT_STEP_BYTES, mark: isAllAnswered ? mark : (entry.mark ?? '') }
    this.#put({ ...entry, ...sent })
  }

  /** What the cursor on disk has to be at before lines of a file that begin before `toBytes` are sent. */
  versionToSend(fileKey: string, toBytes: number): number {
    const sentBytes = this.#durable.get(fileKey)?.sentBytes ?? 0
    return toBytes <= sentBytes ? 0 : this.version
  }

  /** Nothing is sent any more: what was written down to be allowed and was not sent is not in doubt. */
  endSending(): void {
    for (const [fileKey, sentBytes] of this.#sentTo) {
      const entry = this.#entries.get(fileKey)
      if (entry !== undefined) this.#put({ ...entry, sentBytes })
    }
    this.#sentTo.clear()
  }

  /** Answers have come. What had been answered in an earlier run beyond what this one has read stays so. */
  settle(fileKey: string, { prefixBytes, answered, reachedBytes, check }: Settled): void {
    const entry = this.#entries.get(fileKey)
    if (entry === undefined) return
    const prefix = Math.max(prefixBytes, entry.prefixBytes)
    const ranges = beyond(merge([...answered, ...beyond(entry.answered ?? [], reachedBytes)]), prefix)
    this.#put({
      ...entry,
      prefixBytes: prefix,
      answered: ranges.slice(0, MOST_RANGES),
      ...(check === undefined || check.atBytes < (entry.check?.atBytes ?? 0) ? {} : { check }),
    })
  }

  /** What has changed since it was asked for last. */
  takeChanges(): Changes {
    const values = new Map(this.#changed)
    this.#changed.clear()
    return { version: this.version, values }
  }

  /** They are on disk. */
  written({ values }: Changes): void {
    for (const [key, value] of values) {
      const fileKey = KEYS.fileOfProgress(key)
      if (fileKey !== undefined && isProgress(value)) this.#durable.set(fileKey, value)
    }
  }

  /** They could not be written: they are still to be. */
  putBack({ values }: Changes): void {
    for (const [key, value] of values) if (!this.#changed.has(key)) this.#changed.set(key, value)
  }

  /**
   * Forget files that have been gone for a day. `present`: keys, or places of files that are not read yet, and scopes
   * of chains that are there: of these the newest file is always known.
   */
  expire(present: ReadonlySet<string>, nowMs: number): void {
    const gone: CursorEntry[] = []
    for (const entry of this.#entries.values()) {
      if (this.#isPresent(entry, present)) this.#comeBack(entry)
      else if (entry.goneSinceMs === undefined) this.#put({ ...entry, goneSinceMs: nowMs })
      else gone.push(entry)
    }
    gone.sort((a, b) => (b.goneSinceMs ?? 0) - (a.goneSinceMs ?? 0))
    for (const [index, entry] of gone.entries())
      if (index >= MOST_GONE || nowMs - (entry.goneSinceMs ?? nowMs) >= REMEMBER_MS) this.#forget(entry)
  }

  #isPresent(entry: CursorEntry, present: ReadonlySet<string>): boolean {
    if (present.has(entry.fileKey) || present.has(placeOf(entry))) return true
    return present.has(entry.scope) && [...(this.#ofScope.get(entry.scope) ?? [])].at(-1) === entry.fileKey
  }

  #comeBack(entry: CursorEntry): void {
    if (entry.goneSinceMs === undefined) return
    const { goneSinceMs: _, ...present } = entry
    this.#put(present)
  }

  #put(entry: CursorEntry): void {
    this.#index(entry)
    this.#change(KEYS.progress(entry.fileKey), progressOf(entry))
  }

  #index(entry: CursorEntry): void {
    const { fileKey, familyKey, scope, begun } = entry
    const isNew = !this.#entries.has(fileKey)
    this.#entries.set(fileKey, entry)
    if (!isNew) return
    this.#begun = Math.max(this.#begun, begun)
    addTo(this.#ofScope, scope, fileKey)
    if (fileKey !== familyKey) addTo(this.#laterOf, familyKey, fileKey)
  }

  #change(key: string, value: unknown): void {
    this.#changed.set(key, value)
    this.version += 1
  }

  #forget({ fileKey, familyKey, scope }: CursorEntry): void {
    this.#entries.delete(fileKey)
    this.#sentTo.delete(fileKey)
    this.#earlierSent.delete(fileKey)
    this.#durable.delete(fileKey)
    removeFrom(this.#ofScope, scope, fileKey)
    removeFrom(this.#laterOf, familyKey, fileKey)
    this.#change(KEYS.facts(fileKey), undefined)
    this.#change(KEYS.progress(fileKey), undefined)
  }
}

function isProgress(value: unknown): value is FileProgress {
  return typeof value === 'object' && value !== null && 'prefixBytes' in value
}

function addTo(sets: Map<string, Set<string>>, name: string, key: string): void {
  const set = sets.get(name)
  if (set === undefined) sets.set(name, new Set([key]))
  else set.add(key)
}

function removeFrom(sets: Map<string, Set<string>>, name: string, key: string): void {
  const set = sets.get(name)
  set?.delete(key)
  if (set?.size === 0) sets.delete(name)
}
