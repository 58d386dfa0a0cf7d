import type { EnvoyLine } from '../../record/envoy-line.ts'
import { type LogRecord, makeStatus, type Status } from '../../record/generated/record.ts'
import { memoized } from '../flag/bounded-memo.ts'
import { detailsPrefix } from '../flag/details.ts'
import { refusingPolicyOf } from '../flag/rbac-policy.ts'
import type { Verdict } from '../verdict/verdict.ts'

/** Fill in the status, the details text, what of it can be counted, and the policy it names. */
export function assignDetails(line: EnvoyLine, verdict: Verdict, record: LogRecord): void {
  const { responseCode, responseCodeDetails: details, connectionTerminationDetails } = line
  if (responseCode !== undefined || details !== undefined) record.status = statusOf(responseCode, details)
  // HTTP lines name the policy that denied in their details, connections in their termination details.
  if (verdict.refused) assignPolicy(details ?? connectionTerminationDetails, record)
}

function assignPolicy(text: string | undefined, record: LogRecord): void {
  const policy = text === undefined ? undefined : refusingPolicyOf(text)
  if (policy === undefined) return
  record.policyNamespace = policy.namespace
  record.policyName = policy.name
  record.policyRule = policy.rule
}

/** One object for each pair that repeats. */
function statusOf(responseCode: number | undefined, details: string | undefined): Status {
  const byCode = details === undefined ? WITHOUT_DETAILS : statusesOf(details)
  const known = byCode.get(responseCode)
  if (known !== undefined) return known
  const status = makeStatus({
    responseCode,
    responseCodeDetails: details === undefined ? undefined : detailsPrefix(details),
    responseCodeDetailsText: details,
  })
  if (byCode.size >= MAX_CODES) byCode.clear()
  byCode.set(responseCode, status)
  return status
}

const statusesOf = memoized(() => new Map<number | undefined, Status>())
const WITHOUT_DETAILS = new Map<number | undefined, Status>()
const MAX_CODES = 64
