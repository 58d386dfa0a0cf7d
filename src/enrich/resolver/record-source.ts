/** What a resolver's stream is made of; `EndpointIndex` is one. */
export interface RecordSource<Key = string> {
  /** The state of everything that is known. What changes while somebody iterates may come as it was or as it is. */
  records(): Iterable<object>
  /** The state of one thing, or that it is gone; undefined when there is nothing to tell. */
  recordOf(key: Key): object | undefined
  /** Be told of each thing that changes; the result ends it. */
  observe(listener: (key: Key) => void): () => void
}
