/** flagship's own log: one line per state change, none per record. error = data lost or a person needed, warn = recovered or retried, info = state changed. */
export interface Logger {
  /** For who looks for a fault. */
  debug?(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** For commands: what goes wrong is thrown, and what goes well is printed. */
export const SILENT: Logger = { info() {}, warn() {}, error() {} }
