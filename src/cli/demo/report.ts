import { type Failures, renderFailures } from '../failures.ts'
import { answeredBy, hopOf, type ShownDocument, statusOf, timeOf } from '../document.ts'
import type { Painter } from '../colour.ts'
import { wrap } from '../table.ts'
import { printable } from '../printable.ts'
import type { Performance, Stage } from './scene.ts'
import type { Case, Story } from './story.ts'

/** The balance of a run: written = delivered + lost, and nothing twice. */
export interface Balance {
  readonly written: number
  readonly delivered: number
  readonly lost: number
  readonly doubled: number
}

/** Count what was written against the ids of what arrived. */
export function balanceOf(written: number, ids: readonly (string | undefined)[]): Balance {
  const delivered = new Set(ids).size
  return { written, delivered, lost: written - delivered, doubled: ids.length - delivered }
}

export interface Report {
  readonly stage: Stage
  readonly performance: Performance
  readonly balance: Balance
  readonly story: Story
  readonly failures: Failures
}

/** The report for people. */
export function renderReport(report: Report, width: number, painter: Painter): string {
  const { stage, performance, balance, story, failures } = report
  const heading = (text: string) => painter.bold(text)
  const isExact = balance.lost === 0 && balance.doubled === 0
  const count = `written ${balance.written} = delivered ${balance.delivered}, lost ${balance.lost}, doubled ${balance.doubled}`
  return [
    heading('1. Three requests that failed alike: 503 UC'),
    ...para(
      'One line proves that the connection was open and that the other end closed it before it answered. It does not prove why: four causes fit. These are real lines; what decides each stands below it.',
      width,
    ),
    '',
    ...story.alike.flatMap((one) => renderCase(one, width, painter)),
    heading('   Against lines that do prove their cause'),
    '',
    ...story.proven.flatMap((one) => renderCase(one, width, painter)),
    heading('2. Every failure, by cause'),
    '',
    renderFailures(failures, { width, painter, maxGroups: 8, always: ['cluster_not_found', 'no_filter_chain'] }),
    heading('3. Nothing lost, nothing twice'),
    `   ${performance.kills} times kill -9, ${performance.rotations} files rotated while nobody read, ${performance.seconds.toFixed(1)} s`,
    `   ${isExact ? painter.green(count) : painter.red(count)}`,
    '',
    heading('4. Where to look next'),
    `   documents   ${printable(stage.documents)}`,
    `   paste this  grep -m1 '"code":"UC"' ${shellPath(stage.documents)} | node -p 'JSON.stringify(JSON.parse(fs.readFileSync(0)), null, 2)'`,
    '',
  ].join('\n')
}

function renderCase(one: Case, width: number, painter: Painter): string[] {
  const { document, decidedBy } = one
  return [
    `   ${painter.bold(printable(one.title))}`,
    `     line     ${printable(headline(document))}`,
    ...labelled('proves', document.event?.reason ?? '', width),
    ...(decidedBy === undefined ? [] : [`     and      ${printable(headline(decidedBy))}`]),
    ...(one.meaning === ''
      ? labelled('check', document.envoy?.verdict?.checks?.[0] ?? '', width)
      : labelled('so', one.meaning, width)),
    '',
  ]
}

function headline(document: ShownDocument): string {
  const { http, url } = document
  const request = http?.request?.method === undefined ? 'connection' : `${http.request.method} ${url?.path ?? ''}`
  return `${timeOf(document)}  ${hopOf(document)}  ${request}  ${statusOf(document)}  (${answeredBy(document)})`
}

function labelled(label: string, text: string, width: number): string[] {
  if (text === '') return []
  return wrap(text, width - 14).map((line, i) => `     ${(i === 0 ? label : '').padEnd(7)}  ${line}`)
}

function para(text: string, width: number): string[] {
  return wrap(text, width - 3).map((line) => `   ${line}`)
}

function shellPath(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`
}
