import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { ChainSource, FoundChain } from './chain.ts'
import { type FileSystem, isMissing, type OpenFile } from './file-system.ts'
import { close, type FollowedFile, mergeFound, unreadBytes } from './followed-file.ts'
import { type Holder, Identities, type Identity, type KnownFile, type KnownFiles, letGo } from './identity.ts'
import type { Loss } from './loss.ts'
import type { Check, TailReader } from './tail.ts'
import type { Troubles } from './trouble.ts'

/** How long a file must stay as it is, after the next one has content, before its end is believed to be one. */
export const SETTLE_MS = 1_000

/** Whole lines of one file of a chain. */
export interface ChainChunk {
  readonly fileKey: string
  readonly path: string
  readonly offsetBytes: number
  /** Good until the next chunk is read. */
  readonly bytes: Buffer
  /** False where what came before is missing: a line that was begun there has no end. */
  readonly isContinued: boolean
  readonly check: Check
  /** What the cursor needs to know the file again. */
  readonly file: Pick<Identity, 'familyKey' | 'generation'> &
    Pick<FollowedFile, 'device' | 'inode' | 'sizeBytes'> & { readonly scope: string }
}

/** What the readers of one pipeline share. */
export interface ReadingParts {
  readonly fileSystem: FileSystem
  readonly clock: Clock
  readonly logger: Logger
  readonly troubles: Troubles
  readonly known: KnownFiles
  readonly tail: TailReader
  /** Told once of everything that cannot be delivered any more. */
  readonly lose: (loss: Loss) => void
}

/** What a try to read one file came to. */
type Step = ChainChunk | 'wait' | 'next'

/** Follows one rotation chain: its files come in, oldest first, and whole lines go out, each once. */
export class ChainReader {
  readonly scope: string
  readonly source: ChainSource
  readonly #parts: ReadingParts
  readonly #identities: Identities
  #files: readonly FollowedFile[] = []
  /** The file the last chunk came from. */
  #last: FollowedFile | undefined
  #isContinued = true
  /** When the chain was first missing from a sweep. */
  #endedMs: number | undefined
  /** Bytes of files that were deleted before they were read. */
  lostBytes = 0

  constructor({ scope, source }: FoundChain, parts: ReadingParts) {
    this.scope = scope
    this.source = source
    this.#parts = parts
    this.#identities = new Identities(scope, parts.known)
  }

  /** Take in what a sweep found; undefined when the chain is no longer there. */
  update(found: FoundChain | undefined): void {
    const nowMs = this.#parts.clock.elapsedMs()
    this.#endedMs = found === undefined ? (this.#endedMs ?? nowMs) : undefined
    const before = this.#files
    const { files, lost } = mergeFound(before, found?.files ?? [], nowMs)
    for (const file of before) if (!files.includes(file)) this.#drop(file)
    for (const file of lost) this.#lose(file)
    this.#files = files
  }

  get fileCount(): number {
    return this.#files.length
  }

  get unreadBytes(): number {
    return this.#files.reduce((sum, file) => sum + unreadBytes(file), 0)
  }

  /** The chain is gone and everything of it has been read. */
  get isFinished(): boolean {
    return this.#endedMs !== undefined && this.#files.every((file) => file.isDone)
  }

