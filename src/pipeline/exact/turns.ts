/**
 * One at a time: what is delivered together with its answers, or what is committed. So no transaction holds documents
 * whose answers are not in its cursor, or the other way round.
 */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  /** Do `work` when everything that asked before is done. */
  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {})
    return turn
  }
}
