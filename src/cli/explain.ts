import { findFlag } from '../enrich/flag/catalogue.ts'
import { matchDetails } from '../enrich/flag/details.ts'
import { paint } from './colour.ts'
import type { Command } from './command.ts'
import { type ExplainOptions, explainFlags } from './explain-flags.ts'
import { explainLine, type LineReader, PASTED_LINE } from './explain-line.ts'
import { flagsText, lineText, type Page } from './explain-text.ts'
import { type Io, isColoured, write } from './io.ts'
import { parseOptions, usageError } from './options.ts'
import { printable } from './printable.ts'

const UNKNOWN_EXIT_CODE = 65 // EX_DATAERR of sysexits: something the catalogue does not know, or a line nobody can read
const MAX_INPUT_BYTES = 16 * 1024 * 1024
const MAX_LINES = 100
const MAX_FLAGS = 64

const DIRECTIONS = ['inbound', 'outbound', 'gateway', 'waypoint'] as const
const OPTIONS = {
  details: { type: 'string' },
  status: { type: 'string' },
  direction: { type: 'string', values: DIRECTIONS },
  json: { type: 'boolean' },
} as const

/** `flagship explain`: what flags mean, or who answered a pasted line and why. */
export const command: Command = {
  name: 'explain',
  summary: 'Say what response flags mean, or who answered a pasted line and why',
  usage: `Usage: flagship explain FLAGS [OPTIONS]          flags such as UF,URX, short or long names; a status or
                                                 details may stand beside them: 503 UC via_upstream
       flagship explain 'LINE' [OPTIONS]         one access line, quoted
       flagship explain - [OPTIONS] < LINES      lines on stdin (up to ${MAX_LINES})

Options:
  --details VALUE    Value of response_code_details that stood beside the flags
  --status N         Status that stood beside the flags, 0 to 999
  --direction SIDE   inbound, outbound, gateway or waypoint: seen from the proxy that wrote the line
  --json             One JSON document; for stdin one a line

Exit code: 0 when all is known, 65 when a flag, the details or the line is not, 64 for a wrong command line.

Example: flagship explain UC --direction inbound
`,
  run: (args, io) => runExplain(args, io),
}

/**
 * Run the command and resolve to its exit code; `reader` reads pasted lines.
 * @throws FlagshipError USAGE.
 */
export async function runExplain(args: readonly string[], io: Io, reader: LineReader = PASTED_LINE): Promise<number> {
  const { values, positionals } = parseOptions('explain', args, OPTIONS, MAX_FLAGS)
  const options: ExplainOptions = {
    details: values.details,
    status: statusOf(values.status),
    direction: values.direction,
  }
  const print: Printer = { io, isJson: values.json === true, page: pageOf(io) }
  if (readsStdin(positionals, options, io)) return explainLines(await linesOfStdin(io), options, reader, print)
  if (positionals.every(looksLikeFlags)) return explainNames(positionals.join(','), options, print)
  const [line = '', surplus] = positionals
  if (surplus !== undefined)
    throw usageError('explain', `Cannot take argument "${printable(surplus)}"`, 'put the line in single quotes')
  if (options.details !== undefined || options.status !== undefined)
    throw usageError('explain', 'Cannot use --details or --status with a line', 'the line has its own')
  return explainLines([line], options, reader, print)
}

interface Printer {
  readonly io: Io
  readonly isJson: boolean
  readonly page: Page
}

async function explainNames(names: string, given: ExplainOptions, { io, isJson, page }: Printer): Promise<number> {
  const { flags, options } = sortOut(names, given)
  const explanation = explainFlags(flags, options)
  if (explanation.flags.length === 0 && options.details === undefined && options.status === undefined)
    throw usageError('explain', 'Cannot explain nothing', 'name flags, quote a line, or give lines on stdin')
  await write(io.stdout, isJson ? json(explanation, 2) : flagsText(explanation, page))
  return explanation.isKnown ? 0 : UNKNOWN_EXIT_CODE
}

/** What people type beside flags: a status is a number, details are a value of their catalogue. */
function sortOut(names: string, options: ExplainOptions): { readonly flags: string; readonly options: ExplainOptions } {
  const tokens = names.split(/[ ,]+/).filter((token) => token !== '')
  const status = tokens.find((token) => /^[1-9]\d\d$/.test(token))
  const details = tokens.find((token) => findFlag(token) === undefined && matchDetails(token).row !== undefined)
  return {
    flags: tokens.filter((token) => token !== status && token !== details).join(','),
    options: {
      ...options,
      status: options.status ?? (status === undefined ? undefined : Number(status)),
      details: options.details ?? details,
    },
  }
}

async function explainLines(
  lines: readonly string[],
  { direction }: ExplainOptions,
  reader: LineReader,
  { io, isJson, page }: Printer,
): Promise<number> {
  const filled = lines.filter((line) => line.trim() !== '')
  if (filled.length === 0) throw usageError('explain', 'Cannot explain nothing', 'no line came in')
  let isKnown = true
  for (const [i, line] of filled.slice(0, MAX_LINES).entries()) {
    const explanation = explainLine(line.trim(), reader, direction)
    isKnown &&= explanation.isKnown
    const gap = i > 0 && !isJson ? `\n${page.painter.dim('-'.repeat(page.width))}\n\n` : ''
    await write(io.stdout, isJson ? json(explanation) : gap + lineText(explanation, page))
  }
  if (filled.length > MAX_LINES)
    io.stderr.write(
      `Only the first ${MAX_LINES} lines are explained; for whole logs: flagship parse --output table --failures\n`,
    )
  return isKnown ? 0 : UNKNOWN_EXIT_CODE
}

/** `-`, or nothing at all while something is piped in. */
function readsStdin(positionals: readonly string[], options: ExplainOptions, io: Io): boolean {
  if (positionals.length === 1 && positionals[0] === '-') return true
  return positionals.length === 0 && options.details === undefined && io.stdin.isTTY !== true
}

async function linesOfStdin(io: Io): Promise<string[]> {
  const chunks: Buffer[] = []
  let byteCount = 0
  for await (const chunk of io.stdin) {
    const bytes = Buffer.from(chunk)
    byteCount += bytes.length
    if (byteCount > MAX_INPUT_BYTES)
      throw usageError('explain', 'Cannot read stdin', 'more than 16 MiB; for whole logs use flagship parse')
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8').split('\n')
}

/** Names only: a line has colons, quotes or braces. */
function looksLikeFlags(text: string): boolean {
  return /^[A-Za-z0-9_, ]{0,4096}$/.test(text)
}

function statusOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d{1,3}$/.test(text))
    throw usageError('explain', `Cannot set "--status" to "${printable(text)}"`, 'expected a number from 0 to 999')
  return Number(text)
}

function pageOf(io: Io): Page {
  const width = Math.min(Math.max(io.stdout.columns ?? 88, 60), 100)
  return { width, painter: paint(isColoured(io.stdout, io.env)) }
}

/** JSON leaves C1 controls and marks of direction as they are; in its strings their escapes mean the same. */
function json(value: unknown, indent = 0): string {
  return `${JSON.stringify(value, undefined, indent).replace(STEERING, escapeOf)}\n`
}
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const STEERING = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

function escapeOf(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
