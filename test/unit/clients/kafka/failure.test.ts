import { describe, expect, test } from 'vitest'
import { kafkaFailure } from '../../../../src/clients/kafka/failure.ts'

/** An error as kafkajs makes them. */
function thrown(message: string, members: object = {}): Error {
  return Object.assign(new Error(message), members)
}

describe('kafkaFailure()', () => {
  test.for([
    ['an answer', thrown('m', { type: 'POLICY_VIOLATION' }), 'answer', 'POLICY_VIOLATION: m'],
    ['a login', thrown('m', { name: 'KafkaJSSASLAuthenticationError' }), 'login', 'the login is refused'],
    ['a login', thrown('m', { type: 'ILLEGAL_SASL_STATE' }), 'answer', 'the listener takes no login; leave out `sasl`'],
    ['a mechanism', thrown('m', { type: 'UNSUPPORTED_SASL_MECHANISM' }), 'login', 'does not offer `sasl.mechanism`'],
    [
      'a token',
      thrown('invalid_token', { type: 'SASL_AUTHENTICATION_FAILED' }),
      'login',
      'look at `sasl`: invalid_token',
    ],
    [
      'a closed connection',
      thrown('m', { name: 'KafkaJSConnectionClosedError', broker: 'b:1' }),
      'closed',
      'broker "b:1": m',
    ],
    [
      'TLS for nothing',
      thrown('Client network socket disconnected before secure TLS connection was established'),
      'closed',
      'look at `tls`',
    ],
    ['a certificate', thrown('m', { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }), 'trust', 'look at `tls.caFile`: m'],
    [
      'silence',
      thrown('m', { name: 'KafkaJSRequestTimeoutError' }),
      'network',
      'no answer within `requestTimeoutMs`: m',
    ],
    [
      'the network',
      thrown('connect ECONNREFUSED', { code: 'ECONNREFUSED', broker: 'b:1' }),
      'network',
      'broker "b:1": connect ECONNREFUSED',
    ],
    [
      'what kafkajs leaves out of a group',
      thrown('m', { name: 'KafkaJSGroupCoordinatorNotFound' }),
      'network',
      'm: the brokers have only begun to make their topic for these, which passes; or the ACL',
    ],
    [
      'several topics',
      thrown('all', { errors: [thrown('m', { type: 'INVALID_CONFIG' })] }),
      'answer',
      'INVALID_CONFIG: m',
    ],
  ] as const)('finds %s below what wraps it', ([, error, kind, text]) => {
    const failure = kafkaFailure('do it', new Error('outer', { cause: new Error('retries', { cause: error }) }), true)
    expect(failure).toMatchObject({ kind, message: expect.stringContaining(`Cannot do it: `) })
    expect(failure.state).toContain(text)
  })
})
