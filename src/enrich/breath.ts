import { setImmediate as nextTurn } from 'node:timers/promises'

/** Longest time in which work in slices keeps the event loop from everything else. */
const SLICE_MS = 8

/** Long work in slices: `await` it where a slice may end. */
export class Breath {
  #sinceMs = performance.now()

  /** True once the slice is used up: then `take` is due. */
  get isDue(): boolean {
    return performance.now() - this.#sinceMs > SLICE_MS
  }

  /** Let everything else go first. */
  async take(): Promise<void> {
    await nextTurn()
    this.#sinceMs = performance.now()
  }
}

/** Things that are done between two looks at the clock: what is small is always done in one slice. */
const STEPS = 64

/** `step` for each number below `end`, which may rise meanwhile. The first slice is done before this returns. */
export async function inSlices(end: () => number, step: (at: number) => void): Promise<void> {
  const breath = new Breath()
  for (let at = 0; at < end(); at += 1) {
    step(at)
    if (at % STEPS === STEPS - 1 && breath.isDue) await breath.take()
  }
}

/** Lets callers through one after the other, and everything else in between: a thousand may come in one turn of the loop. */
export class Turns {
  readonly #breath = new Breath()
  #last: Promise<void> = Promise.resolve()

  /** Resolves when it is the caller's turn. */
  next(): Promise<void> {
    this.#last = this.#last.then(() => (this.#breath.isDue ? this.#breath.take() : undefined))
    return this.#last
  }
}
