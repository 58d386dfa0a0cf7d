import type { ReporterIdentity } from '../../record/reporter-identity.ts'

/** One line out of what another shipper wrote, and what that says about it. What it does not say is undefined. */
export interface EnvelopedLine {
  /**
   * The line as its container wrote it. Where the shipper kept only the parsed keys: one JSON object of them, so that
   * the line is read by the same parser; what the shipper changed (the text of a number, key order) stays changed.
   */
  readonly text: string
  /** Its bytes, where the envelope carries bytes: they may be no valid UTF-8. */
  readonly bytes: Buffer | undefined
  /** When the runtime wrote it, ISO 8601; when the shipper read it, where it did not read the runtime's time. */
  readonly time: string | undefined
  /** `stdout` or `stderr`; empty when nobody says. */
  readonly stream: string
  /** Who wrote it; undefined when the envelope names no pod. */
  readonly reporter: ReporterIdentity | undefined
  /** File the shipper read it from. */
  readonly path: string | undefined
  /** Byte offset in that file. */
  readonly offsetBytes: number | undefined
  /** A part of a longer line: its other parts are other messages, and nobody joins them. */
  readonly isTruncated: boolean
}

/** What one message is. A message that is not of its envelope is a value with a reason, and is kept whole. */
export type Opened =
  | { readonly ok: true; readonly lines: readonly EnvelopedLine[] }
  | {
      readonly ok: false
      readonly reason: 'wrong_envelope' | 'too_deep'
      /** What was expected, for a person; from a closed set of texts. */
      readonly expected: string
    }

/** Lines of one message, at most: what the position of a line has room for (see line-id.ts). */
export const MAX_LINES = 16_384

/** A message that is something else; `expected` is of a closed set. */
export function wrongEnvelope(expected: string): Opened {
  return { ok: false, reason: 'wrong_envelope', expected }
}

/** A message whose reading would need too deep a stack. */
export const TOO_DEEP: Opened = { ok: false, reason: 'too_deep', expected: 'JSON nested at most 100 levels deep' }

/** A message with more lines than have positions. */
export const TOO_MANY_LINES: Opened = wrongEnvelope(`at most ${MAX_LINES} lines in a message`)
