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

/**
 * Where a document went, as its mark says: the configuration may have been another one then. Undefined when the mark
 * says nothing of it.
 */
export function markedPlace(mark: string | undefined, { dataset, recordClass }: Addressed): Place | undefined {
  const parsed = parse(mark)
  const namespace = textAt(parsed, 'namespace')
  if (namespace === undefined) return undefined // of another version
  const ofStream = streamDataset(dataset, recordClass, at(parsed, 'hasFailed') === true)
  return { stream: streamName(ofStream, namespace), oldest: textAt(parsed, 'oldest', ofStream) }
}

function parse(mark: string | undefined): unknown {
  try {
    return mark === undefined ? undefined : JSON.parse(mark)
  } catch {
    return undefined
  }
}
