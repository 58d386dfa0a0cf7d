import { SYSTEM_CLOCK } from '../clock.ts'
import { createLogger } from '../telemetry/logger.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import type { Io } from './io.ts'
import { version } from './version.ts'

/** What everything that goes on running in this process works with: its log is on stderr, its metrics say the version. */
export function processParts(level: Parameters<typeof createLogger>[0], { stderr }: Io) {
  const metrics = createMetrics()
  metrics.set('flagship_build_info', { version: version() }, 1)
  return { clock: SYSTEM_CLOCK, random: Math.random, logger: createLogger(level, stderr), metrics }
}
