import { didYouMean } from '../config/nearest.ts'
import { ERRORS, FlagshipError } from '../errors.ts'
import type { Command } from './command.ts'
import { COMMANDS, type CommandEntry } from './commands.ts'
import { type Io, write } from './io.ts'
import { usageError } from './options.ts'
import { printable } from './printable.ts'
import { version } from './version.ts'

const BUG_EXIT_CODE = 70 // EX_SOFTWARE of sysexits

/** Run one command line and resolve to its exit code: never rejects. What went wrong stands on stderr. */
export async function dispatch(args: readonly string[], io: Io, commands = COMMANDS): Promise<number> {
  try {
    return await choose(args, io, commands)
  } catch (error) {
    return reportFailure(error, io)
  }
}

/** Say on stderr what went wrong, and give the exit code for it. A stack is for us: only with FLAGSHIP_DEBUG=1. */
export function reportFailure(error: unknown, io: Pick<Io, 'stderr' | 'env'>): number {
  const isOurs = error instanceof FlagshipError
  const message = error instanceof Error ? error.message : String(error)
  const lines = isOurs ? `flagship: ${message}`.split('\n') : [`flagship: bug: ${message}`]
  if (io.env['FLAGSHIP_DEBUG'] === '1' && error instanceof Error) lines.push(...(error.stack ?? '').split('\n'))
  io.stderr.write(lines.map((line) => `${printable(line)}\n`).join(''))
  return isOurs ? ERRORS[error.code].exitCode : BUG_EXIT_CODE
}

async function choose(args: readonly string[], io: Io, commands: readonly CommandEntry[]): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined) {
    await write(io.stderr, await overview(commands))
    return ERRORS.USAGE.exitCode
  }
  if (name === '--version' || name === '-V') return print(io, `flagship ${version()}\n`)
  if (isHelp(name) || name === 'help') return help(rest[0], io, commands)
  const command = await find(name, commands)
  return asksForHelp(rest) ? print(io, helpOf(command)) : command.run(rest, io)
}

async function help(name: string | undefined, io: Io, commands: readonly CommandEntry[]): Promise<number> {
  return print(io, name === undefined ? await overview(commands) : helpOf(await find(name, commands)))
}

async function find(name: string, commands: readonly CommandEntry[]): Promise<Command> {
  const entry = commands.find((candidate) => candidate.name === name)
  if (entry !== undefined) return entry.load()
  const kind = name.startsWith('-') ? 'option' : 'command'
  const known = kind === 'option' ? ['--help', '--version'] : commands.map((command) => command.name)
  throw usageError('', `Cannot use ${kind} "${printable(name)}"`, `no such ${kind}${didYouMean(name, known)}`)
}

function isHelp(argument: string): boolean {
  return argument === '--help' || argument === '-h'
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return (end === -1 ? args : args.slice(0, end)).some(isHelp)
}

async function overview(commands: readonly CommandEntry[]): Promise<string> {
  const loaded = await Promise.all(commands.map((entry) => entry.load()))
  const width = Math.max(...loaded.map((command) => command.name.length))
  const list = loaded.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`)
  return `flagship ships Envoy access logs and says what their response flags mean.

Usage: flagship COMMAND [OPTIONS]

Commands:
${list.join('\n')}

Options:
  -h, --help     Show this, or with a command its own help
  -V, --version  Show the version
`
}

function helpOf(command: Command): string {
  return `${command.summary}\n\n${command.usage.trimEnd()}\n`
}

async function print(io: Io, text: string): Promise<number> {
  await write(io.stdout, text)
  return 0
}
