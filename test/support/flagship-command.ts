import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** How a command ended, and what it said. */
export interface CommandResult {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Run `flagship` with these arguments to its end. Servers in this process go on answering meanwhile. */
export async function flagship(...args: readonly string[]): Promise<CommandResult> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'close')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  await ended
  return { status: child.exitCode, stdout, stderr }
}

/** Install what the sinks of a configuration need of their Elasticsearch, as an operator does. */
export async function bootstrap(config: string, ...args: readonly string[]): Promise<void> {
  const result = await flagship('bootstrap', 'elasticsearch', '--config', config, ...args)
  if (result.status !== 0) throw new Error(`bootstrap ended with ${result.status}: ${result.stdout}${result.stderr}`)
}
