import { FIRST_LINE_BYTES, fileKey, firstLineOf } from './file-key.ts'
import type { OpenFile } from './file-system.ts'
import { CHECK_BYTES, type Check, checkAt, holds } from './tail.ts'

/** What the cursor remembers of a file. */
export interface KnownFile {
  readonly fileKey: string
  readonly generation: number
  /** Everything before this is answered for. */
  readonly prefixBytes: number
  readonly check?: Check | undefined
  readonly device: number
  readonly inode: number
  /** Where it was seen last. */
  readonly path: string
  /** When it was last written to, as it was seen last. */
  readonly modifiedMs?: number | undefined
  /** Its size, once nothing more is written to it and all of it has been read. */
  readonly finalBytes?: number | undefined
}

/** Files that an earlier run knew. */
export interface KnownFiles {
  /** All files whose key at generation 0 is `familyKey`: they are of one scope and begin alike. */
  inFamily(familyKey: string): readonly KnownFile[]
  /** The files of a chain in the order in which they were begun; the last one stays known until the chain is gone. */
  ofScope(scope: string): readonly KnownFile[]
  /** A file was read to its end, or what is missing of it was named lost: nothing more comes of it. */
  finish(fileKey: string, finalBytes: number, seen?: Pick<KnownFile, 'path' | 'modifiedMs'>): void
  /**
   * Whether what is on disk says that everything before `toBytes` is answered for and, where the file was finished, that
   * it is: then the file may go.
   */
  isDurable(fileKey: string, toBytes: number): boolean
}

/** Who a file is, and how far it was read. */
export interface Identity {
  readonly fileKey: string
  readonly familyKey: string
  readonly generation: number
  offsetBytes: number
  check: Check | undefined
  /** Lines of it were read, in this run or an earlier one: so there is an entry of it, or will be. */
  isBegun: boolean
  /** The file that had it was truncated in this run: what has it now is a copy, to which nobody writes. */
  isTruncated: boolean
  /** The file that has this content, as long as it is there. */
  holder: Holder | undefined
  /** Where that file was seen last. */
  device: number
  inode: number
}

/** A file that an identity belongs to; closed once it has been read to its end. */
export interface Holder {
  readonly open: OpenFile | undefined
  readonly device: number
  readonly inode: number
}

/** A file to be identified, as it is now. */
export interface Candidate {
  readonly file: Holder
  readonly open: OpenFile
  readonly sizeBytes: number
  /** Nothing will be written to it any more. */
  readonly isFinal: boolean
  /** It may hold what another file held, wherever it stands in the chain. */
  readonly isCompressed: boolean
  /** Whether it comes after another file of its chain. */
  isAfter(other: Holder): boolean
}

/**
 * Who a file turned out to be. `copy`: it holds what another file of the chain holds, so reading it would give its lines
 * twice; once that one is truncated (copytruncate) or gone, this one takes its place.
 */
export interface Recognition {
  readonly kind: 'new' | 'known' | 'copy'
  readonly identity: Identity
}

/** Identities of a chain that nobody reads are forgotten beyond this; the cursor still knows them. */
const MOST_IDENTITIES = 256
const NUL = 0
const NULS = Buffer.alloc(65_536)

/** The identities of the files of one chain. */
export class Identities {
  readonly #scope: string
  readonly #known: KnownFiles
  readonly #byKey = new Map<string, Identity>()

  constructor(scope: string, known: KnownFiles) {
    this.#scope = scope
    this.#known = known
  }