  /** Keys of the files that are there; of those not identified yet, their places. */
  get present(): readonly string[] {
    return this.#files.map((file) => file.identity?.fileKey ?? placeOf(file))
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
    return !isTried || this.#isFinal(file)
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

  close(): void {
    for (const file of this.#files) this.#drop(file)
    this.#files = []
  }

  #current(): FollowedFile | undefined {
    return this.#files.find((file) => !file.isDone && !file.isSkipped)
  }

  async #tryFile(file: FollowedFile): Promise<Step> {
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
    }
  }

  async #readFile(file: FollowedFile): Promise<Step> {
    const open = (file.open ??= this.#open(file))
    if (open === undefined) return 'wait'
    this.#look(file, open)
    const { sizeBytes } = file
    const isFinal = this.#isFinal(file)
    const identity = file.identity ?? (sizeBytes === 0 ? undefined : await this.#identify(file, open, isFinal))
    if (file.isSkipped) return 'next'
    if (identity === undefined) return this.#atEnd(file, isFinal)
    const { offsetBytes, check } = identity
    const tail = await this.#parts.tail.read(open, offsetBytes, sizeBytes, isFinal, check)
    if (tail.kind === 'lines') return this.#chunk(file, identity, tail.bytes, tail.check)
    if (tail.kind === 'nothing') return this.#atEnd(file, isFinal && offsetBytes >= sizeBytes)
    this.#startOver(file)
    return 'next'
  }

  /** Undefined when the file is not where the last sweep saw it: the next one sees where it is now. */
  #open(file: FollowedFile): OpenFile | undefined {
    if (file.missedSweeps > 0) return undefined
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
    const { path, device, inode } = file
    const isContinued = this.#isContinued && this.#follows(file)
    identity.offsetBytes = check.atBytes
    identity.check = check
    if (check.atBytes >= file.sizeBytes) markTried(file)
    this.#last = file
    this.#isContinued = true
    const { sizeBytes } = file
    const facts = { scope: this.scope, familyKey, generation, device, inode, sizeBytes }
    return { fileKey, path, offsetBytes, bytes, isContinued, check, file: facts }
  }

  /** Whether a line that was begun in the last chunk may go on in this file. */
  #follows(file: FollowedFile): boolean {
    const last = this.#last
    if (last === undefined || last === file) return true
    return last.restart === file.restart && this.#files.indexOf(last) < this.#files.indexOf(file)
  }

  #atEnd(file: FollowedFile, isDone: boolean): Step {
    markTried(file)
    if (!isDone) return 'wait'
    file.isDone = true
    close(file)
    return 'next'
  }

  async #identify(file: FollowedFile, open: OpenFile, isFinal: boolean): Promise<Identity | undefined> {
    const { sizeBytes } = file
    const isAfter = (other: Holder) => this.#files.findIndex((each) => each === other) < this.#files.indexOf(file)
    const identity = await this.#identities.identify({ file, open, sizeBytes, isFinal, isAfter })
    if (identity === 'incomplete') return undefined
    if (identity === 'copy') {
      file.isSkipped = true
      return undefined
    }
    file.identity = identity
    return identity
  }

  #drop(file: FollowedFile): void {
    close(file)
    letGo(file.identity, file)
  }

  /** See how large an open file is now. */
  #look(file: FollowedFile, open: OpenFile): void {
    const { sizeBytes, modifiedMs } = open.stat()
    if (sizeBytes !== file.sizeBytes) file.changedMs = this.#parts.clock.elapsedMs()
    file.sizeBytes = sizeBytes
    file.modifiedMs = modifiedMs
    if (file.identity !== undefined && sizeBytes < file.identity.offsetBytes) this.#startOver(file)
  }

  /** Another content stands in the file: it is read from its beginning, as another file. */
  #startOver(file: FollowedFile): void {
    letGo(file.identity, file)
    file.identity = undefined
    file.triedBytes = -1
    this.#isContinued = false
    this.#parts.logger.info({ path: file.path }, `"${file.path}" was truncated and is read from its beginning`)
  }

  /** Nothing more will be written: two newer files have content, or one has and this one has stayed as it is. */
  #isFinal(file: FollowedFile): boolean {
    const newer = this.#files.slice(this.#files.indexOf(file) + 1).filter((other) => other.sizeBytes > 0).length
    if (newer >= 2) return true
    if (newer === 0 && this.#endedMs === undefined) return false
    const nowMs = this.#parts.clock.elapsedMs()
    file.supersededMs ??= nowMs
    return nowMs - Math.max(file.changedMs, file.supersededMs) >= SETTLE_MS
  }

  #lose(file: FollowedFile): void {
    const bytes = unreadBytes(file)
    if (bytes === 0) return
    this.#isContinued = false
    this.lostBytes += bytes
    this.#parts.logger.error(
      { path: file.path, bytes },
      `Cannot read log "${file.path}": it was deleted, and up to ${bytes} bytes of it had not been read`,
    )
  }
}

/** Where a file is, as a text. */
export function placeOf({ device, inode }: Pick<KnownFile, 'device' | 'inode'>): string {
  return `${device}:${inode}`
}

/** Nothing more is to be read in a file as it was seen last. */
function markTried(file: FollowedFile): void {
  file.triedBytes = file.sizeBytes
  file.triedMs = file.modifiedMs
}
