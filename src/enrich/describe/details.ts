import type { EnvoyLine } from '../../record/envoy-line.ts'
import type { LogRecord } from '../../record/generated/record.ts'
import { detailsPrefix } from '../flag/details.ts'
import { refusingPolicyOf } from '../flag/rbac-policy.ts'
import type { Verdict } from '../verdict/verdict.ts'

/** Fill in the details text, what of it can be counted, and the policy it names. */
export function assignDetails(line: EnvoyLine, verdict: Verdict, record: LogRecord): void {
  const { responseCodeDetails: details, connectionTerminationDetails } = line
  if (details !== undefined) {
    record.responseCodeDetails = detailsPrefix(details)
    record.responseCodeDetailsText = details
  }
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
