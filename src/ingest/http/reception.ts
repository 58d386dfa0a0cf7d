/** Requests that wait for an answer, at most. */
const MOST_REQUESTS = 1_024

/** Counts what comes in: requests without an answer, and bytes of bodies that are not taken yet. */
export class Reception {
  #requests = 0
  bytes = 0

  /** Whether there are not too many, with whoever has entered. */
  get hasRoom(): boolean {
    return this.#requests <= MOST_REQUESTS
  }

  /** A request is here, until it is disposed of. */
  enter(): Arrival {
    this.#requests += 1
    let held = 0
    const leave = () => {
      this.bytes -= held
      held = 0
    }
    return {
      grow: (bytes) => {
        held += bytes
        this.bytes += bytes
      },
      leave,
      [Symbol.dispose]: () => {
        leave()
        this.#requests -= 1
      },
    }
  }
}

/** One request that is answered later. */
export interface Arrival extends Disposable {
  /** So much of its body has come. */
  grow(bytes: number): void
  /** Its body is somebody else's to count. */
  leave(): void
}
