import type { ChainSource, FoundChain } from './chain.ts'
import { ChainLosses, isFinished } from './chain-losses.ts'
import { ChainSpool, heldBytes, isOnlyHeld, UNLINK_MS } from './chain-spool.ts'
import { isMissing, type OpenFile } from './file-system.ts'
import { close, type FollowedFile, isBroken, isWhole, mergeFound, reopen, unreadBytes } from './followed-file.ts'
import { type Gap, gapIsElsewhere, gapIsHere, markGaps, type Newest, passGap } from './gap.ts'
import { GzipFile } from './gzip-file.ts'
import { type Holder, Identities, type Identity, letGo, placeOf, type Recognition } from './identity.ts'
import { lineAt } from './line-at.ts'
import type { ChainChunk, ReadingParts } from './reading.ts'
import { findOriginals, markFinished } from './recognise.ts'
import type { Check } from './tail.ts'

/** How long a file must stay as it is, after the next one has content, before its end is believed to be one. */
export const SETTLE_MS = 1_000
/** How long a compressed file whose end is missing must stay as it is before it counts as broken. */
const BROKEN_MS = 10_000

/** What a try to read one file came to. */
type Step = ChainChunk | 'wait' | 'next'

/**
 * Follows one rotation chain: its files come in, oldest first, and whole lines go out, each once.
 *
 * The rules of the delivery model (`reader`, `committer`, `restart`) that are kept in this folder: a file is linked on
 * first sight and let go only when the cursor is durably past its end (unlink: chain-spool.ts); what went unseen between
 * two files is named (gap: gap.ts); what is known and nowhere to be found is named (restart: chain-losses.ts); an open
 * join is closed where the next piece is lost or the chain has ended (close: `isContinued`, `isFinished`). That an entry
 * stays while a name of its file is left (known) rests on `present`.
 */
export class ChainReader {
  readonly scope: string
  readonly source: ChainSource
  readonly #parts: ReadingParts
  readonly #identities: Identities
  readonly #spool: ChainSpool | undefined
  readonly #losses: ChainLosses
  #files: readonly FollowedFile[] = []
  /** What the last sweep found, and whether every file of it is settled: linked, held or done. */
  #found: FoundChain | undefined
  #isSettled = false
  #newest: Newest
  /** Only the spool knows the chain: what was written after the last link went unseen. */
  #isOrphan = false
  #isNew = true
  /** The file that is being read at this moment: its descriptor must stay open. */
  #reading: FollowedFile | undefined
  /** The file the last chunk came from. */
  #last: FollowedFile | undefined
  #isContinued = true
  /** When the chain was first missing from a sweep. */
  #endedMs: number | undefined

