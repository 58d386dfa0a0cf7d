import type { EnvoyLine } from '../../record/envoy-line.ts'
import { flagSetOf } from '../flag/catalogue.ts'
import { isPlainSuccess, judge } from './verdict.ts'

/**
 * Whether an access line reports a failure or carries a response flag, on whichever side of a hop its proxy stands.
 *
 * It decides which stream a record goes to, and a line that is read again has to go there again: so nothing counts but
 * the line and the catalogue, not the pod that wrote it and no inventory. `event.outcome` is judged from where the proxy
 * stands, and every `failure` there is one here.
 */
export function isFailed(line: EnvoyLine): boolean {
  const { responseFlags } = line
  if (responseFlags === undefined && isPlainSuccess(line) && line.responseCodeDetails === 'via_upstream') return false
  if (responseFlags !== undefined && flagSetOf(responseFlags).names.length > 0) return true
  return judge(line, 'outbound').isFailure || judge(line, 'inbound').isFailure
}
