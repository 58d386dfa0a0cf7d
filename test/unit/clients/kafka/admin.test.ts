import kafkajs from 'kafkajs'
import { describe, expect, test, vi } from 'vitest'
import { KafkaAccess } from '../../../../src/clients/kafka/access.ts'
import { KafkaAdmin } from '../../../../src/clients/kafka/admin.ts'
import { KafkaSockets } from '../../../../src/clients/kafka/sockets.ts'
import type { Clock } from '../../../../src/clock.ts'

const clock: Clock = { nowMs: () => 0, elapsedMs: () => 0, sleep: async () => {} }

function said(type: string): Error {
  return Object.assign(new Error(type), { type })
}

/** An admin that is told so of a deletion, and after it of the topic, in order; the last answer stays. */
function adminOf(deletion: string | undefined, answers: readonly string[]) {
  const vendor = new kafkajs.Kafka({ brokers: ['127.0.0.1:1'], logLevel: kafkajs.logLevel.NOTHING }).admin()
  const deleting = vi.spyOn(vendor, 'deleteTopics')
  if (deletion === undefined) deleting.mockResolvedValue()
  else deleting.mockRejectedValue(said(deletion))
  let looks = 0
  vi.spyOn(vendor, 'fetchTopicMetadata').mockImplementation(async () => {
    const answer = answers[Math.min(looks, answers.length - 1)] ?? 'there'
    looks += 1
    if (answer !== 'there') throw said(answer)
    return { topics: [{ name: 'a', partitions: [] }] }
  })
  return new KafkaAdmin(vendor, new KafkaSockets(new KafkaAccess({}, clock)), clock)
}

const GONE = 'UNKNOWN_TOPIC_OR_PARTITION'

describe('KafkaAdmin.deleteTopic()', () => {
  test.for([
    [undefined, ['there', 'LEADER_NOT_AVAILABLE', GONE]],
    // Said after the deletion: of another topic of the cluster, or of the same at a second try.
    ['LEADER_NOT_AVAILABLE', ['there', GONE]],
    [GONE, [GONE]],
    // It goes on behind.
    ['REQUEST_TIMED_OUT', ['there', 'there', GONE]],
  ] as const)('resolves once the topic is gone, whatever was said before: %s', async ([deletion, answers]) => {
    await expect(adminOf(deletion, answers).deleteTopic('a')).resolves.toBeUndefined()
  })

  test('throws what was said where the topic stays', async () => {
    await expect(adminOf('REQUEST_TIMED_OUT', ['there']).deleteTopic('a')).rejects.toMatchObject({
      message: expect.stringContaining('Cannot delete topic "a"'),
      type: 'REQUEST_TIMED_OUT',
    })
    await expect(adminOf(undefined, ['there']).deleteTopic('a')).rejects.toMatchObject({
      message: expect.stringContaining('Cannot settle topic "a"'),
    })
  })

  test('throws a refusal at once', async () => {
    const admin = adminOf('TOPIC_AUTHORIZATION_FAILED', [GONE])
    await expect(admin.deleteTopic('a')).rejects.toMatchObject({ type: 'TOPIC_AUTHORIZATION_FAILED' })
  })
})