  /** Begins with what the spool kept of the chain. */
  constructor({ scope, source }: Pick<FoundChain, 'scope' | 'source'>, parts: ReadingParts) {
    this.scope = scope
    this.source = source
    this.#parts = parts
    this.#identities = new Identities(scope, parts.known)
    this.#losses = new ChainLosses(scope, parts)
    const { spool } = parts
    const isLossDurable = ({ givenUp }: FollowedFile) => givenUp === undefined || parts.isLossDurable(givenUp)
    this.#spool = spool && new ChainSpool(scope, source, { ...parts, spool, isLossDurable })
    this.#files = this.#spool?.restore(scope, parts.clock.elapsedMs()) ?? []
    const known = parts.known.ofScope(scope)
    markFinished(new Set(this.#files), known)
    this.#newest = known.at(-1)
  }

  /** Take in what a sweep found; undefined when the chain is no longer there. */
  update(found: FoundChain | undefined): void {
    const nowMs = this.#parts.clock.elapsedMs()
    if (this.#isNew) this.#isOrphan = found === undefined && this.#files.length > 0 && !isFinishedFile(this.#newest)
    else this.#losses.check(this.#files)
    this.#isNew = false
    this.#endedMs = found === undefined ? (this.#endedMs ?? nowMs) : undefined
    if (found === undefined || found !== this.#found || !this.#isSettled) this.#merge(found, nowMs)
    this.#found = found
    for (const file of this.#files) this.#refresh(file, nowMs)
    this.#spool?.tidy(this.#files)
    this.#nameOrphan()
  }

  get fileCount(): number {
    return this.#files.length
  }

  get unreadBytes(): number {
    return this.#files.reduce((sum, file) => sum + unreadBytes(file), 0)
  }

  /** Bytes of files that are deleted in the logs, and there only because they are linked or held open. */
  get heldBytes(): number {
    return heldBytes(this.#files)
  }

  /** The chain is gone and everything of it has been read. */
  get isFinished(): boolean {
    return this.#endedMs !== undefined && this.#losses.isSettled && this.#files.every((file) => file.isDone)
  }

  /** It is finished and nothing of it is left in the spool: the reader may be closed for good. */
  get isReleased(): boolean {
    return this.isFinished && this.#files.every((file) => file.link === undefined)
  }

  /** Nothing is to be done as long as nothing happens to its files. */
  get isResting(): boolean {
    const isLetGo = this.#files.every((file) => !file.isDone || file.link === undefined)
    return this.#isSettled && isLetGo && this.#losses.isSettled && this.#endedMs === undefined
  }

  /** Keys of the files that are there; of those not identified yet, their places. */
  get present(): readonly string[] {
    return this.#files.map((file) => keyOf(file) ?? (file.original && keyOf(file.original)) ?? placeOf(file))
  }

  /**
   * Drop the oldest file that is deleted in the logs and not wholly answered for, and name what was not read of it; false
   * when there is none that may go now. Its link is removed when that is durable.
   */
  giveUpOldest(): boolean {
    return this.#files.some((file) => {
      if (file === this.#reading || !isOnlyHeld(file)) return false
      return file.isDone ? this.#giveUpRead(file) : this.#giveUp(file)
    })
  }

  /** Whether `read` may give something. Cheap, because every chain is asked at every poll. */
  isReadable(): boolean {
    const file = this.#current()
    if (file?.open === undefined) return file !== undefined
    try {
      this.#look(file, file.open)
    } catch {
      return true // so that `read` meets the same error and reports it
    }
    // A file that was rewritten may have its old size again.
    const isTried = file.sizeBytes === file.triedBytes && file.modifiedMs === file.triedMs
    return !isTried || this.#isFinal(file) || this.#hasStayedBroken(file)
  }

  /** The next lines; undefined when there are none now. Never rejects: what cannot be read is tried again later. */
  async read(): Promise<ChainChunk | undefined> {
    for (;;) {
      const file = this.#current()
      if (file === undefined) return undefined
      const step = await this.#tryFile(file)
      if (step === 'wait') return undefined
      if (step !== 'next') return step
    }
  }

  /** The line that begins at a place, as it stands in its file; undefined where that is not at hand. */
  async lineAt(fileKey: string, offsetBytes: number): Promise<Buffer | undefined> {
    const file = this.#files.find((each) => each.identity?.fileKey === fileKey && !each.isCompressed)
    // A descriptor of its own: the reader may close the other one meanwhile.
    const open = file?.link === undefined ? file && this.#openNamed(file) : this.#spool?.open(file.link.path)
    if (open === undefined) return undefined
    try {
      return await lineAt(open, offsetBytes)
    } finally {
      open.close()
    }
  }

  /** Close every file; links stay. */
  close(): void {
    for (const file of this.#files) this.#drop(file)
    this.#files = []
  }

  #merge(found: FoundChain | undefined, nowMs: number): void {
    const before = this.#files
    const { files, lost, fresh, shrunk } = mergeFound(before, found?.files ?? [], nowMs)
    this.#files = files
    for (const { file, identity, seenBytes, modifiedMs } of shrunk)
      this.#losses.truncated(file, identity, seenBytes, modifiedMs)
    if (fresh.size > 0) markFinished(fresh, this.#parts.known.ofScope(this.scope))
    findOriginals(files, before)
    for (const file of lost) this.#lose(file, before)
    const kept = new Set(files)
    for (const file of before) if (!kept.has(file)) this.#drop(file)
    markGaps(files, fresh, this.#newest)
    for (const file of files) this.#spool?.protect(file)
    this.#newest = files.at(-1) ?? this.#newest
    this.#isSettled = files.every(
      (file) => file.isNamed && (file.isDone || file.link !== undefined || file.held !== undefined),
    )
  }

  #refresh(file: FollowedFile, nowMs: number): void {
    file.isSkipped = isStillCopy(file)
    if (!file.isDone || file.link === undefined) return
    const state = this.#spool?.release(file, nowMs)
    if (state === 'gone') this.#isSettled = false
    if (state === 'late') this.#reopenLate(file, file.link.path, nowMs)
  }

  #reopenLate(file: FollowedFile, link: string, nowMs: number): void {
    const { sizeBytes, modifiedMs } = this.#parts.fileSystem.stat(link)
    file.seenBytes = sizeBytes
    file.seenMs = modifiedMs
    reopen(file, sizeBytes, modifiedMs, nowMs)
  }

  /** Once all of it is read: whoever watched the chain to its end before knows that nothing followed. */
  #nameOrphan(): void {
    const last = this.#files.at(-1)
    if (!this.#isOrphan || !this.isFinished || last === undefined) return
    this.#isOrphan = false
    this.#losses.unseen(last, last.modifiedMs, this.#parts.clock.nowMs())
  }

  /** It was read; only a crash before the answers are durable would lose it, and the next start would name that. */
  #giveUpRead(file: FollowedFile): boolean {
    const { identity } = file
    if (identity?.isBegun === true && !this.#parts.known.isDurable(identity.fileKey, 0)) return false
    this.#spool?.drop(file)
    this.#isSettled = false
    return true
  }

  #giveUp(file: FollowedFile): boolean {
    const bytes = unreadBytes(file)
    if (this.#freePacked(file)) this.#spool?.drop(file)
    else {
      const size = file.isCompressed ? 'unknown' : 'exact'
      file.givenUp = this.#losses.name(file, { reason: 'spool_full', size, bytes: size === 'exact' ? bytes : 0 })
      this.#breakAfter(file, this.#files)
    }
    file.isDone = true
    this.#close(file)
    letGo(file.identity, file)
    this.#isSettled = false
    return true
  }

  /** Let what a file was packed to take its place; false when there is no such file. */
  #freePacked(original: FollowedFile): boolean {
    const packed = this.#files.filter((file) => file.original === original && file.isNamed)
    for (const file of packed) {
      file.original = undefined
      file.isDone = false
    }
    original.isReplaced = packed.length > 0
    return original.isReplaced
  }

  #close(file: FollowedFile): void {
    if (this.#spool === undefined) close(file)
    else this.#spool.close(file)
  }

  #current(): FollowedFile | undefined {
    return this.#files.find((file) => !file.isDone && !file.isSkipped)
  }

  async #tryFile(file: FollowedFile): Promise<Step> {
    this.#reading = file
    try {
      const step = await this.#readFile(file)
      if (file.hasFailed) this.#parts.troubles.end('read', file.path)
      file.hasFailed = false
      return step
    } catch (error) {
      this.#parts.troubles.begin('read', 'log', file.path, error)
      file.isSkipped = true
      if (!file.hasFailed) this.#isContinued = false
      file.hasFailed = true
      return 'next'
    } finally {
      this.#reading = undefined
    }
  }

  async #readFile(file: FollowedFile): Promise<Step> {
    const open = (file.open ??= await this.#open(file))
    if (open === undefined) return 'wait'
    this.#look(file, open)
    const isFinal = isWhole(file) && this.#isFinal(file)
    const identity = file.identity ?? (await this.#identify(file, open, isFinal))
    if (file.isSkipped || file.isDone) return 'next'
    if (identity === undefined) return this.#atEnd(file, open, isFinal)
    const { sizeBytes } = file
    const { offsetBytes, check } = identity
    const tail = await this.#parts.tail.read(open, offsetBytes, sizeBytes, isFinal, check)
    if (tail.kind === 'lines') return this.#chunk(file, identity, tail.bytes, tail.check)
    if (tail.kind === 'nothing') return this.#atEnd(file, open, isFinal && offsetBytes >= sizeBytes)
    this.#startOver(file)
    return 'next'
  }

  /** Undefined when the file is not where the last sweep saw it: the next one sees where it is now. */
  async #open(file: FollowedFile): Promise<OpenFile | undefined> {
    const open = file.held ?? (file.link === undefined ? this.#openNamed(file) : this.#spool?.open(file.link.path))
    return open !== undefined && file.isCompressed ? GzipFile.open(open) : open
  }

  #openNamed(file: FollowedFile): OpenFile | undefined {
    if (!file.isNamed) return undefined
    try {
      const open = this.#parts.fileSystem.open(file.path, this.source.roots)
      const { device, inode } = open.stat()
      if (device === file.device && inode === file.inode) return open
      open.close()
      return undefined
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  #chunk(file: FollowedFile, identity: Identity, bytes: Buffer, check: Check): ChainChunk {
    const { fileKey, familyKey, generation, offsetBytes } = identity
    const { path, device, inode, modifiedMs } = file
    if (file.gap !== undefined) this.#nameGap(file, file.gap)
    const isContinued = this.#isContinued && !file.isAfterLoss && this.#follows(file)
    file.isAfterLoss = false
    identity.isBegun = true
    identity.offsetBytes = check.atBytes
    identity.check = check
    if (check.atBytes >= file.sizeBytes) markTried(file)
    this.#last = file
    this.#isContinued = true
    const { sizeBytes, isCompressed } = file
    const facts = { scope: this.scope, familyKey, generation, device, inode, modifiedMs, sizeBytes, isCompressed }
    return { fileKey, path, offsetBytes, bytes, isContinued, check, file: facts }
  }

  /** Whether a line that was begun in the last chunk may go on in this file. */
  #follows(file: FollowedFile): boolean {
    const last = this.#last
    if (last === undefined || last === file) return true
    return last.restart === file.restart && this.#files.indexOf(last) < this.#files.indexOf(file)
  }

  #atEnd(file: FollowedFile, open: OpenFile, isDone: boolean): Step {
    if (file.isCompressed && open.stat().sizeBytes !== file.sizeBytes) return 'next' // its end has been seen now
    markTried(file)
    if (isDone) {
      const { identity } = file
      if (identity !== undefined) this.#parts.known.finish(identity.fileKey, identity.offsetBytes, file)
      else this.#passGap(file)
    } else if (this.#hasStayedBroken(file)) {
      this.#losses.name(file, { reason: 'corrupt', size: 'unknown', bytes: 0 })
      this.#breakAfter(file, this.#files)
    } else return 'wait'
    file.isDone = true
    this.#close(file)
    return 'next'
  }

