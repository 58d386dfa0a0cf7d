import { reasonOf } from '../../errors.ts'
import { RequestFailure } from '../request-failure.ts'

/** What went wrong: an error that a broker answered with, who we are, whom we trust, what the port speaks, or the network. */
type KafkaFailureKind = 'answer' | 'login' | 'trust' | 'closed' | 'network'

interface Fault {
  readonly isUnanswered?: boolean
  readonly kind: KafkaFailureKind
  readonly reason: string
}

/** Kafka did not do what it was asked for. */
export class KafkaFailure extends RequestFailure {
  /** Kafka's name of the error, such as MESSAGE_TOO_LARGE, where a broker answered with one. */
  readonly type: string | undefined
  readonly kind: KafkaFailureKind
  /** What is wrong, without what helps. */
  readonly reason: string
  /** What is wrong and what helps, without what was tried. */
  readonly state: string
  /** The topic has no such partition any more. */
  readonly isMisplaced: boolean = false
  /** A request may have been sent that nobody answered: it may be handled later. */
  readonly isUnanswered: boolean

  constructor(
    doing: string,
    state: string,
    isSurelyUnsent: boolean,
    type?: string,
    fault: Fault = {
      kind: type === undefined ? 'network' : 'answer',
      reason: state,
    },
  ) {
    super(`Cannot ${doing}: ${state}`, isSurelyUnsent)
    this.isUnanswered = fault.isUnanswered === true
    this.state = state
    this.type = type
    this.kind = fault.kind
    this.reason = fault.reason
  }

  /** A broker said so, or its certificate did: it stays so until somebody changes something. */
  get isSaid(): boolean {
    return this.kind === 'answer' || this.kind === 'login' || this.kind === 'trust'
  }
}

/** kafkajs wraps what happened, and only the innermost error says it: the outer `retriable` is false once it gave up. */
export function kafkaFailure(
  doing: string,
  error: unknown,
  isSurelyUnsent: boolean,
  remedies: Remedies = REMEDIES,
): KafkaFailure {
  const cause = innermost(error)
  if (cause instanceof KafkaFailure) return cause
  const type = textIn(cause, 'type')
  const broker = textIn(cause, 'broker')
  const fault = {
    kind: kindOf(cause, type),
    isUnanswered: hasNoAnswer(cause),
    reason: `${broker === undefined ? '' : `broker "${broker}": `}${reasonOf(cause)}`,
  }
  return new KafkaFailure(doing, stateOf(cause, type, fault, remedies), isSurelyUnsent, type, fault)
}

/** The same of who reads, and needs other rights. */
export function readingFailure(doing: string, error: unknown, isSurelyUnsent: boolean): KafkaFailure {
  return kafkaFailure(doing, error, isSurelyUnsent, READING_REMEDIES)
}

function hasNoAnswer(error: unknown): boolean {
  const name = error instanceof Error ? error.name : ''
  return !name.startsWith('KafkaJS') || UNANSWERED.has(name)
}

const UNANSWERED: ReadonlySet<string> = new Set(['KafkaJSRequestTimeoutError', 'KafkaJSConnectionClosedError'])

/** Of what kafkajs tells of several topics at once, the first. */
function innermost(error: unknown): unknown {
  const [first]: unknown[] = error instanceof Error && 'errors' in error && isList(error.errors) ? error.errors : []
  if (first !== undefined) return innermost(first)
  return error instanceof Error && error.cause instanceof Error ? innermost(error.cause) : error
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value)
}

function kindOf(error: unknown, type: string | undefined): KafkaFailureKind {
  const name = error instanceof Error ? error.name : ''
  if (name === 'KafkaJSSASLAuthenticationError' || LOGIN_REFUSALS.has(type ?? '')) return 'login'
  if (type !== undefined) return 'answer'
  if (name === 'KafkaJSConnectionClosedError' || IS_CLOSED.test(reasonOf(error))) return 'closed'
  return isDistrust(textIn(error, 'code')) ? 'trust' : 'network'
}

function stateOf(error: unknown, type: string | undefined, { kind, reason }: Fault, remedies: Remedies): string {
  const remedy = remedies[type ?? '']
  if (remedy !== undefined) return remedy
  if (kind === 'login') return `the login is refused, look at \`sasl\`: ${reason}`
  if (type !== undefined) return `${type}: ${reason}`
  if (kind === 'closed')
    return `${reason}; a listener that speaks another protocol does so without a word, look at \`tls\`, \`sasl\` and the port`
  if (kind === 'trust') return `its certificate is not trusted, look at \`tls.caFile\`: ${reason}`
  const name = error instanceof Error ? error.name : ''
  if (name === 'KafkaJSGroupCoordinatorNotFound') return `${reason}: ${NO_COORDINATOR}`
  const isLate = name === 'KafkaJSRequestTimeoutError'
  return isLate ? `no answer within \`requestTimeoutMs\`: ${reason}` : reason
}

