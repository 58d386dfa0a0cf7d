import type { Fault } from '../enrich/flag/explanation.ts'
import type { RefusingPolicy } from '../enrich/flag/rbac-policy.ts'
import type { Responder } from '../enrich/verdict/verdict.ts'
import type { Painter } from './colour.ts'
import type { ExplainedDetails, ExplainedFlag, ExplainedVerdict, FlagsExplanation } from './explain-flags.ts'
import type { ExplainedAccess, LineExplanation } from './explain-line.ts'
import { printable } from './printable.ts'
import { wrap } from './table.ts'

/** Where the text goes: its width in characters, and whether it may be coloured. */
export interface Page {
  readonly width: number
  readonly painter: Painter
}

type Style = (line: string) => string

const LABEL_WIDTH = 10

/** Flags for people. Everything that came from outside is escaped. */
export function flagsText({ flags, primary, details, verdict }: FlagsExplanation, page: Page): string {
  const title = `${primary} says most: of several flags the cause counts, not the symptom.`
  return textOf([
    verdict === undefined ? [] : ['A line with these values:', ...verdictBlock(verdict, page)],
    flags.length > 1 ? labelled('Primary', title, page) : [],
    ...flags.map((flag) => flagBlock(flag, page)),
    details === undefined ? [] : detailsBlock(details, page),
    placeholders(page),
  ])
}

/** One line for people. */
export function lineText(explanation: LineExplanation, page: Page): string {
  if (explanation.kind === 'unparsed')
    return `Not an access line that can be read: ${explanation.reason.replaceAll('_', ' ')}.\n`
  if (explanation.kind === 'log')
    return textOf([[`No access line, but a diagnostic (${explanation.format}, ${explanation.level ?? 'no level'}).`]])
  return textOf([
    requestBlock(explanation, page),
    verdictBlock(explanation.verdict, page),
    [...explanation.flags.flatMap((flag) => shortFlag(flag, page)), ...shortDetails(explanation, page)],
    explanation.verdict.checks === undefined ? [] : placeholders(page),
  ])
}

function textOf(blocks: readonly (readonly string[])[]): string {
  const filled = blocks.filter((block) => block.length > 0)
  return `${filled.map((block) => block.join('\n')).join('\n\n')}\n`
}

function flagBlock(flag: ExplainedFlag, page: Page): string[] {
  const { painter } = page
  const name = painter.bold(printable(flag.flag))
  if (!flag.isKnown) return [name, ...indented(flag.meaning, page)]
  const kind = `${flag.class}, ${flag.isError === true ? 'an error' : 'no error by itself'}, since Envoy ${flag.since}`
  return [
    `${name}  ${flag.longName}  ${painter.dim(`(${kind})`)}`,
    ...indented(flag.meaning, page),
    '',
    ...advice(flag.atFault, flag.typicalCauses, flag.checks, page),
  ]
}

function detailsBlock(details: ExplainedDetails, page: Page): string[] {
  const name = page.painter.bold(printable(details.details === '' ? '(empty details)' : details.details))
  if (!details.isKnown) return [name, ...indented('This catalogue does not know these details.', page)]
  const { since, until, policy } = details
  return [
    name,
    ...indented(details.meaning, page),
    '',
    ...(policy === undefined ? [] : labelled('Policy', policyText(policy), page)),
    ...(since === undefined && until === undefined ? [] : labelled('Envoy', versions(since, until), page)),
    ...advice(details.atFault, details.typicalCauses, details.checks, page),
  ]
}

function requestBlock({ request, layer, direction, format, isAmbiguous }: ExplainedAccess, page: Page): string[] {
  const what = layer === 'http' ? `${request.method ?? '-'} ${request.path ?? '-'}` : CONNECTIONS[layer]
  const to = request.upstreamCluster ?? request.authority
  const host = request.upstreamHost === undefined ? 'no endpoint' : request.upstreamHost
  const status = `${request.responseCode ?? '-'} ${request.responseFlags ?? '-'}`
  return [
    ...labelled('Line', `${what}  ->  ${status}`, page),
    ...labelled('To', to === undefined ? host : `${to} (${host})`, page),
    ...labelled(
      'Seen',
      `${direction === 'unknown' ? 'from a side the line does not show' : direction}, read as ${format}${isAmbiguous ? ', which fits in more than one way' : ''}`,
      page,
    ),
  ]
}

const CONNECTIONS = { tcp: 'TCP connection', connection: 'Connection without a request' } as const

