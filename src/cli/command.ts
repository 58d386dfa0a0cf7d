import type { Io } from './io.ts'

/** One command of the executable. Each stands in a file of its own, `src/cli/NAME.ts`, as `export const command`. */
export interface Command {
  readonly name: string
  /** One line for the list of commands. */
  readonly summary: string
  /** What `--help` prints after the summary: how to call it, options, one example. */
  readonly usage: string
  /**
   * Do it and resolve to the exit code (sysexits). `args` is what follows the name, without `--help`.
   * @throws FlagshipError for everything a user can mend; main prints its message and exits with the code's exit code.
   */
  run(args: readonly string[], io: Io): Promise<number>
}
