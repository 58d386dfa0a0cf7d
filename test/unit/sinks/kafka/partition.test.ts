import kafkajs from 'kafkajs'
import { describe, expect, test } from 'vitest'
import { murmur2, partitionOf } from '../../../../src/sinks/kafka/partition.ts'

describe('murmur2()', () => {
  // The values of UtilsTest.testMurmur2 in Apache Kafka.
  test.for([
    ['21', -973_932_308],
    ['foobar', -790_332_482],
    ['a-little-bit-long-string', -985_981_536],
    ['a-little-bit-longer-string', -1_486_304_829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
    ['abc', 479_470_107],
  ] as const)('is what Java has for "%s"', ([key, hash]) => {
    expect(murmur2(Buffer.from(key))).toBe(hash)
  })
})

describe('partitionOf()', () => {
  const message = (key: string) => ({ key, value: null })
  const partitionMetadata = Array.from({ length: 12 }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 0,
    replicas: [],
    isr: [],
  }))

  test('is what kafkajs has as well', () => {
    const theirs = kafkajs.Partitioners.DefaultPartitioner()
    const keys = Array.from({ length: 500 }, (_, n) => `${'é'.repeat(n % 5)}${n * 7_919}`)
    for (const key of keys)
      expect(partitionOf(key, 12)).toBe(theirs({ topic: 't', partitionMetadata, message: message(key) }))
  })
})
