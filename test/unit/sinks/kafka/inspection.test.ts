import { describe, expect, test } from 'vitest'
import { inspectKafka } from '../../../../src/sinks/kafka/inspection.ts'
import { kafkaConfig } from '../../../support/kafka-sink.ts'
import { KafkaBench } from './bench.ts'

const configOf = (bench: KafkaBench) => kafkaConfig({ brokers: [...bench.kafka.brokers] })

describe('inspectKafka()', () => {
  test('finds nothing where everything is there', async () => {
    const bench = await KafkaBench.make(2, 4)
    expect(await inspectKafka(configOf(bench))).toEqual([])
    expect(bench.kafka.produced).toEqual([])
  })

  test.for([
    [
      'TOPIC_AUTHORIZATION_FAILED',
      29,
      'the ACL is missing that allows WRITE and DESCRIBE on it, or READ and DESCRIBE where it is read',
    ],
    ['UNKNOWN_TOPIC_OR_PARTITION', 3, 'it is not there; make it with `flagship bootstrap kafka`'],
  ] as const)('names the topic of %s', async ([type, code, remedy]) => {
    const bench = await KafkaBench.make()
    bench.kafka.topicErrors.set('envoy.log', code)
    const message = `Cannot find topic "envoy.log": ${type}: ${remedy}`
    expect(await inspectKafka(configOf(bench))).toEqual([{ kind: 'wrong', message }])
  })

  test('does not mind a topic of others that has no leader', async () => {
    const bench = await KafkaBench.make()
    bench.kafka.createTopic('theirs', 1)
    bench.kafka.topicErrors.set('theirs', 5)
    expect(await inspectKafka(configOf(bench))).toEqual([])
  })

  test('says that nobody may be written to', async () => {
    const bench = await KafkaBench.make()
    bench.kafka.initErrors.push(31)
    const message = expect.stringContaining('CLUSTER_AUTHORIZATION_FAILED: the ACL is missing')
    expect(await inspectKafka(configOf(bench))).toEqual([{ kind: 'wrong', message }])
  })

  test('says that nobody is there', async () => {
    const bench = await KafkaBench.make()
    const config = configOf(bench)
    await bench.kafka.stop()
    const message = expect.stringContaining(`Cannot reach Kafka "${config.brokers.join(',')}"`)
    expect(await inspectKafka(config)).toMatchObject([{ kind: 'unreachable', message }])
  })
})
