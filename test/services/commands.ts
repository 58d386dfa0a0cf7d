import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** How much of what a failed command said is shown. */
const SHOWN_CHARACTERS = 2_000
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024

/** Whether a command of this name is found in PATH. */
export function hasCommand(name: string, path = process.env['PATH'] ?? ''): boolean {
  return path.split(delimiter).some((directory) => isExecutable(join(directory, name)))
}

/** Run a command in `directory` to its end; throws with the end of what it said when it fails. */
export function runCommand(command: string, args: readonly string[], directory: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  // Maven ends before better code would pay.
  const env = { MAVEN_OPTS: '-XX:TieredStopAtLevel=1', ...process.env }
  const options = { cwd: directory, env, maxBuffer: MAX_OUTPUT_BYTES }
  const child = execFile(command, args, options, (error, stdout, stderr) => {
    if (error === null) return resolve()
    const said = `${stdout}${stderr}`.trim().slice(-SHOWN_CHARACTERS)
    reject(new Error(`Cannot run "${command}": ${error.signal ?? `exit code ${String(error.code)}`}\n${said}`))
  })
  child.stdin?.end()
  return promise
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
