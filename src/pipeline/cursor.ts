import { fileKeyOf } from '../ingest/event-id.ts'
import { placeOf } from '../ingest/chain-reader.ts'
import type { KnownFile, KnownFiles } from '../ingest/identity.ts'
import type { Check } from '../ingest/tail.ts'
import type { CursorEntry, CursorState } from './cursor-file.ts'
import type { OpenJoin } from './contract.ts'
import type { DeadLetter } from './dead-letter.ts'
import type { Advance } from '../sinks/batch.ts'

/** How long a file is remembered after it has gone: it may come back under another name. */
const REMEMBER_MS = 24 * 3_600_000
/** Files that are gone are forgotten earlier when there are more of them. */
const MOST_GONE = 50_000

/** What is answered for when a segment is. */
export interface Progress {
  readonly advances: readonly Advance[]
  /** How far a file was read for it; absent when joins were closed without reading. */
  readonly reached: { readonly fileKey: string; readonly toBytes: number; readonly check: Check } | undefined
  /** Lines of the chain whose end was still missing after it. */
  readonly openJoins: readonly OpenLine[]
}

export interface OpenLine extends Pick<OpenJoin, 'fileKey' | 'offsetBytes'> {
  /** It had been answered in an earlier run, and is put together once more only for the sake of an older one. */
  readonly isAnswered: boolean
}

/** Where a file is, for finding it again. */
export type FilePlace = Pick<CursorEntry, 'fileKey' | 'familyKey' | 'generation' | 'path' | 'device' | 'inode'>

/** How far every file of one pipeline is answered for, and what the sink says of itself at the same moment. */
export class Cursor implements KnownFiles {
  readonly #entries: Map<string, CursorEntry>
  /** Keys of files that do not begin a family of their own. */
  readonly #laterOf = new Map<string, Set<string>>()
  #mark: string | undefined
  /** Rises with every change: tells whether there is something to write. */
  version = 0

  constructor(state: CursorState | undefined) {
    this.#mark = state?.mark
    this.#entries = new Map()
    for (const entry of state?.entries ?? []) this.#put(entry)
  }

  /** What the sink said of itself after the last answer. */
  get mark(): string | undefined {
    return this.#mark
  }

  set mark(mark: string | undefined) {
    if (mark === this.#mark) return
    this.#mark = mark
    this.version += 1
  }

  get state(): CursorState {
    return { mark: this.#mark, entries: [...this.#entries.values()] }
  }

  get(fileKey: string): CursorEntry | undefined {
    return this.#entries.get(fileKey)
  }

  inFamily(familyKey: string): readonly KnownFile[] {
    const keys = [familyKey, ...(this.#laterOf.get(familyKey) ?? [])]
    return keys.flatMap((key) => this.#entries.get(key) ?? [])
  }

  ofScope(_scope: string): readonly KnownFile[] {
    return []
  }

  finish(_fileKey: string, _finalBytes: number): void {}

  isDurable(_fileKey: string, _toBytes: number): boolean {
    return false
  }

  /** A file is being read: know it from now on, wherever it is. */
  follow(place: FilePlace): void {
    const known = this.#entries.get(place.fileKey)
    if (known === undefined) this.#put({ ...place, prefixBytes: 0 })
    else if (known.path !== place.path || known.inode !== place.inode || known.device !== place.device)
      this.#put({ ...known, ...place })
  }

  /** Everything up to here is answered for. Called in the order in which the chain was read. */
  advance(fileKey: string, toBytes: number): void {
    this.#change(fileKey, (entry) => (toBytes > entry.prefixBytes ? { ...entry, prefixBytes: toBytes } : entry))
  }

  /**
   * Every line that begins before what was reached is answered for, except those that begin at `openOffsets`: what a crash
   * would otherwise make us deliver again behind the first piece of an open join.
   */
  answeredBeyond(fileKey: string, reached: Progress['reached'], openOffsets: readonly number[]): void {
    this.#change(fileKey, (entry) => {
      const { answeredTo: before = 0, open: _, ...rest } = entry
      const settled = reached === undefined ? rest : { ...rest, check: reached.check }
      const answeredTo = Math.max(before, reached?.toBytes ?? 0)
      return answeredTo > entry.prefixBytes ? { ...settled, answeredTo, open: openOffsets } : settled
    })
  }

  /** Forget files that have been gone for a day. `present`: keys, or places of files that are not read yet. */
  expire(present: ReadonlySet<string>, nowMs: number): void {
    const gone: CursorEntry[] = []
    for (const entry of this.#entries.values()) {
      if (present.has(entry.fileKey) || present.has(placeOf(entry))) this.#change(entry.fileKey, withoutGone)
      else if (entry.goneSinceMs === undefined) this.#put({ ...entry, goneSinceMs: nowMs })
      else gone.push(entry)
    }
    gone.sort((a, b) => (b.goneSinceMs ?? 0) - (a.goneSinceMs ?? 0))
    for (const [index, entry] of gone.entries())
      if (index >= MOST_GONE || nowMs - (entry.goneSinceMs ?? nowMs) >= REMEMBER_MS) this.#forget(entry)
  }

  #change(fileKey: string, change: (entry: CursorEntry) => CursorEntry): void {
    const entry = this.#entries.get(fileKey)
    if (entry === undefined) return
    const changed = change(entry)
    if (changed !== entry) this.#put(changed)
  }

  #put(entry: CursorEntry): void {
    this.#entries.set(entry.fileKey, entry)
    if (entry.fileKey !== entry.familyKey) {
      const later = this.#laterOf.get(entry.familyKey) ?? new Set()
      this.#laterOf.set(entry.familyKey, later.add(entry.fileKey))
    }
    this.version += 1
  }

  #forget({ fileKey, familyKey }: CursorEntry): void {
    this.#entries.delete(fileKey)
    const later = this.#laterOf.get(familyKey)
    later?.delete(fileKey)
    if (later?.size === 0) this.#laterOf.delete(familyKey)
    this.version += 1
  }
}

/** Whether a line that is read again had been answered when the agent stopped. */
export type IsAnswered = (eventId: string, offsetBytes: number) => boolean

/**
 * Which lines behind the prefixes were answered in an earlier run: those the cursor says so of, and those in the dead
 * letter. They are read again and left out. Undefined when there are none.
 */
export function answeredBefore(state: CursorState | undefined, deadLetter: DeadLetter): IsAnswered | undefined {
  const ahead = new Map<string, { readonly answeredTo: number; readonly open: ReadonlySet<number> }>()
  for (const { fileKey, answeredTo, open } of state?.entries ?? [])
    if (answeredTo !== undefined) ahead.set(fileKey, { answeredTo, open: new Set(open) })
  if (ahead.size === 0 && deadLetter.isEmpty) return undefined
  return (eventId, offsetBytes) => {
    if (deadLetter.has(eventId)) return true
    const range = ahead.get(fileKeyOf(eventId))
    return range !== undefined && offsetBytes < range.answeredTo && !range.open.has(offsetBytes)
  }
}

function withoutGone(entry: CursorEntry): CursorEntry {
  if (entry.goneSinceMs === undefined) return entry
  const { goneSinceMs: _, ...present } = entry
  return present
}
