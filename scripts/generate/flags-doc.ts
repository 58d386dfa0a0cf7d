import { FLAGS } from '../../src/enrich/flag/catalogue.ts'
import { CAUSES, isCauseId } from '../../src/enrich/flag/causes.ts'
import type { DetailRow } from '../../src/enrich/flag/detail/row.ts'
import { DETAILS } from '../../src/enrich/flag/details.ts'
import type { Cause } from '../../src/enrich/flag/explanation.ts'
import { ZTUNNEL_ERRORS } from '../../src/enrich/flag/ztunnel-error.ts'
import { RULES } from '../../src/enrich/verdict/rules.ts'
import { code, generatedFrom, table } from './markdown.ts'

/** docs/generated/flags.md: what the catalogue says of every flag, details value, ztunnel error, rule and cause. */
export function flagsDoc(): string {
  return `${generatedFrom('src/enrich/flag and src/enrich/verdict')}

# Flags, details, verdicts

\`flagship explain FLAGS\` prints the same for single flags, \`flagship explain 'LINE'\` for a line.

## Response flags

In the order of precedence: the first flag of a line that stands here is its primary flag, \`event.code\`.

${flagTable()}

${FLAGS.map((flag) => adviceSection(`${flag.short}: ${flag.long}`, flag)).join('\n\n')}

## Who answered

\`envoy.verdict.rule\` names the first row that fits. "origin" is the application on an inbound line and the next hop on
any other.

${ruleTable()}

## Response code details

What stands in brackets is filled in by Envoy.

${Object.entries(DETAILS).map(detailSection).join('\n\n')}

## ztunnel errors

By how the text begins; the first row that fits is taken, anything else is \`ztunnel_error\`.

${ztunnelTable()}

## Causes

\`envoy.verdict.cause\` is one of these codes; they are stable. \`event.reason\` is the sentence, \`envoy.verdict.checks\`
the list.

${Object.keys(CAUSES)
  .filter(isCauseId)
  .map((id) => causeSection(id, CAUSES[id]))
  .join('\n\n')}
`
}

function flagTable(): string {
  return table(
    ['Flag', 'Long name', 'Class', 'Error', 'At fault', 'Since Envoy', 'Meaning'],
    FLAGS.map((flag) => [
      code(flag.short),
      flag.long,
      flag.class,
      flag.isError ? 'yes' : 'no',
      flag.fault,
      flag.since,
      flag.sentence,
    ]),
  )
}

function ruleTable(): string {
  return table(
    ['Rule', 'Answered', 'Cut short', 'When'],
    RULES.map((rule) => [code(rule.id), rule.responder, rule.isCutShort === true ? 'yes' : '', rule.says]),
  )
}

function detailSection([producer, rows]: readonly [string, readonly DetailRow[]]): string {
  const cells = rows.map(({ value, cause, sentence, since, until }) => [
    value === '' ? '(empty)' : code(value),
    code(cause),
    sentence ?? CAUSES[cause].sentence,
    since === undefined
      ? until === undefined
        ? ''
        : `to ${until}`
      : `${since} ${until === undefined ? 'on' : `to ${until}`}`,
  ])
  return `### ${producer}\n\n${table(['Value', 'Cause', 'Meaning', 'Envoy'], cells)}`
}

function ztunnelTable(): string {
  return table(
    ['Begins', 'Holds', 'Cause', 'Meaning'],
    ZTUNNEL_ERRORS.map(({ begins, has, cause }) => [
      code(begins.trim()),
      has === undefined ? '' : code(has),
      code(cause),
      CAUSES[cause].sentence,
    ]),
  )
}

function causeSection(id: string, cause: Cause): string {
  const own = [adviceSection(id, cause)]
  if (cause.inbound !== undefined)
    own.push(`On an inbound line: ${cause.inbound.sentence}`, bullets(cause.inbound.checks))
  if (cause.passthrough !== undefined)
    own.push(`Towards PassthroughCluster: ${cause.passthrough.sentence}`, bullets(cause.passthrough.checks))
  return own.join('\n\n')
}

function adviceSection(title: string, { sentence, fault, typical, checks }: Cause): string {
  return `### ${title}

${sentence} At fault: ${fault}.

Typical:

${bullets(typical)}

Check:

${bullets(checks)}`
}

function bullets(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}
