import type { EnvoyLine } from '../../record/envoy-line.ts'
import type { LogRecord } from '../../record/generated/record.ts'
import type { Direction, Layer } from '../../record/layer.ts'
import { flagSetOf } from '../flag/catalogue.ts'
import { detailsPrefix } from '../flag/details.ts'
import { refusingPolicyOf } from '../flag/rbac-policy.ts'
import { judge, type Verdict } from '../verdict/verdict.ts'

const WEB = ['web']
const NETWORK = ['network']
const ACCESS = ['access']
const ACCESS_ERROR = ['access', 'error']
const CONNECTION = ['connection']
const CONNECTION_DENIED = ['connection', 'denied']

/** Fill in what happened: category, outcome, flags explained, who answered and why. */
export function assignVerdict(line: EnvoyLine, layer: Layer, direction: Direction, record: LogRecord): void {
  const verdict = judge(line, direction)
  record.verdictResponder = verdict.responder
  record.verdictRule = verdict.rule
  record.verdictCause = verdict.cause
  if (verdict.cutShort) record.verdictCutShort = true
  record.verdictChecks = verdict.checks
  record.eventReason = verdict.reason
  record.eventOutcome = verdict.isFailure ? 'failure' : 'success'
  record.eventCategory = layer === 'http' ? WEB : NETWORK
  record.eventType = typeOf(layer, verdict)
  if (line.responseFlags !== undefined) assignFlags(line.responseFlags, verdict, record)
  if (line.responseCodeDetails !== undefined) {
    record.responseCodeDetails = detailsPrefix(line.responseCodeDetails)
    record.responseCodeDetailsText = line.responseCodeDetails
  }
  if (verdict.refused) assignPolicy(line, record)
}

function typeOf(layer: Layer, verdict: Verdict): readonly string[] {
  if (layer === 'http') return verdict.isFailure ? ACCESS_ERROR : ACCESS
  return verdict.refused ? CONNECTION_DENIED : CONNECTION
}

function assignFlags(text: string, verdict: Verdict, record: LogRecord): void {
  const flags = flagSetOf(text)
  record.responseFlags = flags.names
  record.responseFlagsRaw = text
  record.responseFlagsLong = flags.longNames
  record.responseFlagsExplained = flags.sentences
  record.eventCode = flags.primary
  record.flagClass = flags.primaryFlag?.class ?? 'other'
  if (verdict.isFailure) record.errorType = flags.primary
}

/** The policy that denied stands in the details of HTTP lines and in the termination details of connections. */
function assignPolicy(line: EnvoyLine, record: LogRecord): void {
  const text = line.responseCodeDetails ?? line.connectionTerminationDetails
  const policy = text === undefined ? undefined : refusingPolicyOf(text)
  if (policy === undefined) return
  record.policyNamespace = policy.namespace
  record.policyName = policy.name
  record.policyRule = policy.rule
}
