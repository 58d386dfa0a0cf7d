/** What is wrong with a cluster as a sink would find it: asked before any line is sent. */
import { connectElasticsearch, type Elasticsearch, type ElasticsearchAnswer } from '../../clients/elasticsearch.ts'
import { FlagshipError, isRetryable } from '../../errors.ts'
import type { Complaint } from '../complaint.ts'
import type { ElasticsearchSinkConfig } from './config.ts'
import { matchesPattern } from './index-pattern.ts'
import { at, listAt, textAt } from './parts-of-json.ts'
import { refusalIn, refusalText } from './remedy.ts'
import { StreamNames, streamName } from './stream-names.ts'
import { versionComplaint } from './version.ts'

/** Everything that is wrong, at once; nothing is changed. */
export async function inspectElasticsearch(config: ElasticsearchSinkConfig): Promise<readonly Complaint[]> {
  const client = connectElasticsearch(config)
  try {
    const greeting = await client.request({ method: 'GET', path: '/' })
    const complaint = greetingComplaint(greeting)
    if (complaint !== undefined) return [complaint]
    const names = namesOf(config)
    return [...(await rightsComplaints(client, config, names)), ...(await streamComplaints(client, names))]
  } catch (error) {
    if (!(error instanceof FlagshipError)) throw error
    return [{ kind: isRetryable(error) ? 'unreachable' : 'wrong', message: error.message }]
  } finally {
    await client.close()
  }
}

function namesOf(config: ElasticsearchSinkConfig): readonly string[] {
  const { namespaces, datasets } = new StreamNames(config)
  return namespaces.flatMap((namespace) => datasets.map((dataset) => streamName(dataset, namespace)))
}

function greetingComplaint({ statusCode, body }: ElasticsearchAnswer): Complaint | undefined {
  if (statusCode === 403) return undefined // without `monitor`; the rest may be granted all the same
  if (statusCode === 200) {
    const message = versionComplaint(body)
    return message === undefined ? undefined : { kind: 'wrong', message }
  }
  const message = `Cannot use the cluster: ${refusalText(refusalIn(statusCode, body))}`
  return { kind: isForNow(statusCode) ? 'unreachable' : 'wrong', message }
}

/** It may be answered in a moment: what it would have said is not known, and must not look like nothing. */
function isForNow(statusCode: number): boolean {
  return statusCode === 429 || statusCode >= 500
}

function unanswered(what: string, { statusCode, body }: ElasticsearchAnswer): Complaint {
  return { kind: 'unreachable', message: `Cannot ask for ${what}: ${refusalText(refusalIn(statusCode, body))}` }
}

/** Of the data streams; `monitor` is of the cluster. */
const WRITING = ['create_doc', 'auto_configure'] as const
const INDEX_RIGHTS = [...WRITING, 'read', 'view_index_metadata'] as const
type Right = (typeof INDEX_RIGHTS)[number]

async function rightsComplaints(
  client: Elasticsearch,
  { settleMs, ids }: ElasticsearchSinkConfig,
  names: readonly string[],
): Promise<readonly Complaint[]> {
  const looksUp = ids === 'event'
  const rights = looksUp ? INDEX_RIGHTS : WRITING
  const answer = await client.request({
    method: 'POST',
    path: '/_security/user/_has_privileges',
    json: { cluster: ['monitor'], index: [{ names, privileges: INDEX_RIGHTS }] },
  })
  const { statusCode, body } = answer
  if (isForNow(statusCode)) return [unanswered('rights', answer)]
  if (statusCode !== 200) return [] // no security: everybody may do everything
  const complaints = rights.flatMap((right) => {
    const lacking = names.filter((name) => at(body, 'index', name, right) === false)
    return lacking.length === 0 ? [] : rightComplaint(right, lacking)
  })
  if (!looksUp || at(body, 'cluster', 'monitor') !== false) return complaints
  const message = `the cluster privilege monitor is missing: before a look-up only the time is waited (settleMs ${settleMs}), so lines of a request that runs longer may double across a rollover`
  return [...complaints, { kind: 'weak', message }]
}

const WITHOUT: Readonly<Record<Right, Complaint>> = {
  create_doc: { kind: 'wrong', message: 'nothing can be written' },
  auto_configure: { kind: 'wrong', message: 'data streams do not come by themselves, and new fields are not mapped' },
  read: {
    kind: 'weak',
    message:
      'what is in doubt after a lost answer or a crash cannot be looked up: it waits for the right, and in the end all of the sink does; sent without a look it may double across a rollover',
  },
  view_index_metadata: {
    kind: 'weak',
    message:
      'the settings of the data streams may not be seen, so a failure store, in which refused documents may double, is not noticed',
  },
}

function rightComplaint(right: Right, lacking: readonly string[]): Complaint {
  const { kind, message } = WITHOUT[right]
  return { kind, message: `${right} is missing on ${listed(lacking)}: ${message}` }
}

/** What the data streams, or the templates they will come from, say; as far as the rights go. */
async function streamComplaints(client: Elasticsearch, names: readonly string[]): Promise<readonly Complaint[]> {
  const answer = await client.request({ method: 'GET', path: '/_data_stream/logs-envoy.*' })
  const { statusCode, body } = answer
  if (isForNow(statusCode)) return [unanswered('data streams', answer)]
  if (statusCode !== 200) return []
  const streams = listAt(body, 'data_streams').filter((stream) => names.includes(textAt(stream, 'name') ?? ''))
  const present = new Set(streams.map((stream) => textAt(stream, 'name')))
  const storing = streams.filter(hasFailureStore).flatMap((stream) => textAt(stream, 'name') ?? [])
  const missing = names.filter((name) => !present.has(name))
  const complaints: Complaint[] = []
  if (storing.length > 0)
    complaints.push({
      kind: 'weak',
      message: `the failure store is on for ${listed(storing)}: refused documents do not come to the dead letter, and may stand there twice; turn it off with \`flagship bootstrap elasticsearch\``,
    })
  return missing.length === 0 ? complaints : [...complaints, ...(await templateComplaints(client, missing))]
}

function hasFailureStore(stream: unknown): boolean {
  return at(stream, 'failure_store', 'enabled') === true || at(stream, 'options', 'failure_store', 'enabled') === true
}

/** A data stream that is not there yet comes from a template; who may only write cannot see whether there is one. */
async function templateComplaints(client: Elasticsearch, missing: readonly string[]): Promise<readonly Complaint[]> {
  const answer = await client.request({ method: 'GET', path: '/_index_template' })
  const { statusCode, body } = answer
  if (isForNow(statusCode)) return [unanswered('index templates', answer)]
  if (statusCode !== 200)
    return [
      {
        kind: 'weak',
        message: `${listed(missing)} are not there yet, and templates may not be seen: if none matches, nothing is written; see \`flagship bootstrap elasticsearch --diff\``,
      },
    ]
  const patterns = listAt(body, 'index_templates')
    .filter((template) => at(template, 'index_template', 'data_stream') !== undefined)
    .flatMap((template) => listAt(template, 'index_template', 'index_patterns'))
    .filter((pattern) => typeof pattern === 'string')
  const bare = missing.filter((name) => !patterns.some((pattern) => matchesPattern(name, pattern)))
  if (bare.length === 0) return []
  const message = `no index template with data streams matches ${listed(bare)}; run \`flagship bootstrap elasticsearch\``
  return [{ kind: 'wrong', message }]
}

const MOST_LISTED = 3

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_LISTED).map((name) => `"${name}"`)
  const more = names.length - shown.length
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more} more`
}
