import { connectElasticsearch } from '../clients/elasticsearch.ts'
import { SYSTEM_CLOCK } from '../clock.ts'
import { FlagshipError } from '../errors.ts'
import type { Command } from './command.ts'
import { type Io, write } from './io.ts'
import { parseOptions } from './options.ts'
import { printable } from './printable.ts'
import { countGroups } from './search/counts.ts'
import { GROUP_NAMES } from './search/group-by.ts'
import { Interruption } from './search/interruption.ts'
import { pagesOf, type Total } from './search/lines.ts'
import { PointInTime } from './search/point-in-time.ts'
import { foundText, groupsJson, groupsTable, linesTable, moreText, ndjson, windowText } from './search/print.ts'
import { type Question, QUESTION_OPTIONS, readQuestion } from './search/question.ts'
import { hasCredentials, WHERE_OPTIONS, type Where, whereOf } from './search/where.ts'
import { wrap } from './table.ts'

const OPTIONS = {
  ...WHERE_OPTIONS,
  ...QUESTION_OPTIONS,
  output: { type: 'string', values: ['table', 'json'] },
} as const

/** `flagship search`: what is asked of Kibana, from a terminal. */
export const command: Command = {
  name: 'search',
  summary: 'Find delivered lines in Elasticsearch, or count them',
  usage: `Usage: flagship search --config FILE [--sink NAME] [OPTIONS]
       flagship search --url URL[,URL...] [--api-key-file FILE | --username NAME --password-file FILE]
                       [--ca-file FILE] [OPTIONS]

What has to fit; of a list with commas, one entry:
  --flag UC,NR            Response flags, short or long
  --cause CAUSE,...       Causes of the verdict, as flagship explain names them; * is any text: 'rbac_*,jwt_*'
  --source REF            Who called: workload, service or pod; NAMESPACE/NAME; an address or a network. * is any text
  --destination REF       Who was called: the same, or the host that was asked for
  --status 503,5xx        Status; 0 where nothing was answered
  --responder WHO         Who chose the status: application, envoy, next_hop, none, not_applicable, unknown
  --request-id ID         One request at every proxy; Envoy changes a digit of the id for tracing, which does not matter
  --failures              Only failures
  --side client|server|both   Lines of the calling proxy (outbound, gateway), of the called one (inbound), or of all
                          (default: both)
  --query QUERY           In the query_string syntax of Elasticsearch: 'url.path:\\/api\\/* AND NOT event.code:DC'

When it ended; a duration before now (15m, 2h, 7d) or a time (2026-11-22T13:00:00Z; UTC where no zone is named):
  --since TIME            Default: 15m, with --request-id all, which is without a bound
  --until TIME            Not included; without --since the window before it

What is shown:
  --group-by NAME,...     Count the lines instead, largest group first, by
${wrap(`${GROUP_NAMES.join(', ')} or any field`, 84)
  .map((line) => `                            ${line}`)
  .join('\n')}
  --limit N               Most lines (default: 100, newest first) or groups (default: 20)
  --output table|json     For people, or one JSON document a line (default: table)

Where:
  -c, --config FILE       Nodes and credentials of the agent's Elasticsearch sink; --sink NAME where there are several
  --url URL               The cluster, for people without that configuration; the right "read" is enough
  --namespace NAME,...    Only these streams, logs-envoy.access-NAME (default: those of the sink; with --url all)
  --dataset access|log|unparsed|loss   What kind of lines (default: access, of healthy and failed lines)

Both sides of a hop log a request, so it may be two lines. Where the client's proxy answered (NR, UF, UH) only the
client has one; a flag such as UC stands on the side where it happened. So all are counted unless --side says which.

Exit code: 0 also when nothing fits, 64 for what cannot be asked, 69 when Elasticsearch does not answer or not for
every shard (what there is is printed), 78 for credentials, a missing right or no such stream.

Example: flagship search -c flagship.yaml --flag UC --since 1h --group-by source,destination
`,
  async run(args, io) {
    const { values } = parseOptions('search', args, OPTIONS)
    const question = readQuestion(values, SYSTEM_CLOCK.nowMs())
    const where = await whereOf(values, question.dataset, io.env)
    const interruption = new Interruption(io.stdout)
    try {
      await answer(question, where, { io, isJson: values.output === 'json', signal: interruption.signal })
      return 0
    } catch (error) {
      if (interruption.signal.aborted) return interruption.exitCode ?? 0
      throw error
    } finally {
      interruption.end()
    }
  },
}

/** Whom the answer is for, and how long they wait for it. */
interface Asker {
  readonly io: Io
  readonly isJson: boolean
  readonly signal: AbortSignal
}

async function answer(question: Question, { connection, streams }: Where, asker: Asker): Promise<void> {
  const client = connectElasticsearch(connection)
  try {
    const point = await PointInTime.open({
      client,
      streams,
      hasQuery: question.query !== undefined,
      hasCredentials: hasCredentials(connection),
      signal: asker.signal,
    })
    try {
      tellUnreadable(point, asker.io)
      await (question.groupBy.length === 0 ? lines : groups)(point, question, asker)
    } finally {
      await point.close()
    }
    if (point.gap !== undefined) throw incomplete(streams, point.gap)
  } finally {
    await client.close()
  }
}

async function lines(point: PointInTime, question: Question, asker: Asker): Promise<void> {
  const { io, isJson } = asker
  let shown = 0
  let total: Total = { lines: 0, isExact: true }
  for await (const page of pagesOf(point, question, !isJson)) {
    total = page.total
    shown += page.documents.length
    await print(asker, isJson ? ndjson(page.documents) : linesTable(page.documents, question))
  }
  say(io, foundText(shown, total, question))
}

async function groups(point: PointInTime, question: Question, asker: Asker): Promise<void> {
  const { io, isJson } = asker
  const tally = await countGroups(point, question)
  const { total, groups: all, isWhole } = tally
  const rest = all.slice(question.limit)
  if (total.lines > 0) await print(asker, isJson ? groupsJson(tally, question) : groupsTable(tally, question))
  if (isJson && rest.length > 0) say(io, moreText(rest))
  if (!isWhole) say(io, `only ${all.length} groups were read, in the order of their names: larger ones may be missing`)
  if (total.lines === 0) say(io, foundText(0, { lines: 0, isExact: true }, question))
  else say(io, `counted ${total.lines} lines${windowText(question)}`)
}

/** A pager that waits must not keep Ctrl-C from being heard. */
async function print({ io, signal }: Asker, text: string): Promise<void> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<void>()
  const onAbort = () => aborted.resolve()
  signal.addEventListener('abort', onAbort, { once: true })
  await Promise.race([write(io.stdout, text), aborted.promise])
  signal.removeEventListener('abort', onAbort)
  signal.throwIfAborted()
}

function tellUnreadable({ unreadable }: PointInTime, io: Io): void {
  if (unreadable.length === 0) return
  say(io, `these credentials may not read all of ${unreadable.join(', ')}: only what they may read is searched`)
}

function incomplete(streams: readonly string[], gap: string): FlagshipError {
  const state = `${gap}; what is printed is a part`
  return new FlagshipError('SINK_UNAVAILABLE', `Cannot search all of "${streams.join(',')}": ${state}`)
}

function say(io: Io, text: string): void {
  io.stderr.write(`flagship: ${printable(text)}\n`)
}
