/** What a person has to do before Elasticsearch takes what it refused. */
import { textAt } from './parts-of-json.ts'

/** A refusal: of a request, or of one document in it. */
export interface Refusal {
  readonly status: number
  readonly type: string | undefined
  /** What the server says of it; of a block or a missing right it holds nothing of a document. */
  readonly reason: string | undefined
  /** The data stream or backing index it was for. */
  readonly index?: string | undefined
}

/** The refusal in the body of an answer. */
export function refusalIn(status: number, body: unknown): Refusal {
  return { status, type: textAt(body, 'error', 'type'), reason: textAt(body, 'error', 'reason') }
}

/** `HTTP 403 security_exception: grant ...`: what was answered and, where somebody can do something, what. */
export function refusalText(refusal: Refusal): string {
  const { status, type } = refusal
  const remedy = remedyOf(refusal)
  return `HTTP ${status}${type === undefined ? '' : ` ${type}`}${remedy === undefined ? '' : `: ${remedy}`}`
}

function remedyOf({ status, type, reason = '', index }: Refusal): string | undefined {
  if (type === 'cluster_block_exception') return blockRemedy(reason, index)
  if (type === 'index_closed_exception') return `open ${indexIn(reason, index)}, or roll its data stream over`
  if (type === 'security_exception' && status !== 401) return rightRemedy(reason, index)
  if (type === 'index_not_found_exception')
    return `no index template with data streams matches ${quoted(index)}; run \`flagship bootstrap elasticsearch\``
  return status >= 300 && status < 400 ? NOBODY : STATUS_REMEDIES.get(status)
}

const NOBODY = 'no Elasticsearch at this address, check `nodes`'
const STRANGER = 'what answers does not take the requests of Elasticsearch 8 and 9'
const STATUS_REMEDIES: ReadonlyMap<number, string> = new Map([
  [401, 'check the credentials of the sink: apiKeyFile, bearerTokenFile, username and passwordFile'],
  [403, 'a proxy, or a right that is missing; see docs/elasticsearch.md'],
  [404, NOBODY],
  [405, NOBODY],
  [406, STRANGER],
  [415, STRANGER],
])

/** The rights of the sink. The server lists those that allow an action, the least one first. */
const RIGHTS = new Set(['create_doc', 'auto_configure', 'read', 'view_index_metadata', 'monitor'])
const GRANTED_BY = /granted by the (cluster|index) privileges \[([^\]]*)\]/

function rightRemedy(reason: string, index: string | undefined): string {
  const [, scope, names = ''] = GRANTED_BY.exec(reason) ?? []
  const right = names.split(',').find((name) => RIGHTS.has(name))
  if (right === undefined) return 'a right is missing; grant those in docs/elasticsearch.md'
  if (scope === 'cluster') return `grant the cluster privilege ${right}`
  return `grant ${right} on ${index === undefined ? 'the data streams of the sink' : quoted(index)}`
}

function blockRemedy(reason: string, index: string | undefined): string {
  if (/cluster read-only/.test(reason)) return 'the cluster is read-only; unset cluster.blocks.read_only'
  const place = indexIn(reason, index)
  if (/flood-stage|read-only-allow-delete|read-only \/ allow delete/.test(reason))
    return `writes to ${place} are blocked because a disk is full (flood stage); make room and the block goes`
  if (/index write/.test(reason)) return `writes to ${place} are blocked; unset index.blocks.write, or roll over`
  if (/index read-only/.test(reason)) return `${place} is read-only; unset index.blocks.read_only, or roll over`
  return `writes to ${place} are blocked; look at disk space and index.blocks`
}

function indexIn(reason: string, index: string | undefined): string {
  return quoted(/\bindex \[([^\]]{1,255})\]/.exec(reason)?.[1] ?? index)
}

function quoted(index: string | undefined): string {
  return index === undefined ? 'the data stream' : `"${index}"`
}