  /**
   * Who a file is: one we know when it begins alike and holds what was read of that, else a new one. Undefined while its
   * first line has not ended.
   */
  async identify(candidate: Candidate): Promise<Recognition | undefined> {
    const head = await readHead(candidate.open)
    const firstLine = firstLineOf(head.bytes, candidate.isFinal)
    if (firstLine === undefined) return undefined
    const familyKey = fileKey(this.#scope, 0, firstLine)
    const family = this.#family(familyKey, candidate.file)
    for (const identity of family) {
      const { holder } = identity
      if (holder === undefined) {
        if (await isContinued(identity, candidate)) return { kind: 'known', identity: take(identity, candidate) }
      } else if (mayBeCopy(candidate, holder) && (await isCopy(candidate, identity, holder)))
        return { kind: 'copy', identity }
    }
    const generation = family.reduce((most, identity) => Math.max(most, identity.generation), -1) + 1
    const { device, inode } = candidate.file
    const facts = {
      familyKey,
      generation,
      check: undefined,
      isBegun: false,
      isTruncated: false,
      holder: undefined,
      device,
      inode,
    }
    const identity = { fileKey: fileKey(this.#scope, generation, firstLine), offsetBytes: head.startBytes, ...facts }
    this.#byKey.set(identity.fileKey, identity)
    if (this.#byKey.size > MOST_IDENTITIES) this.#forgetOldest()
    return { kind: 'new', identity: take(identity, candidate) }
  }

  /** Likeliest first: the one last seen at this inode, then the newest generation. */
  #family(familyKey: string, file: Holder): readonly Identity[] {
    for (const known of this.#known.inFamily(familyKey)) {
      if (this.#byKey.has(known.fileKey)) continue
      const { generation, prefixBytes, check, device, inode } = known
      const progress = { offsetBytes: prefixBytes, check, isBegun: true, isTruncated: false, holder: undefined }
      this.#byKey.set(known.fileKey, { fileKey: known.fileKey, familyKey, generation, ...progress, device, inode })
    }
    const rank = (identity: Identity) => (isSameInode(identity, file) ? Infinity : identity.generation)
    const family = [...this.#byKey.values()].filter((identity) => identity.familyKey === familyKey)
    return family.sort((a, b) => rank(b) - rank(a))
  }

  #forgetOldest(): void {
    for (const [key, { holder }] of this.#byKey) {
      if (holder !== undefined) continue
      this.#byKey.delete(key)
      return
    }
  }
}

/** The content of `file` is there no more, or the file is not: another may hold it. */
export function letGo(identity: Identity | undefined, file: Holder): void {
  if (identity?.holder === file) identity.holder = undefined
}

function take(identity: Identity, { file }: Candidate): Identity {
  identity.holder = file
  identity.device = file.device
  identity.inode = file.inode
  return identity
}

function isSameInode(a: Pick<Holder, 'device' | 'inode'>, b: Pick<Holder, 'device' | 'inode'>): boolean {
  return a.device === b.device && a.inode === b.inode
}

/**
 * Whether a file is what an identity without a file was read from. A short beginning proves nothing by itself: a
 * banner stands at the head of every file, so then the inode must be the same too.
 */
async function isContinued(identity: Identity, { file, open, sizeBytes }: Candidate): Promise<boolean> {
  if (sizeBytes < identity.offsetBytes) return false
  if (identity.offsetBytes < CHECK_BYTES && !isSameInode(identity, file)) return false
  return identity.check === undefined || holds(open, sizeBytes, identity.check)
}

/** A file is copied to one before it; only a compressed one is listed behind what it was made of. */
function mayBeCopy(candidate: Candidate, holder: Holder): boolean {
  return candidate.isCompressed || !candidate.isAfter(holder)
}

/** A copy, whole or still being made, or a file so short that it cannot be told from one. */
async function isCopy({ open, sizeBytes }: Candidate, { check }: Identity, holder: Holder): Promise<boolean> {
  if (check !== undefined && (await holds(open, sizeBytes, check))) return true
  const own = await checkAt(open, sizeBytes)
  if (own === undefined || holder.open === undefined) return false
  return holds(holder.open, holder.open.stat().sizeBytes, own)
}

/** Where the content begins behind NULs that a crash or a truncation left, and enough of it for the key. */
async function readHead(file: OpenFile): Promise<{ readonly startBytes: number; readonly bytes: Buffer }> {
  const head = await readAt(file, 0, FIRST_LINE_BYTES + 1)
  if (head[0] !== NUL) return { startBytes: 0, bytes: head }
  const startBytes = await endOfNuls(file)
  return { startBytes, bytes: await readAt(file, startBytes, FIRST_LINE_BYTES + 1) }
}

async function endOfNuls(file: OpenFile): Promise<number> {
  for (let atBytes = 0; ; atBytes += NULS.length) {
    const block = await readAt(file, atBytes, NULS.length)
    if (block.equals(NULS)) continue
    const content = block.findIndex((byte) => byte !== NUL)
    return atBytes + (content === -1 ? block.length : content)
  }
}

async function readAt(file: OpenFile, atBytes: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  return bytes.subarray(0, await file.read(bytes, atBytes))
}

/** Where a file is, as a text. */
export function placeOf({ device, inode }: Pick<KnownFile, 'device' | 'inode'>): string {
  return `${device}:${inode}`
}
