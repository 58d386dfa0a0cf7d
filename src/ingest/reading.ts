import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { Loss } from '../record/loss.ts'
import type { FileSystem } from './file-system.ts'
import type { FollowedFile } from './followed-file.ts'
import type { Identity, KnownFiles } from './identity.ts'
import type { Spool } from './spool.ts'
import type { Check, TailReader } from './tail.ts'
import type { Troubles } from './trouble.ts'

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
    Pick<FollowedFile, 'device' | 'inode' | 'modifiedMs' | 'sizeBytes' | 'isCompressed'> & { readonly scope: string }
}

/** What the readers of one pipeline share. */
export interface ReadingParts {
  readonly fileSystem: FileSystem
  readonly clock: Clock
  readonly logger: Logger
  readonly troubles: Troubles
  readonly known: KnownFiles
  readonly tail: TailReader
  /** Undefined: nothing is kept, and what is deleted before it is read is lost. */
  readonly spool: Spool | undefined
  /** Told once of everything that cannot be delivered any more. */
  readonly lose: (loss: Loss) => void
  /** Whether a loss that was told of is durable: only then the file may go. */
  readonly isLossDurable: (loss: Loss) => boolean
}
