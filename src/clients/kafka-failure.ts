import { reasonOf } from '../errors.ts'
import { RequestFailure } from './request-failure.ts'

/** Kafka did not do what it was asked for. */
export class KafkaFailure extends RequestFailure {
  /** Kafka's name of the error, such as MESSAGE_TOO_LARGE, where a broker answered with one. */
  readonly type: string | undefined
  /** What is wrong and what helps, without what was tried. */
  readonly state: string
  /** The topic has no such partition any more. */
  readonly isMisplaced: boolean = false

  /** A broker said so, or its certificate did: it stays so until somebody changes something. */
  readonly isSaid: boolean
  /** A request may have been sent that nobody answered: it may be handled later. */
  readonly isUnanswered: boolean

  constructor(
    doing: string,
    state: string,
    isSurelyUnsent: boolean,
    type?: string,
    isSaid = type !== undefined,
    isUnanswered = false,
  ) {
    super(`Cannot ${doing}: ${state}`, isSurelyUnsent)
    this.isUnanswered = isUnanswered
    this.isSaid = isSaid
    this.state = state
    this.type = type
  }
}

/** kafkajs wraps what happened, and only the innermost error says it: the outer `retriable` is false once it gave up. */
export function kafkaFailure(doing: string, error: unknown, isSurelyUnsent: boolean): KafkaFailure {
  const cause = innermost(error)
  if (cause instanceof KafkaFailure) return cause
  const type = textIn(cause, 'type')
  const isSaid = type !== undefined || isLoginRefused(cause) || isDistrust(textIn(cause, 'code'))
  return new KafkaFailure(doing, stateOf(cause, type), isSurelyUnsent, type, isSaid, hasNoAnswer(cause))
}

function hasNoAnswer(error: unknown): boolean {
  const name = error instanceof Error ? error.name : ''
  return !name.startsWith('KafkaJS') || UNANSWERED.has(name)
}

const UNANSWERED: ReadonlySet<string> = new Set(['KafkaJSRequestTimeoutError', 'KafkaJSConnectionClosedError'])

function innermost(error: unknown): unknown {
  let cause = error
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause
  return cause
}

function stateOf(error: unknown, type: string | undefined): string {
  if (type !== undefined) return REMEDIES[type] ?? `${type}: ${reasonOf(error)}`
  const name = error instanceof Error ? error.name : ''
  const broker = textIn(error, 'broker')
  const place = broker === undefined ? '' : `broker "${broker}": `
  if (isLoginRefused(error)) return `the login is refused, look at \`sasl\`: ${reasonOf(error)}`
  if (name === 'KafkaJSConnectionClosedError' || reasonOf(error) === 'Connection closed by the server')
    return `${place}it closed the connection; a listener that expects TLS or SASL does so without a word, look at \`tls\`, \`sasl\` and the port`
  if (name === 'KafkaJSRequestTimeoutError') return `${place}no answer within \`requestTimeoutMs\` (${reasonOf(error)})`
  if (isDistrust(textIn(error, 'code')))
    return `${place}its certificate is not trusted, look at \`tls.caFile\`: ${reasonOf(error)}`
  return `${place}${reasonOf(error)}`
}

function isLoginRefused(error: unknown): boolean {
  return error instanceof Error && error.name === 'KafkaJSSASLAuthenticationError'
}

/** Codes of OpenSSL's verification, and of Node's for names. */
function isDistrust(code: string | undefined): boolean {
  return code !== undefined && /CERT|ISSUER|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)
}

/** By Kafka's names of errors; the place is said by who asked. */
const REMEDIES: Readonly<Record<string, string>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 'UNKNOWN_TOPIC_OR_PARTITION: it is not there; make it with `flagship bootstrap kafka`',
  TOPIC_AUTHORIZATION_FAILED: 'TOPIC_AUTHORIZATION_FAILED: the ACL is missing that allows WRITE and DESCRIBE on it',
  CLUSTER_AUTHORIZATION_FAILED:
    'CLUSTER_AUTHORIZATION_FAILED: the ACL is missing that allows WRITE on a topic, or IDEMPOTENT_WRITE on the cluster',
  NOT_ENOUGH_REPLICAS:
    'NOT_ENOUGH_REPLICAS: fewer replicas are in sync than min.insync.replicas of the topic; a broker is down or slow',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    'NOT_ENOUGH_REPLICAS_AFTER_APPEND: fewer replicas are in sync than min.insync.replicas of the topic; a broker is down or slow',
  LEADER_NOT_AVAILABLE: 'LEADER_NOT_AVAILABLE: a partition has no leader; all brokers with its replicas are down',
  KAFKA_STORAGE_ERROR: 'KAFKA_STORAGE_ERROR: a disk of the broker fails or is full',
  INVALID_TIMESTAMP:
    'INVALID_TIMESTAMP: its time is further from that of the broker than message.timestamp.after.max.ms or .before.max.ms of the topic allow; compare the clocks',
  INVALID_RECORD: 'INVALID_RECORD: the broker refuses what it holds; a topic with compaction or validation of its own?',
  MESSAGE_TOO_LARGE: 'MESSAGE_TOO_LARGE: more than max.message.bytes of the topic',
  UNSUPPORTED_COMPRESSION_TYPE: 'UNSUPPORTED_COMPRESSION_TYPE: the topic cannot have this `compression`',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    'TRANSACTIONAL_ID_AUTHORIZATION_FAILED: the ACL is missing that allows WRITE and DESCRIBE on transactional ids that begin with `transactionalIdPrefix`',
  GROUP_AUTHORIZATION_FAILED: 'GROUP_AUTHORIZATION_FAILED: the ACL is missing that allows READ on the group',
  INVALID_TRANSACTION_TIMEOUT:
    'INVALID_TRANSACTION_TIMEOUT: `transactionTimeoutMs` is more than transaction.max.timeout.ms of the brokers',
  UNSUPPORTED_SASL_MECHANISM: 'UNSUPPORTED_SASL_MECHANISM: the listener does not offer `sasl.mechanism`',
}

function textIn(error: unknown, key: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const value: unknown = Reflect.get(error, key)
  return typeof value === 'string' ? value : undefined
}
