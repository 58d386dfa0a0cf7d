import { PerformanceObserver } from 'node:perf_hooks'

/** The longest turns of an event loop since they were asked for last, each the longest of its kind. */
export interface LongestTurns {
  /** By the clock: what everything else on the machine did meanwhile is in it. */
  readonly stallMs: number
  /** CPU time of the thread itself: ours alone. */
  readonly cpuMs: number
  /** The longest collection of garbage, by the clock. */
  readonly gcMs: number
}

const TICK_MS = 2

/** Watch the loop of this thread; returns what asks. A turn is measured with up to `TICK_MS` of others. */
export function watchTurns(): () => LongestTurns {
  let longest = { stallMs: 0, cpuMs: 0, gcMs: 0 }
  let wallMs = performance.now()
  let cpuMs = threadCpuMs()
  setInterval(() => {
    const [nowMs, nowCpuMs] = [performance.now(), threadCpuMs()]
    longest = {
      ...longest,
      stallMs: Math.max(longest.stallMs, nowMs - wallMs - TICK_MS),
      cpuMs: Math.max(longest.cpuMs, nowCpuMs - cpuMs),
    }
    wallMs = nowMs
    cpuMs = nowCpuMs
  }, TICK_MS).unref()
  const collections = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = { ...longest, gcMs: Math.max(longest.gcMs, duration) }
  })
  collections.observe({ entryTypes: ['gc'] })
  return () => {
    const result = longest
    longest = { stallMs: 0, cpuMs: 0, gcMs: 0 }
    return result
  }
}

/** For people. */
export function turnsText({ stallMs, cpuMs, gcMs }: LongestTurns): string {
  return `longest turn ${stallMs.toFixed(0)} ms by the clock, ${cpuMs.toFixed(0)} ms of CPU, longest GC ${gcMs.toFixed(0)} ms`
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}
