import type { Logger } from '../../../src/logger.ts'

/** A logger that keeps what it was told, as `level message`. */
export class RecordedLog implements Logger {
  readonly lines: string[] = []

  info(_fields: object, message: string): void {
    this.lines.push(`info ${message}`)
  }

  warn(_fields: object, message: string): void {
    this.lines.push(`warn ${message}`)
  }

  error(_fields: object, message: string): void {
    this.lines.push(`error ${message}`)
  }

  /** What was told since the last call. */
  take(): string[] {
    return this.lines.splice(0)
  }
}
