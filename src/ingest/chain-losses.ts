import type { Clock } from '../clock.ts'
import type { FollowedFile } from './followed-file.ts'
import type { Identity, KnownFile, KnownFiles } from './identity.ts'
import type { Loss } from '../record/loss.ts'

/** How long the copy of a truncated file may take to be found: logrotate makes it before it truncates. */
const COPY_MS = 10_000

export interface LossParts {
  readonly clock: Clock
  readonly known: KnownFiles
  readonly lose: (loss: Loss) => void
}

/** Bytes that were seen and then truncated; a copy may still have them. */
interface Truncated {
  readonly file: FollowedFile
  /** Undefined when it was not begun to be read. */
  readonly identity: Identity | undefined
  readonly seenBytes: number
  readonly modifiedMs: number
  readonly sinceMs: number
}

/** What of one chain cannot be delivered any more. */
export class ChainLosses {
  readonly #scope: string
  readonly #parts: LossParts
  #truncated: Truncated[] = []
  /** Files of an earlier run that were not finished, until they are found again. */
  readonly #missing: Map<string, KnownFile>

  constructor(scope: string, parts: LossParts) {
    this.#scope = scope
    this.#parts = parts
    const open = parts.known.ofScope(scope).filter((file) => !isFinished(file))
    this.#missing = new Map(open.map((file) => [file.fileKey, file]))
  }

  /** Nothing is waited for. */
  get isSettled(): boolean {
    return this.#truncated.length === 0 && this.#missing.size === 0
  }

  /** Name what is not read of a file. */
  name(file: FollowedFile, facts: Pick<Loss, 'reason' | 'size' | 'bytes'>): Loss {
    const { path, identity, modifiedMs } = file
    if (identity !== undefined) this.#parts.known.finish(identity.fileKey, identity.offsetBytes, file)
    const offsetBytes = identity === undefined ? 0 : identity.offsetBytes
    const key = { fileKey: identity?.fileKey, offsetBytes }
    return this.#lose({ ...facts, path, ...key, afterMs: undefined, beforeMs: modifiedMs })
  }

  /** Name that files may have gone unseen: before `file`, or after it when the chain is gone. */
  unseen(file: FollowedFile, lastMs: number | undefined, beforeMs: number): void {
    const afterMs = lastMs !== undefined && lastMs <= beforeMs ? lastMs : undefined // clocks of files may be set
    const nowhere = { fileKey: undefined, offsetBytes: undefined }
    this.#lose({ reason: 'unseen', size: 'unknown', bytes: 0, path: file.path, ...nowhere, afterMs, beforeMs })
  }

  /** A file was truncated; what was seen of it is lost unless a copy is found. */
  truncated(file: FollowedFile, identity: Identity | undefined, seenBytes: number, modifiedMs: number): void {
    if (seenBytes <= (identity?.offsetBytes ?? 0)) return
    const sinceMs = this.#parts.clock.elapsedMs()
    this.#truncated.push({ file, identity, seenBytes, modifiedMs, sinceMs })
  }

  /** A file of an earlier run was found again. */
  found(fileKey: string): void {
    this.#missing.delete(fileKey)
  }

  /** Name what was waited for in vain. */
  check(files: readonly FollowedFile[]): void {
    if (this.#truncated.length > 0) this.#truncated = this.#truncated.filter((cut) => this.#isOpen(cut, files))
    if (this.#missing.size === 0 || !files.every(wasTried)) return
    for (const known of this.#missing.values()) this.#loseKnown(known, files)
    this.#missing.clear()
  }

  #isOpen({ file, identity, seenBytes, modifiedMs, sinceMs }: Truncated, files: readonly FollowedFile[]): boolean {
    const isCopied =
      identity === undefined
        ? files.some((other) => other !== file && other.sizeBytes >= seenBytes && other.changedMs >= sinceMs - COPY_MS)
        : identity.holder !== undefined || identity.offsetBytes >= seenBytes
    if (isCopied) return false
    if (this.#parts.clock.elapsedMs() - sinceMs < COPY_MS) return true
    const facts = { reason: 'truncated', size: 'at_least' } as const
    const bytes = seenBytes - (identity?.offsetBytes ?? 0)
    this.name({ ...file, identity, modifiedMs }, { ...facts, bytes })
    return false
  }

  /** Another content stands where it was, or it is gone. */
  #loseKnown(known: KnownFile, files: readonly FollowedFile[]): void {
    const { fileKey, path, prefixBytes, modifiedMs, device, inode } = known
    const isRewritten = files.some((file) => file.device === device && file.inode === inode)
    this.#parts.known.finish(fileKey, prefixBytes)
    const reason = isRewritten ? 'truncated' : 'deleted'
    const facts = { reason, size: 'unknown', bytes: 0 } as const
    const times = { afterMs: modifiedMs, beforeMs: this.#parts.clock.nowMs() }
    this.#lose({ ...facts, path, fileKey, offsetBytes: prefixBytes, ...times })
  }

  #lose(facts: Omit<Loss, 'scope'>): Loss {
    const loss = { scope: this.#scope, ...facts }
    this.#parts.lose(loss)
    return loss
  }
}

/** Whether an earlier run read all of a file and all of that is answered for. */
export function isFinished({ finalBytes, prefixBytes }: KnownFile): boolean {
  return finalBytes !== undefined && prefixBytes >= finalBytes
}

/** Who a file is has been found out as far as it can be now. */
function wasTried(file: FollowedFile): boolean {
  const { identity, isDone, copyOf, sizeBytes, triedBytes, hasFailed } = file
  return identity !== undefined || isDone || copyOf !== undefined || sizeBytes === 0 || triedBytes >= 0 || hasFailed
}
