import type { Clock } from '../../clock.ts'
import type { Logger } from '../../logger.ts'

const INTERVAL_MS = 60_000

/** Told of messages that are not what the envelope says: how many, what was expected, and where one of them is. */
export type BrokenLog = (count: number, expected: string, place?: object) => void

/** All that comes may be of another envelope: one line in a minute says so, and how many there were. `setting` is to be looked at. */
export function brokenLog(logger: Logger, clock: Clock, setting: string): BrokenLog {
  let [nextMs, unsaid] = [0, 0]
  return (count, expected, place) => {
    unsaid += count
    if (clock.elapsedMs() < nextMs) return
    const text = `Cannot open messages: expected ${expected}; they are kept whole, look at ${setting}`
    logger.warn({ ...place, messages: unsaid }, text)
    unsaid = 0
    nextMs = clock.elapsedMs() + INTERVAL_MS
  }
}
