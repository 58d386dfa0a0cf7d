import type { ShownDocument } from '../document.ts'
import { printable } from '../printable.ts'
import { renderRows } from '../rows.ts'
import { columns } from '../table.ts'
import type { Counts, Group, Tally } from './counts.ts'
import { strangeField } from './field-names.ts'
import type { Total } from './lines.ts'
import type { Question } from './question.ts'

/** One row a line, with the day: a search may reach over many. Of one request each line names the proxy that wrote it. */
export function linesTable(documents: readonly ShownDocument[], { requestId }: Pick<Question, 'requestId'>): string {
  return renderRows(documents, requestId === undefined ? endOf : endAndProxyOf)
}

/** One JSON value a line, safe to print: only strings can hold what steers a terminal, and in them an escape says the same. */
export function ndjson(values: readonly unknown[]): string {
  return values.map((value) => `${printable(JSON.stringify(value))}\n`).join('')
}

/** Groups as a table: how many lines, their share of all, the share that failed, and on which side of the hop. */
export function groupsTable({ total, groups }: Tally, question: Question): string {
  const { groupBy, limit, side } = question
  const shown = groups.slice(0, limit)
  const titles = ['lines', 'share', 'failed', ...(side === 'both' ? ['client', 'server'] : [])]
  const numbers = aligned([titles, ...[...shown, total].map((counts) => numbersOf(counts, total, question))])
  const names = [
    groupBy.map(({ name }) => name),
    ...shown.map((group) => group.values.map((value) => value ?? '-')),
    groupBy.map((_, index) => (index === 0 ? 'all' : '')),
  ]
  const rows = columns(names.map((cells, row) => [...cells, ...(numbers[row] ?? [])]))
  const sum = rows.pop() ?? ''
  const rest = groups.slice(limit)
  if (rest.length > 0) rows.push(moreText(rest))
  return `${[...rows, sum, ...notes(question)].join('\n')}\n`
}

/** The same for programs. */
export function groupsJson({ total, groups }: Tally, { groupBy, limit }: Question): string {
  return ndjson(
    groups.slice(0, limit).map(({ values, ...counts }) => ({
      group: Object.fromEntries(groupBy.map(({ name }, index) => [name, values[index] ?? null])),
      ...counts,
      share: ratio(counts.lines, total.lines),
      failureRatio: ratio(counts.failed, counts.lines),
    })),
  )
}

/** `and 12 more groups with 34 lines` */
export function moreText(rest: readonly Group[]): string {
  const lines = rest.reduce((sum, group) => sum + group.lines, 0)
  return `and ${counted(rest.length, 'more group')} with ${counted(lines, 'line')}`
}

/** What was found, for the person who asked: `100 of more than 10000 lines since ..., newest first`. */
export function foundText(shown: number, { lines, isExact }: Total, question: Question): string {
  const window = windowText(question)
  if (lines === 0) return `no line fits${window}${nothingText(question)}`
  if (shown < question.limit || (isExact && lines <= shown)) return `${counted(shown, 'line')}${window}, newest first`
  if (lines <= shown) return `the newest ${counted(shown, 'line')}${window}; there may be more, --limit shows them`
  return `${shown} of ${isExact ? '' : 'more than '}${lines} lines${window}, newest first; --limit shows more`
}

function nothingText({ sinceMs, query }: Question): string {
  const strange = query === undefined ? undefined : strangeField(query)
  if (strange !== undefined) return `; flagship writes no field ${strange}`
  return sinceMs === undefined ? '' : '; --since reaches further back'
}

/** ` since 2026-11-22T13:00:00.000Z until ...`; nothing where there are no bounds. */
export function windowText({ sinceMs, untilMs }: Question): string {
  const since = sinceMs === undefined ? '' : ` since ${new Date(sinceMs).toISOString()}`
  return `${since}${untilMs === undefined ? '' : ` until ${new Date(untilMs).toISOString()}`}`
}

function notes({ side, groupBy }: Question): readonly string[] {
  const many = groupBy.filter(({ isMany }) => isMany).map(({ name }) => name)
  const manyText = `A line with several values of ${many.join(', ')} counts in the group of each.`
  return ['', SIDES[side], ...(many.length === 0 ? [] : [manyText])]
}

const SIDES: Readonly<Record<Question['side'], string>> = {
  both: 'Counted are lines: a request through two proxies has one on each side. --side server or client counts it once.',
  client:
    'Counted are lines of the calling side (outbound and gateway): what it got, also where no server was reached.',
  server: 'Counted are lines of the called side (inbound): what reached a server, each request once.',
}

function numbersOf(counts: Counts, total: Counts, { side }: Question): readonly string[] {
  const { lines, failed, client, server } = counts
  const shares = [percent(ratio(lines, total.lines)), percent(ratio(failed, lines))]
  return [String(lines), ...shares, ...(side === 'both' ? [String(client), String(server)] : [])]
}

/** Numbers stand at the right of their columns. */
function aligned(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)))
}

function endAndProxyOf(document: ShownDocument): string {
  const { kubernetes, envoy } = document
  return `${endOf(document)}  ${kubernetes?.pod?.name ?? '?'} ${envoy?.direction ?? ''}`.trimEnd()
}

/** When it ended, in UTC; the start where no end is known. */
function endOf({ event, '@timestamp': start = '' }: ShownDocument): string {
  return (event?.end ?? start).replace('T', ' ').replace(/^(.{23}).*$/, '$1')
}

/** 0 of 0 is 0. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
