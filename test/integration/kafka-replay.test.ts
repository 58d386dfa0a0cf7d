import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { until, Workplace } from '../support/agent-process.ts'
import { SHIPPED_COUNT } from '../support/delivered-tree.ts'
import { flagship } from '../support/flagship-command.ts'
import { clientOf } from '../support/kafka-bootstrap.ts'
import { createTopic } from '../support/kafka-admin.ts'
import { readWithJava } from '../support/kafka-readers.ts'
import { describeKafka } from '../support/real-kafka.ts'

const RECORDED = join(import.meta.dirname, '../fixtures/recorded')
const PATIENCE_MS = 60_000
/** Some of the recorded documents are larger, and some are not. */
const TOO_SMALL = { 'max.message.bytes': '3200' }

/** A sink that has everything in one topic. */
function sinkTo(brokers: readonly string[], topic: string) {
  const topics = { access: topic, log: topic, unparsed: topic, loss: topic }
  return { type: 'kafka', brokers, topics, compression: 'none' }
}

/** All of a topic, by event id, without what the moment of writing decides. */
async function recordsIn(brokers: readonly string[], topic: string) {
  const messages = await readWithJava(brokers, topic)
  return new Map(
    messages.map(({ partition, key, timestampMs, headers, value }) => {
      const members = Object.fromEntries(headers)
      return [
        members['event-id'],
        { partition, key: key?.toString(), timestampMs, headers: members, value: value?.toString() },
      ]
    }),
  )
}

describeKafka('flagship dead-letter replay', (cluster) => {
  describe('into Kafka', () => {
    test('writes what its topic takes now as it would have been written at first', async () => {
      const { brokers } = cluster()
      await createTopic(brokers, 'small', 3, TOO_SMALL)
      await createTopic(brokers, 'large', 3)
      const node = new Workplace()
      cpSync(join(RECORDED, 'pods'), node.pods, { recursive: true })
      const enrich = { inventory: join(RECORDED, 'cluster.json') }
      node.configure({
        cluster: 'recorded',
        enrich,
        sinks: { small: sinkTo(brokers, 'small'), large: sinkTo(brokers, 'large') },
      })
      const replay = (...options: string[]) =>
        flagship('dead-letter', 'replay', '--config', node.config, '--sink', 'small', ...options)
      const deadLetter = join(node.state, 'small', 'dead-letter.ndjson')
      const count = () => (existsSync(deadLetter) ? readFileSync(deadLetter, 'utf8').split('\n').length - 1 : 0)
      const agent = node.start()
      const admin = await clientOf({ brokers }).admin()
      const stored = async (topic: string) => Number(await admin.recordCount(topic))
      await until(
        async () => (await stored('large')) === SHIPPED_COUNT && (await stored('small')) + count() === SHIPPED_COUNT,
        () => agent.stderr,
        PATIENCE_MS,
      )
      const refused = count()
      expect(refused).toBeGreaterThan(0)
      expect((await replay()).stdout).toBe(`0 accepted, ${refused} refused again\n`)
      await admin.changeConfig('small', { 'max.message.bytes': '1048588' })
      await admin.close()
      expect(await replay()).toMatchObject({ status: 0, stdout: `${refused} accepted, 0 refused again\n` })
      expect(await agent.stop(), agent.stderr).toBe(0)
      const [small, large] = [await recordsIn(brokers, 'small'), await recordsIn(brokers, 'large')]
      expect(small.size).toBe(SHIPPED_COUNT)
      expect(small).toEqual(large)
      expect(await replay()).toMatchObject({ stdout: '0 accepted, 0 refused again\n' })
    })
  })
})
