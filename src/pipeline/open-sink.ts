import type { Clock } from '../clock.ts'
import { isRetryable } from '../errors.ts'
import type { Sink } from '../sinks/sink.ts'
import type { Backoff } from './backoff.ts'
import type { TroubleSpot } from './trouble.ts'

/** Waits between tries, and is told of those that fail. */
interface Trying {
  readonly clock: Clock
  readonly backoff: Backoff
  readonly spot: TroubleSpot
}

/**
 * Open a sink, however long that takes; `mark` is where it stood. Resolves to whether it is to go on: not when `signal`
 * is aborted. Rejects when it can never work.
 */
export async function openSink(
  sink: Sink,
  mark: string | undefined,
  { clock, backoff, spot }: Trying,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    try {
      await sink.open(mark)
      spot.end()
      break
    } catch (error) {
      if (!isRetryable(error)) throw error
      spot.begin(error, clock.nowMs())
      await backoff.wait(signal)
    }
  }
  return !signal.aborted
}