  async #identify(file: FollowedFile, open: OpenFile, isFinal: boolean): Promise<Identity | undefined> {
    const { sizeBytes, isCompressed } = file
    if (sizeBytes === 0 && !isCompressed) return undefined
    const isAfter = (other: Holder) => this.#files.findIndex((each) => each === other) < this.#files.indexOf(file)
    const candidate = { file, open, sizeBytes, isFinal, isCompressed, isAfter }
    const recognition = await this.#identities.identify(candidate)
    if (isCompressed) this.#look(file, open)
    if (recognition === undefined) return undefined
    this.#recognised(file, recognition)
    return file.identity
  }

  #recognised(file: FollowedFile, { kind, identity }: Recognition): void {
    this.#losses.found(identity.fileKey)
    if (kind !== 'new') for (const other of gapIsElsewhere(file, identity.fileKey)) this.#spool?.rename(other)
    if (kind !== 'copy') {
      file.identity = identity
      file.isLeftBehind = identity.isTruncated
      return
    }
    file.copyOf = identity
    file.isSkipped = true
    if (isCompressedCopy(file)) this.#close(file)
    const goneMs = this.#parts.clock.elapsedMs() - (file.goneMs ?? Infinity)
    if (goneMs >= UNLINK_MS) file.isDone = true
  }

  #nameGap(file: FollowedFile, { afterMs }: Gap): void {
    this.#losses.unseen(file, afterMs ?? this.#next(file, -1)?.modifiedMs, file.modifiedMs)
    file.isAfterLoss = true
    for (const other of gapIsHere(file)) this.#spool?.rename(other)
  }

  /** An empty file says nothing of what was before it: the next one has to, or nobody can. */
  #passGap(file: FollowedFile): void {
    const next = this.#next(file, 1)
    if (next !== undefined) passGap(file, next)
    else if (file.gap !== undefined) this.#nameGap(file, file.gap)
  }

  #next(file: FollowedFile, step: 1 | -1): FollowedFile | undefined {
    return this.#files[this.#files.indexOf(file) + step]
  }

  #drop(file: FollowedFile): void {
    this.#close(file)
    letGo(file.identity, file)
  }

  /** See how large an open file is now. */
  #look(file: FollowedFile, open: OpenFile): void {
    const { sizeBytes, modifiedMs } = open.stat()
    const isChanged = sizeBytes !== file.sizeBytes || (file.isCompressed && modifiedMs !== file.modifiedMs)
    if (isChanged) file.changedMs = this.#parts.clock.elapsedMs()
    if (isChanged) file.earlierBytes = file.sizeBytes
    file.sizeBytes = sizeBytes
    file.modifiedMs = modifiedMs
    if (file.identity !== undefined && sizeBytes < file.identity.offsetBytes) this.#startOver(file)
  }

  /** Another content stands in the file: it is read from its beginning, as another file. */
  #startOver(file: FollowedFile): void {
    this.#losses.truncated(file, file.identity, file.earlierBytes, file.modifiedMs)
    if (file.identity !== undefined) file.identity.isTruncated = true
    letGo(file.identity, file)
    file.identity = undefined
    file.triedBytes = -1
    this.#isContinued = false
    this.#parts.logger.info({ path: file.path }, `"${file.path}" was truncated and is read from its beginning`)
  }

  /** Nothing more will be written: two newer files have content, or one has and this one has stayed as it is. */
  #isFinal(file: FollowedFile): boolean {
    const after = this.#files.slice(this.#files.indexOf(file) + 1)
    const newer = after.filter((other) => other.original === undefined && this.#hasContent(other)).length
    if (newer >= 2 || (newer === 1 && file.isLeftBehind)) return true
    if (newer === 0 && this.#endedMs === undefined) return false
    const nowMs = this.#parts.clock.elapsedMs()
    file.supersededMs ??= nowMs
    return nowMs - Math.max(file.changedMs, file.supersededMs) >= SETTLE_MS
  }

  /** A sweep may have seen it empty, and no notice tells that a file grows: it is looked at itself. */
  #hasContent(file: FollowedFile): boolean {
    if (file.sizeBytes > 0 || !file.isNamed) return file.sizeBytes > 0
    try {
      const { sizeBytes } = file.open?.stat() ?? this.#parts.fileSystem.stat(file.path)
      return sizeBytes > 0
    } catch {
      return false // gone or closed to us, which the next sweep sees
    }
  }

  #hasStayedBroken(file: FollowedFile): boolean {
    return isBroken(file) && this.#parts.clock.elapsedMs() - file.changedMs >= BROKEN_MS
  }

  #lose(file: FollowedFile, before: readonly FollowedFile[]): void {
    letGo(file.identity, file)
    const bytes = unreadBytes(file)
    if (bytes === 0 || file.copyOf !== undefined || this.#freePacked(file)) return
    const hasNext = before.slice(before.indexOf(file) + 1).some((other) => other.sizeBytes > 0)
    this.#losses.name(file, { reason: 'deleted', size: hasNext ? 'exact' : 'at_least', bytes })
    this.#breakAfter(file, before)
  }

  /** Nothing that was begun before or in a lost file goes on behind it. */
  #breakAfter(file: FollowedFile, order: readonly FollowedFile[]): void {
    const next = order.slice(order.indexOf(file) + 1).find((other) => this.#files.includes(other))
    if (next === undefined) this.#isContinued = false
    else next.isAfterLoss = true
  }
}

/** Nothing more is to be read in a file as it was seen last. */
function markTried(file: FollowedFile): void {
  file.triedBytes = file.sizeBytes
  file.triedMs = file.modifiedMs
}

function keyOf(file: FollowedFile): string | undefined {
  return file.identity?.fileKey ?? file.finishedKey
}

function isFinishedFile(newest: Newest): boolean {
  return newest !== undefined && 'fileKey' in newest && isFinished(newest)
}

/** What is packed does not change while it is listed: once is enough to find out that it holds what another file does. */
function isStillCopy(file: FollowedFile): boolean {
  return isCompressedCopy(file) && file.copyOf?.holder !== undefined && file.copyOf.holder !== file
}

function isCompressedCopy(file: FollowedFile): boolean {
  return file.isCompressed && file.copyOf !== undefined && file.held === undefined
}
