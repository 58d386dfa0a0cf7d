import type { Readable, Writable } from 'node:stream'

/** A stream that may be a terminal. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** What a command may touch of the process: handed in, so that tests can give their own. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  /** Results only: what a program may read. */
  readonly stdout: Output
  /** Everything that is said to a person. */
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Whether to colour what goes to `output`: only on a terminal, and never where NO_COLOR is set (https://no-color.org). */
export function isColoured(output: Output, env: Io['env']): boolean {
  return output.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}

/** Write and wait until the reader keeps up: memory stays bounded however slow the other end of a pipe is. */
export async function write(output: Output, text: string | Uint8Array): Promise<void> {
  if (output.write(text)) return
  await new Promise<void>((resolve) => {
    const done = () => {
      output.off('drain', done)
      output.off('close', done)
      resolve()
    }
    output.once('drain', done)
    output.once('close', done)
  })
}
