import { pino } from 'pino'
import type { Logger } from '../logger.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** A log of JSON lines in ASCII: what others wrote into a path or a message cannot steer a terminal. */
export function createLogger(level: LogLevel, output: { write(text: string): unknown }): Logger {
  const ascii = { write: (line: string) => void output.write(escaped(line)) }
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    messageKey: 'message',
  }
  return pino(options, ascii)
}

/** Outside ASCII a JSON text has characters only in its strings, where an escape says the same. */
function escaped(line: string): string {
  return line.replace(/[^\n\u0020-\u007e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
