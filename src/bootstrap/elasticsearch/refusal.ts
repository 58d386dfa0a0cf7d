import type { ElasticsearchAnswer } from '../../clients/elasticsearch.ts'
import { FlagshipError } from '../../errors.ts'
import { textAt } from '../../sinks/elasticsearch/parts-of-json.ts'

/** An answer that is not what was asked for, in words. `right` is what it takes, such as `the cluster privilege "x"`. */
export function refusal(what: string, right: string, { statusCode, body }: ElasticsearchAnswer): FlagshipError {
  const reason = textAt(body, 'error', 'reason') ?? textAt(body, 'error') ?? 'no reason given'
  if (statusCode === 401)
    return misconfigured(
      `${what}: the server does not know who bootstraps (HTTP 401); give --username and --password-file, or --api-key-file, and check what the files hold`,
    )
  if (statusCode === 403) return misconfigured(`${what}: it takes ${right}; grant it to who bootstraps`)
  if (reason.startsWith('no handler found') || reason.startsWith('Incorrect HTTP method'))
    return misconfigured(`${what}: this server has no such API`)
  const message = `${what}: HTTP ${statusCode}, ${reason}`
  if (statusCode === 429 || statusCode >= 500)
    return new FlagshipError('SINK_UNAVAILABLE', `${message}; try again later`)
  return misconfigured(message)
}

function misconfigured(message: string): FlagshipError {
  return new FlagshipError('SINK_MISCONFIGURED', message)
}
