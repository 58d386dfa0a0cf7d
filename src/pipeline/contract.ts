import type { Miss } from '../enrich/endpoint/misses.ts'
import type { ComponentLine } from '../record/envoy-line.ts'
import type { Loss } from '../record/loss.ts'
import type { Reporter } from '../record/generated/record.ts'
import type { Segment } from '../sinks/batch.ts'

/** Consecutive bytes of one file: whole lines, each ended by a newline unless the file is final. */
export interface Chunk {
  /** base64url of the 8 bytes that identify the file (src/ingest/file-key.ts). */
  readonly fileKey: string
  readonly path: string
  /** Place of the first byte in the file. */
  readonly offsetBytes: number
  readonly bytes: Buffer
}

/** One piece of a line that the container runtime split, waiting for the next. */
export interface OpenJoin {
  readonly stream: string
  /** Where the line began: the cursor may not pass this. */
  readonly fileKey: string
  readonly path: string
  readonly offsetBytes: number
  readonly time: string | undefined
  readonly bytes: Buffer
  readonly isTruncated: boolean
}

/** What the head of a diagnostic said. */
export type Head = Pick<ComponentLine, 'format' | 'level' | 'logger'>

/** What one chunk leaves for the next one of the same rotation chain. Plain values, never shared. */
export interface Carry {
  readonly joins: readonly OpenJoin[]
  /** Level and logger of the diagnostic that lines without a head belong to, by stream. */
  readonly heads: Readonly<Record<string, Head>>
}

export const EMPTY_CARRY: Carry = { joins: [], heads: {} }

/** What a chunk became. */
export interface Transcoded {
  readonly segment: Segment
  readonly carry: Carry
  /** Pod addresses that are not known yet, some of them: the same chunk may become better documents soon. */
  readonly misses: readonly Miss[]
}

/**
 * Bytes to encoded documents, pure and synchronous: equal arguments give equal results.
 *
 * One per rotation chain, made by `createTranscoder(settings, vantages)`.
 */
export interface Transcoder {
  transcode(chunk: Chunk, carry: Carry): Transcoded
  /** The document, with this id, of lines that will never be delivered. */
  loss(loss: Loss, id: string): Segment
  /** The chain has ended: emit what is still open, marked truncated. */
  close(carry: Carry): Segment | undefined
  readonly reporter: Reporter
}
