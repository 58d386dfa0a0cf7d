import type { Addressed } from '../batch.ts'
import { at, textAt } from './parts-of-json.ts'
import { type StreamDataset, streamDataset, streamName } from './stream-names.ts'

/** Where the documents of one file went, or will go. */
export interface Mark {
  /** Of the data streams. */
  readonly namespace: string
  /** Whether failures had streams of their own. */
  readonly hasFailed: boolean
  /** The oldest index of each stream that they may be in; a stream that is not named is looked through as a whole. */
  readonly oldest: Readonly<Partial<Record<StreamDataset, string>>>
}

/** A stream that a document may be in, and the oldest index of it; undefined when that may be any. */
export interface Place {
  readonly stream: string
  readonly oldest: string | undefined
}

/** As it is stored with every file: short. */
export function markText({ namespace, hasFailed, oldest }: Mark): string {
  return JSON.stringify({ namespace, ...(hasFailed ? { hasFailed } : {}), oldest })
}

/** The text of a mark, parsed: of many documents that have the same one, once. Undefined when it is none. */
export function parseMark(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Where a document went, as its parsed mark says: the configuration may have been another one then. Undefined when the
 * mark says nothing of it.
 */
export function markedPlace(parsed: unknown, { dataset, recordClass }: Addressed): Place | undefined {
  const namespace = textAt(parsed, 'namespace')
  if (namespace === undefined) return undefined // of another version
  const ofStream = streamDataset(dataset, recordClass, at(parsed, 'hasFailed') === true)
  return { stream: streamName(ofStream, namespace), oldest: textAt(parsed, 'oldest', ofStream) }
}