const LOGIN_REFUSALS: ReadonlySet<string> = new Set(['UNSUPPORTED_SASL_MECHANISM', 'SASL_AUTHENTICATION_FAILED'])

/** What kafkajs says where a listener expects TLS, and Node.js where it does not. */
const IS_CLOSED = /^Connection closed by the server$|disconnected before secure TLS connection/

/** Codes of OpenSSL's verification, and of Node's for names. */
function isDistrust(code: string | undefined): boolean {
  return code !== undefined && /CERT|ISSUER|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)
}

/** kafkajs keeps what the brokers said to itself (cluster/brokerPool.js, withBroker). */
const NO_COORDINATOR =
  'the brokers have only begun to make their topic for these, which passes; or the ACL is missing that allows READ on the group, or WRITE and DESCRIBE on the transactional id'

/** By Kafka's names of errors; the place is said by who asked. */
type Remedies = Readonly<Record<string, string>>

const REMEDIES: Remedies = {
  UNKNOWN_TOPIC_OR_PARTITION: 'UNKNOWN_TOPIC_OR_PARTITION: it is not there; make it with `flagship bootstrap kafka`',
  TOPIC_AUTHORIZATION_FAILED:
    'TOPIC_AUTHORIZATION_FAILED: the ACL is missing that allows WRITE and DESCRIBE on it, or READ and DESCRIBE where it is read',
  CLUSTER_AUTHORIZATION_FAILED:
    'CLUSTER_AUTHORIZATION_FAILED: the ACL is missing that allows WRITE on a topic, or IDEMPOTENT_WRITE on the cluster',
  NOT_ENOUGH_REPLICAS:
    'NOT_ENOUGH_REPLICAS: fewer replicas are in sync than min.insync.replicas of the topic; a broker is down or slow',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    'NOT_ENOUGH_REPLICAS_AFTER_APPEND: fewer replicas are in sync than min.insync.replicas of the topic; a broker is down or slow',
  LEADER_NOT_AVAILABLE:
    'LEADER_NOT_AVAILABLE: a partition has no leader; all brokers with its replicas are down, or their disks fail or are full',
  KAFKA_STORAGE_ERROR:
    'KAFKA_STORAGE_ERROR: a disk of the broker fails or is full; make room there, and start that broker again',
  INVALID_TIMESTAMP:
    'INVALID_TIMESTAMP: its time is further from that of the broker than message.timestamp.after.max.ms or .before.max.ms of the topic allow; compare the clocks',
  INVALID_RECORD: 'INVALID_RECORD: the broker refuses what it holds; a topic with compaction or validation of its own?',
  MESSAGE_TOO_LARGE: 'MESSAGE_TOO_LARGE: more than max.message.bytes of the topic',
  UNSUPPORTED_COMPRESSION_TYPE: 'UNSUPPORTED_COMPRESSION_TYPE: the topic cannot have this `compression`',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    'TRANSACTIONAL_ID_AUTHORIZATION_FAILED: the ACL is missing that allows WRITE and DESCRIBE on transactional ids that begin with `transactionalIdPrefix`',
  GROUP_AUTHORIZATION_FAILED:
    'GROUP_AUTHORIZATION_FAILED: the ACL is missing that allows READ on it; `flagship bootstrap kafka --output DIR` writes down what it takes',
  INVALID_TRANSACTION_TIMEOUT:
    'INVALID_TRANSACTION_TIMEOUT: `transactionTimeoutMs` is more than transaction.max.timeout.ms of the brokers',
  ILLEGAL_SASL_STATE: 'ILLEGAL_SASL_STATE: the listener takes no login; leave out `sasl`, or use another port',
  UNSUPPORTED_SASL_MECHANISM: 'UNSUPPORTED_SASL_MECHANISM: the listener does not offer `sasl.mechanism`',
}

const READING_REMEDIES: Remedies = {
  ...REMEDIES,
  TOPIC_AUTHORIZATION_FAILED:
    'TOPIC_AUTHORIZATION_FAILED: the ACL is missing that allows READ on a topic that it reads',
}

function textIn(error: unknown, key: string): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const value: unknown = Reflect.get(error, key)
  return typeof value === 'string' ? value : undefined
}
