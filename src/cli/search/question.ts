import { isIP } from 'node:net'
import { matchesGlob } from 'node:path'
import { didYouMean } from '../../config/nearest.ts'
import { CAUSES } from '../../enrich/flag/causes.ts'
import { FLAGS, findFlag } from '../../enrich/flag/catalogue.ts'
import type { Direction } from '../../record/layer.ts'
import { knownSpelling } from '../explain-flags.ts'
import { type OptionValues, usageError } from '../options.ts'
import { printable } from '../printable.ts'
import { type GroupBy, groupsOf } from './group-by.ts'
import { parseTime, TIME_FORMS } from './time.ts'

/** The options that say what is searched for. */
export const QUESTION_OPTIONS = {
  dataset: { type: 'string', values: ['access', 'log', 'unparsed', 'loss'] },
  flag: { type: 'string' },
  cause: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  source: { type: 'string' },
  destination: { type: 'string' },
  status: { type: 'string' },
  responder: { type: 'string', values: ['application', 'envoy', 'next_hop', 'none', 'not_applicable', 'unknown'] },
  'request-id': { type: 'string' },
  failures: { type: 'boolean' },
  side: { type: 'string', values: ['client', 'server', 'both'] },
  query: { type: 'string' },
  'group-by': { type: 'string' },
  limit: { type: 'string' },
} as const

export type SearchDataset = 'access' | 'log' | 'unparsed' | 'loss'
export type Side = 'client' | 'server' | 'both'

/** What is searched for. Everything that is given has to fit a line; of a list, one of its entries. */
export interface Question {
  readonly dataset: SearchDataset
  /** First and first not included, in ms since the epoch; absent is without end. */
  readonly sinceMs: number | undefined
  readonly untilMs: number | undefined
  readonly flags: readonly string[]
  readonly causes: readonly string[]
  readonly sources: readonly string[]
  readonly destinations: readonly string[]
  readonly statuses: readonly StatusRange[]
  readonly responder: string | undefined
  readonly requestId: string | undefined
  readonly onlyFailures: boolean
  readonly side: Side
  /** In the query_string syntax of Elasticsearch. */
  readonly query: string | undefined
  /** Empty: lines are asked for, else counts. */
  readonly groupBy: readonly GroupBy[]
  /** Most lines, or groups, that are shown. */
  readonly limit: number
}

/** Statuses from `from` to `to`, both included. */
export interface StatusRange {
  readonly from: number
  readonly to: number
}

/** Which lines stand on which side of a hop: a gateway is the client of what it calls. */
export const DIRECTIONS: Readonly<Record<Exclude<Side, 'both'>, readonly Direction[]>> = {
  client: ['outbound', 'gateway'],
  server: ['inbound'],
}

/** How far back is searched where nothing is said: as far as Kibana does. */
const DEFAULT_SINCE = '15m'
const DEFAULT_LINES = 100
const DEFAULT_GROUPS = 20
const MOST_SHOWN = 10_000_000

/** @throws FlagshipError USAGE for what cannot be asked, with the nearest that can. */
export function readQuestion(values: OptionValues<typeof QUESTION_OPTIONS>, nowMs: number): Question {
  const groupBy = groupsOf(listOf(values['group-by']))
  return {
    dataset: values.dataset ?? 'access',
    ...windowOf(values, nowMs),
    flags: listOf(values.flag).map(flagOf),
    causes: [...new Set(listOf(values.cause).flatMap(causesOf))],
    sources: listOf(values.source).map((text) => endOf('--source', text)),
    destinations: listOf(values.destination).map((text) => endOf('--destination', text)),
    statuses: listOf(values.status).map(statusOf),
    responder: values.responder,
    requestId: values['request-id'],
    onlyFailures: values.failures ?? false,
    side: values.side ?? 'both',
    query: values.query,
    groupBy,
    limit: limitOf(values.limit, groupBy.length === 0 ? DEFAULT_LINES : DEFAULT_GROUPS),
  }
}

function listOf(text: string | undefined): readonly string[] {
  if (text === undefined) return []
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

/** Who asks for one request means it whenever it was. */
function windowOf(
  { since, until, 'request-id': requestId }: OptionValues<typeof QUESTION_OPTIONS>,
  nowMs: number,
): Pick<Question, 'sinceMs' | 'untilMs'> {
  const from = since ?? (requestId === undefined ? DEFAULT_SINCE : 'all')
  const untilMs = until === undefined ? undefined : timeOf('--until', until, nowMs)
  // Without --since, --until is the end of the default window.
  const baseMs = since === undefined ? (untilMs ?? nowMs) : nowMs
  const sinceMs = from === 'all' ? undefined : timeOf('--since', from, baseMs)
  if (sinceMs !== undefined && untilMs !== undefined && sinceMs >= untilMs)
    throw wrong('--until', until ?? '', `it is not after --since, ${new Date(sinceMs).toISOString()}`)
  return { sinceMs, untilMs }
}

function timeOf(option: '--since' | '--until', text: string, nowMs: number): number {
  const ms = parseTime(text, nowMs)
  if (ms !== undefined) return ms
  throw wrong(option, text, `${TIME_FORMS}${option === '--since' ? ', or all' : ''}`)
}

function flagOf(text: string): string {
  const flag = findFlag(knownSpelling(text))
  if (flag !== undefined) return flag.short
  const known = FLAGS.flatMap(({ short, long }) => [short, long])
  const state = `no such flag${didYouMean(text, known)}; search for a newer one with --query 'envoy.response_flags: FLAG'`
  throw usageError('search', `Cannot search for flag "${printable(text)}"`, state)
}

/** `rbac_*` is all that begin so: causes that belong together share a prefix. */
function causesOf(text: string): readonly string[] {
  const known = Object.keys(CAUSES)
  const found = known.filter((cause) => matchesGlob(cause, text))
  if (found.length > 0) return found
  const state = `no such cause${didYouMean(text, known) || '; docs/generated/flags.md has all, * stands for any text'}`
  throw usageError('search', `Cannot search for cause "${printable(text)}"`, state)
}

/** Elasticsearch refuses a network that is none, in words that name no option. */
function endOf(option: '--source' | '--destination', text: string): string {
  const [address = '', ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length === 0) return text
  const longest = version === 4 ? 32 : 128
  const prefix = rest.join('/')
  if (/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest) return text
  throw wrong(option, text, `expected a network with 0 to ${longest} bits, such as ${address}/${longest}`)
}

function statusOf(text: string): StatusRange {
  if (/^[1-5]xx$/i.test(text)) {
    const from = Number(text[0]) * 100
    return { from, to: from + 99 }
  }
  if (/^(0|[1-9]\d{2})$/.test(text)) return { from: Number(text), to: Number(text) }
  throw wrong('--status', text, 'expected a status such as 503, a class such as 5xx, or 0 where nothing was answered')
}

function limitOf(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  const limit = Number(text)
  if (/^[1-9]\d*$/.test(text) && limit <= MOST_SHOWN) return limit
  throw wrong('--limit', text, `expected 1 to ${MOST_SHOWN}`)
}

function wrong(option: string, text: string, state: string): Error {
  return usageError('search', `Cannot set "${option}" to "${printable(text)}"`, state)
}
