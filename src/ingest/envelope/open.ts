import type { Opened } from './enveloped-line.ts'
import { openFilebeat } from './filebeat.ts'
import { openFluentBit } from './fluentbit.ts'
import { openOtel } from './otel.ts'
import { openRaw } from './raw.ts'
import { openVector } from './vector.ts'

/**
 * How to find the lines in the messages of other shippers, by the name of the envelope. Each is pure, never throws, and
 * takes time linear in the length of the message. Which one it is, is configured: nothing is guessed.
 */
export const OPENERS = {
  fluentbit: openFluentBit,
  vector: openVector,
  filebeat: openFilebeat,
  otel: openOtel,
  raw: openRaw,
} as const satisfies Readonly<Record<string, (message: Buffer) => Opened>>

/** An envelope with lines in it. flagship's own records are no lines: see flagship.ts. */
export type LineEnvelope = keyof typeof OPENERS
