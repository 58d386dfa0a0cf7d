/** Why bytes of a log cannot be delivered any more. */
export const LOSS_REASONS = [
  /** The spool was full, or the disk, and the file was given up. */
  'spool_full',
  /** It was deleted before it was read, and could not be linked into the spool. */
  'deleted',
  /** Files of the chain came and went without being seen. */
  'unseen',
  /** It was truncated before it was read to its end, and no copy of it was found. */
  'truncated',
  /** It cannot be unpacked to its end. */
  'corrupt',
] as const
export type LossReason = (typeof LOSS_REASONS)[number]

/** Bytes of a container's log that will never be delivered: named once, never guessed. */
export interface Loss {
  readonly reason: LossReason
  /** The chain it happened to. */
  readonly scope: string
  /** The file, or where the next one stands when files went unseen. */
  readonly path: string
  /** Key of the file and place of the first lost byte, where they are known. */
  readonly fileKey: string | undefined
  readonly offsetBytes: number | undefined
  /** How much: exactly so much, at least so much, or unknown and possibly nothing (then `bytes` is 0). */
  readonly size: 'exact' | 'at_least' | 'unknown'
  readonly bytes: number
  /** What was lost was written between these moments, milliseconds since the epoch; undefined where nobody can say. */
  readonly afterMs: number | undefined
  readonly beforeMs: number | undefined
}
