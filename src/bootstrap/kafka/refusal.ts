import { KafkaFailure } from '../../clients/kafka/cluster.ts'
import { FlagshipError } from '../../errors.ts'

/** What Kafka refused, in words. `right` is what it takes, such as `CREATE on the topic`. */
export function refusal(what: string, right: string, error: unknown): unknown {
  if (!(error instanceof KafkaFailure)) return error
  const { type = '', kind, reason, state } = error
  const access = ACCESS[kind]
  if (access !== undefined) return misconfigured(`${what}: ${access} (${reason})`)
  if (type.endsWith('_AUTHORIZATION_FAILED'))
    return misconfigured(`${what}: it takes ${right}; grant it to who bootstraps`)
  const remedy = REMEDIES[type]
  if (remedy !== undefined) return misconfigured(`${what}: ${type}: ${remedy}`)
  if (kind === 'network')
    return unavailable(`${what}: ${state}; look at the brokers of the sink, or give others with --brokers`)
  if (PASSING.has(type)) return unavailable(`${what}: ${state}; try again later`)
  return misconfigured(`${what}: ${state}`)
}

/** Make a call of `what`; its failure says what it takes. */
export async function asking<T>(what: string, right: string, call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    throw refusal(what, right, error)
  }
}

function unavailable(message: string): FlagshipError {
  return new FlagshipError('SINK_UNAVAILABLE', message)
}

function misconfigured(message: string): FlagshipError {
  return new FlagshipError('SINK_MISCONFIGURED', message)
}

/** What clients/kafka/failure.ts says of these is for the agent, whose login is in its configuration. */
const ACCESS: Partial<Record<KafkaFailure['kind'], string>> = {
  login:
    'the brokers do not let in who bootstraps; give --username and --password-file, or --token-file, and --mechanism as the listener has it',
  trust: 'the certificate of a broker is not trusted; give --ca-file with those that sign it',
  closed:
    'a broker closed the connection, as one does without a word that expects TLS, none, or a login; give --ca-file, --username and --password-file, or another port with --brokers',
}

/** By Kafka's names of errors. kafkajs drops the reason that a broker gives: its log has it. */
const REMEDIES: Readonly<Record<string, string>> = {
  ILLEGAL_SASL_STATE:
    'the listener takes no login; leave out --username and --password-file or --token-file, or give another port with --brokers',
  POLICY_VIOLATION:
    "a policy of the brokers (create.topic.policy.class.name) is against it, their log says why; choose other --partitions, --replicas or --retention, or have the topic made by the cluster's owner",
  INVALID_REPLICATION_FACTOR: 'more replicas than brokers; start brokers, or give a smaller number with --replicas',
  INVALID_PARTITIONS: 'not as many partitions as these; choose other --partitions',
  INVALID_TOPIC_EXCEPTION:
    'no name for a topic, or one that differs from another only by "." and "_"; rename it under `topics` of the sink',
  INVALID_CONFIG:
    'the brokers do not take one of the settings, their log says which; they may be of a service that fixes it',
  TOPIC_DELETION_DISABLED: 'delete.topic.enable is false at the brokers',
  REASSIGNMENT_IN_PROGRESS: 'its partitions are being moved; try again when that has ended',
}

/** What passes by itself. */
const PASSING: ReadonlySet<string> = new Set([
  'LEADER_NOT_AVAILABLE',
  'NOT_CONTROLLER',
  'NOT_LEADER_FOR_PARTITION',
  'REQUEST_TIMED_OUT',
  'BROKER_NOT_AVAILABLE',
])
