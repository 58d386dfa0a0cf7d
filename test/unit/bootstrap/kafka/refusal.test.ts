import { describe, expect, test } from 'vitest'
import { asking, refusal } from '../../../../src/bootstrap/kafka/refusal.ts'
import { KafkaFailure } from '../../../../src/clients/kafka/cluster.ts'

const said = (type: string) => new KafkaFailure('x', `${type}: said`, false, type)

describe('refusal()', () => {
  test.for([
    ['a right of a topic', said('TOPIC_AUTHORIZATION_FAILED'), 'MISCONFIGURED', 'it takes RIGHT; grant it to'],
    ['a right of the cluster', said('CLUSTER_AUTHORIZATION_FAILED'), 'MISCONFIGURED', 'it takes RIGHT; grant it to'],
    ['a policy', said('POLICY_VIOLATION'), 'MISCONFIGURED', 'create.topic.policy.class.name'],
    ['brokers', said('INVALID_REPLICATION_FACTOR'), 'MISCONFIGURED', 'with --replicas'],
    ['a login', said('ILLEGAL_SASL_STATE'), 'MISCONFIGURED', 'leave out --username and --password-file'],
    ['a setting', said('INVALID_CONFIG'), 'MISCONFIGURED', 'their log says which'],
    ['something else', said('UNKNOWN_SERVER_ERROR'), 'MISCONFIGURED', 'UNKNOWN_SERVER_ERROR: said'],
    ['a moment', said('NOT_CONTROLLER'), 'UNAVAILABLE', 'try again later'],
    ['the network', new KafkaFailure('x', 'ECONNREFUSED', true), 'UNAVAILABLE', 'ECONNREFUSED; look at the brokers'],
  ] as const)('names the remedy where it is %s', ([, failure, code, text]) => {
    expect(refusal('Cannot do it', 'RIGHT', failure)).toMatchObject({
      code: `SINK_${code}`,
      message: expect.stringMatching(/^Cannot do it: /),
    })
    expect(refusal('Cannot do it', 'RIGHT', failure)).toMatchObject({ message: expect.stringContaining(text) })
  })

  test.for([
    ['login', '--mechanism'],
    ['trust', '--ca-file'],
    ['closed', '--brokers'],
  ] as const)('names options of the command, not settings of the agent, for %s', ([kind, option]) => {
    const failure = new KafkaFailure('x', 'why, look at `sasl`', true, undefined, { kind, reason: 'why' })
    const refused = refusal('Cannot do it', 'RIGHT', failure)
    expect(refused).toMatchObject({ code: 'SINK_MISCONFIGURED', message: expect.stringContaining(option) })
    expect(refused).toMatchObject({ message: expect.stringMatching(/ \(why\)$/) })
  })

  test('leaves what is no answer of Kafka', async () => {
    const bug = new TypeError('bug')
    await expect(asking('Cannot do it', 'RIGHT', Promise.reject(bug))).rejects.toBe(bug)
  })
})