function verdictBlock(verdict: ExplainedVerdict, page: Page): string[] {
  const { painter } = page
  const strong: Style = (line) => painter.bold(line)
  const outcome = verdict.isFailure ? 'A failure' : 'No failure'
  const colour: Style = (line) => (verdict.isFailure ? painter.red(line) : painter.green(line))
  return [
    ...labelled('Answered', ANSWERED[verdict.responder], page, strong),
    ...labelled('Outcome', verdict.cutShort ? `${outcome}: the response was cut short` : outcome, page, colour),
    ...labelled('Rule', `${verdict.rule}: ${verdict.ruleSays}`, page),
    ...(verdict.cause === undefined ? [] : labelled('Cause', verdict.cause, page, strong)),
    ...(verdict.reason === undefined ? [] : labelled('Why', verdict.reason, page)),
    ...(verdict.isFailure ? advice(verdict.atFault, verdict.typicalCauses, verdict.checks, page) : []),
  ]
}

const ANSWERED: Readonly<Record<Responder, string>> = {
  application: 'The application',
  envoy: 'This proxy itself',
  next_hop: 'The next hop: another proxy, or a server without one',
  none: 'Nobody: no status was ever sent',
  not_applicable: 'Does not apply: a connection has no status',
  unknown: 'The line does not prove it',
}

function advice(
  fault: Fault | undefined,
  typical: readonly string[] | undefined,
  checks: readonly string[] | undefined,
  page: Page,
): string[] {
  return [
    ...(fault === undefined ? [] : labelled('At fault', AT_FAULT[fault], page)),
    ...list(
      'Typical',
      (typical ?? []).map((cause) => wrapped(`- ${cause}`, page, 2)),
      page,
    ),
    ...list(
      'Check',
      (checks ?? []).map((check, i) => checkLines(`${i + 1}. ${check}`, page)),
      page,
    ),
  ]
}

const AT_FAULT: Readonly<Record<Fault, string>> = {
  client: 'As a rule the caller',
  application: 'As a rule the application that was called',
  network: 'As a rule the network, or an address that nobody serves',
  proxy_config: 'As a rule configuration: routes, mesh, TLS',
  policy: 'A policy that somebody set',
  overload: 'As a rule load, or limits set too low for it',
  other: 'Depends',
}

/** Text of a check, each command on a line of its own so that it can be copied. */
function checkLines(check: string, page: Page): string[] {
  return check.split('`').flatMap((part, i) => {
    if (i % 2 === 1) return [`   ${page.painter.green(printable(part))}`]
    const text = part.replace(/^[;,.] ?/, '').trim()
    if (text === '') return []
    return i === 0 ? wrapped(text, page, 3) : wrapped(text, page, 3).map((line) => `   ${line}`)
  })
}

function shortFlag(flag: ExplainedFlag, page: Page): string[] {
  return labelled('Flag', `${flag.flag}: ${flag.meaning}`, page)
}

function shortDetails({ details, verdict }: ExplainedAccess, page: Page): string[] {
  if (details === undefined) return []
  // Where the verdict gives a reason, that is the meaning of the details on this very line.
  const meaning = verdict.reason === undefined ? `: ${details.meaning}` : ''
  return [
    ...labelled('Details', details.details + meaning, page),
    ...(details.policy === undefined ? [] : labelled('Policy', policyText(details.policy), page)),
  ]
}

function policyText({ namespace, name, rule }: RefusingPolicy): string {
  if (name === 'none') return 'none of the ALLOW policies fitted'
  return `${namespace === undefined ? '' : `${namespace}/`}${name}${rule === undefined ? '' : `, rule ${rule}`}`
}

function versions(since: string | undefined, until: string | undefined): string {
  if (since === undefined) return `until ${until}`
  return until === undefined ? `since ${since}` : `${since} to ${until}`
}

function placeholders({ width, painter }: Page): string[] {
  const text =
    'Capitals stand for your own names: POD.NS is the pod whose proxy wrote the line, APP its application container.'
  return wrap(text, width).map((line) => painter.dim(line))
}

/** `Label     text`, further lines below the text. */
function labelled(label: string, text: string, page: Page, style: Style = (line) => line): string[] {
  return list(label, [wrapped(text, page, 0).map(style)], page)
}

function list(label: string, items: readonly (readonly string[])[], { painter }: Page): string[] {
  const title = painter.dim(label.padEnd(LABEL_WIDTH))
  return items.flat().map((line, i) => `  ${i === 0 ? title : ' '.repeat(LABEL_WIDTH)}${line}`)
}

function indented(text: string, { width }: Page): string[] {
  return wrap(text, width - 2).map((line) => `  ${line}`)
}

/** Lines that fit beside a label; the second and further ones hang by `hang`. */
function wrapped(text: string, { width }: Page, hang: number): string[] {
  return wrap(text, width - LABEL_WIDTH - 2 - hang).map((line, i) => (i === 0 ? line : ' '.repeat(hang) + line))
}
