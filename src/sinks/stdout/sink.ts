import { reasonOf } from '../../errors.ts'
import type { Batch } from '../batch.ts'
import { ACCEPTED, type Outcome, type Sink } from '../sink.ts'

/** What is needed of a stream: `done` is called when the bytes have been taken, or why not. */
export interface LineOutput {
  write(bytes: Uint8Array, done: (error?: Error | null) => void): unknown
}

/**
 * NDJSON to a stream, usually standard output. Accepted means taken by the reader's side of the pipe. It has no mark:
 * nobody can take back what was printed, so after a crash some lines come again.
 */
export class StdoutSink implements Sink {
  readonly name: string
  readonly concurrency = 1
  readonly regroups = true
  readonly #output: LineOutput

  constructor(name: string, output: LineOutput) {
    this.name = name
    this.#output = output
  }

  async open(): Promise<void> {}

  /** Waits for a slow reader; after an abort what was not taken yet is in doubt. */
  async deliver(batch: Batch, signal: AbortSignal): Promise<readonly Outcome[]> {
    const outcome = await this.#write(Buffer.concat(batch.segments.map((segment) => segment.bytes)), signal)
    return Array.from({ length: batch.documentCount }, () => outcome)
  }

  async close(): Promise<void> {}

  #write(bytes: Buffer, signal: AbortSignal): Promise<Outcome> {
    return new Promise((resolve) => {
      const giveUp = () => resolve({ kind: 'in_doubt', reason: 'stopped before the reader took it' })
      if (signal.aborted) return giveUp()
      signal.addEventListener('abort', giveUp, { once: true })
      this.#output.write(bytes, (error) => {
        signal.removeEventListener('abort', giveUp)
        const failure = error === null || error === undefined ? undefined : reasonOf(error)
        resolve(
          failure === undefined ? ACCEPTED : { kind: 'in_doubt', reason: `Cannot write standard output: ${failure}` },
        )
      })
    })
  }
}
