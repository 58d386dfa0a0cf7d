import { FlagshipError } from '../../errors.ts'
import { at, listAt, textAt } from '../../sinks/elasticsearch/parts-of-json.ts'

const LONGEST_REASON = 400

/** What Elasticsearch answered in place of results, and the way out. */
export function searchRefusal(
  streams: readonly string[],
  statusCode: number,
  body: unknown,
  hasQuery: boolean,
): FlagshipError {
  const what = `Cannot search "${streams.join(',')}"`
  const reason = reasonIn(body)
  if (statusCode === 401)
    return misconfigured(`${what}: HTTP 401, Elasticsearch does not know these credentials; check what the files hold`)
  if (statusCode === 403) return misconfigured(`${what}: HTTP 403; ${missingRight(streams)}`)
  if (statusCode === 400 && hasQuery)
    return new FlagshipError('USAGE', `Cannot search for the value of "--query": ${reason}; see flagship search --help`)
  if (statusCode === 400)
    return misconfigured(`${what}: ${reason}; are the templates of flagship bootstrap elasticsearch installed?`)
  return new FlagshipError('SINK_UNAVAILABLE', `${what}: HTTP ${statusCode} ${reason}`)
}

/** Nothing of that name is there, as far as the credentials can see. */
export function noStream(streams: readonly string[]): FlagshipError {
  const state =
    'no such data stream. The first line that is delivered makes it, if there are templates (flagship bootstrap elasticsearch); else check the namespace (--namespace)'
  return misconfigured(`Cannot search "${streams.join(',')}": ${state}`)
}

/** The credentials may not read what is to be searched. */
export function noRight(streams: readonly string[]): FlagshipError {
  return misconfigured(`Cannot search "${streams.join(',')}": ${missingRight(streams)}`)
}

/** What came is no answer to what was asked. */
export function notUnderstood(streams: readonly string[]): FlagshipError {
  const state = 'the answer is not understood; check what stands before Elasticsearch'
  return new FlagshipError('SINK_UNAVAILABLE', `Cannot search "${streams.join(',')}": ${state}`)
}

/** `2 of 5 shards failed (...)`; undefined when the answer is whole. */
export function gapIn(body: unknown): string | undefined {
  const failed = at(body, '_shards', 'failed')
  if (typeof failed === 'number' && failed > 0) {
    const reason = at(listAt(body, '_shards', 'failures')[0], 'reason')
    // A shard that is nowhere has no reason, and that is one.
    const why = textAt(reason, 'reason') === undefined ? 'not available' : reasonIn({ error: reason })
    return `${failed} of ${String(at(body, '_shards', 'total'))} shards failed (${why})`
  }
  return at(body, 'timed_out') === true ? 'the time limit of the cluster for a search had passed' : undefined
}

function missingRight(streams: readonly string[]): string {
  return `the right "read" is missing on ${streams.join(', ')}; grant it to the role or API key`
}

/** What is wrong stands deepest. */
function reasonIn(body: unknown): string {
  const error = at(body, 'error')
  const [root] = listAt(error, 'root_cause')
  const top = root ?? error
  const parts = [textAt(top, 'reason'), deepest(at(error, 'failed_shards', '0', 'reason')) ?? deepest(error)]
  const told = [...new Set(parts.filter((part) => part !== undefined))].join(': ')
  const text = told === '' ? (textAt(top, 'type') ?? textAt(body, 'error') ?? 'no reason given') : told
  const line = text.split('\n')[0] ?? ''
  return line.length > LONGEST_REASON ? `${line.slice(0, LONGEST_REASON)} …` : line
}

function deepest(error: unknown): string | undefined {
  let reason = textAt(error, 'reason')
  for (let cause = at(error, 'caused_by'); cause !== undefined; cause = at(cause, 'caused_by'))
    reason = textAt(cause, 'reason') ?? reason
  return reason
}

function misconfigured(message: string): FlagshipError {
  return new FlagshipError('SINK_MISCONFIGURED', message)
}
