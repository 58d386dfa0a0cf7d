import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { topicNotes } from '../../../../src/bootstrap/kafka/notes.ts'
import { kafkaSchemas } from '../../../../src/bootstrap/kafka/schemas.ts'
import {
  kafkaTopics,
  type NeededTopic,
  type TopicBody,
  type TopicWishes,
} from '../../../../src/bootstrap/kafka/topics.ts'

const RECORDS: NeededTopic = { id: 'a', role: 'records', requestBytes: 1_000_000 }
const CURSOR: NeededTopic = { ...RECORDS, role: 'cursor' }
const DEAD_LETTER: NeededTopic = { ...RECORDS, role: 'dead letter' }
const FRESH: TopicBody = {
  partitions: 12,
  replicas: 3,
  config: {
    'cleanup.policy': 'delete',
    'compression.type': 'producer',
    'max.message.bytes': '1048588',
    'message.timestamp.type': 'CreateTime',
    'min.insync.replicas': '2',
    'retention.ms': '604800000',
  },
}

/** The fresh topic with other sizes or settings. */
function like({ config, ...sizes }: Partial<TopicBody>): TopicBody {
  return { ...FRESH, ...sizes, config: { ...FRESH.config, ...config } }
}

function wanted(wishes: TopicWishes, present?: TopicBody, topic = RECORDS): TopicBody | undefined {
  const there = new Map(present === undefined ? [] : [['a', present] as const])
  return kafkaTopics([topic], wishes, there)[0]?.body
}

describe('kafkaTopics()', () => {
  test('gives each topic a file of its own', () => {
    const topics = kafkaTopics([RECORDS, { ...CURSOR, id: 'b' }])
    expect(topics.map(({ id, fileName }) => [id, fileName])).toEqual([
      ['a', 'strimzi/topic-a.yaml'],
      ['b', 'strimzi/topic-b.yaml'],
    ])
  })

  test('gives the longest names files that a file system takes, each its own', () => {
    const long = ['x', 'y'].map((end) => ({ ...RECORDS, id: `${'a'.repeat(248)}${end}` }))
    const names = [...kafkaTopics(long), ...kafkaSchemas(long.map(({ id }) => id))].map(({ fileName }) => fileName)
    expect(new Set(names).size).toBe(4)
    expect(names.filter((name) => basename(name).length > 255)).toEqual([])
  })

  test.for([
    ['nothing asked', {}, FRESH],
    ['sizes', { partitions: 24, replicas: 5 }, like({ partitions: 24, replicas: 5 })],
    ['retention', { retentionMs: 1_000 }, like({ config: { 'retention.ms': '1000' } })],
    ['two replicas', { replicas: 2 }, like({ replicas: 2 })],
    ['one replica', { replicas: 1 }, like({ replicas: 1, config: { 'min.insync.replicas': '1' } })],
  ] as const)('makes a new topic with %s', ([, wishes, body]) => {
    expect(wanted(wishes)).toEqual(body)
  })

  test.for([
    [1_000_000, undefined, '1048588'],
    [10_000_000, undefined, '10400000'],
    [1_000_000, '5000000', '5000000'],
    [10_000_000, '5000000', '10400000'],
  ] as const)('lets pass requests of %i bytes where %s do: %s', ([requestBytes, is, will]) => {
    const present = is === undefined ? undefined : like({ config: { 'max.message.bytes': is } })
    expect(wanted({}, present, { ...RECORDS, requestBytes })?.config['max.message.bytes']).toBe(will)
  })

  test.for([
    ['sizes', {}, like({ partitions: 6, replicas: 5 })],
    ['retention', {}, like({ config: { 'retention.ms': '-1' } })],
    ['more partitions', { partitions: 3 }, FRESH],
    ['replicas', { replicas: 1 }, FRESH],
    ['more replicas in sync', {}, like({ config: { 'min.insync.replicas': '3' } })],
  ] as const)('leaves a topic that has its own %s', ([, wishes, present]) => {
    expect(wanted(wishes, present)).toEqual(present)
  })

  test.for([
    ['grows when told', { partitions: 24 }, FRESH, like({ partitions: 24 })],
    ['is kept as long as told', { retentionMs: 1 }, FRESH, like({ config: { 'retention.ms': '1' } })],
    ['is never compacted', {}, like({ config: { 'cleanup.policy': 'compact' } }), FRESH],
    ['is safe', {}, like({ config: { 'min.insync.replicas': '1' } }), FRESH],
    [
      'can be written',
      {},
      like({ replicas: 1, config: { 'min.insync.replicas': '2' } }),
      like({ replicas: 1, config: { 'min.insync.replicas': '1' } }),
    ],
    ['has the times of records', {}, like({ config: { 'message.timestamp.type': 'LogAppendTime' } }), FRESH],
  ] as const)('changes a topic that is there: it %s', ([, wishes, present, body]) => {
    expect(wanted(wishes, present)).toEqual(body)
  })
})

describe('kafkaTopics() for the cursor of exactly_once', () => {
  const fresh = wanted({}, undefined, CURSOR) ?? FRESH

  test('makes it compacted, with partitions and retention that nobody chooses', () => {
    expect(fresh).toMatchObject({ partitions: 50, replicas: 3 })
    expect(fresh.config).toEqual({
      ...FRESH.config,
      'cleanup.policy': 'compact,delete',
      'delete.retention.ms': '600000',
      'retention.ms': '2592000000',
      'segment.bytes': '16777216',
    })
    expect(wanted({ partitions: 4, retentionMs: 1 }, undefined, CURSOR)).toEqual(fresh)
  })

  test.for([
    ['keeps other partitions', {}, { partitions: 7 }],
    ['never grows', { partitions: 80 }, { partitions: 50 }],
    ['never shrinks', { partitions: 5 }, { partitions: 50 }],
    ['keeps a longer retention', { retentionMs: 1 }, { config: { ...fresh.config, 'retention.ms': '9999999999' } }],
    ['keeps one for ever', {}, { config: { ...fresh.config, 'retention.ms': '-1' } }],
  ] as const)('%s', ([, wishes, own]) => {
    const present = { ...fresh, ...own }
    expect(wanted(wishes, present, CURSOR)).toEqual(present)
    const there = new Map([['a', present]])
    expect(topicNotes(kafkaTopics([CURSOR], wishes, there), wishes, there)).toEqual([])
  })

  test.for([
    ['would be kept for less time than agents refresh it in', { 'retention.ms': '604800000' }],
    ['is not compacted', { 'cleanup.policy': 'delete' }],
    ['has segments that take long to be compacted', { 'segment.bytes': '1073741824' }],
  ] as const)('brings back one that %s', ([, config]) => {
    expect(wanted({}, { ...fresh, config: { ...fresh.config, ...config } }, CURSOR)).toEqual(fresh)
  })

  test('lets segments hold the largest request', () => {
    const { config } = wanted({}, undefined, { ...CURSOR, requestBytes: 20_000_000 }) ?? FRESH
    expect([config['segment.bytes'], config['max.message.bytes']]).toEqual(['20800000', '20800000'])
  })
})

describe('kafkaTopics() for dead letters', () => {
  const fresh = wanted({}, undefined, DEAD_LETTER) ?? FRESH

  test('keeps what was too large for its own topic, and a month', () => {
    expect(fresh).toEqual(like({ config: { 'retention.ms': '2592000000', 'max.message.bytes': '4194352' } }))
    expect(wanted({ retentionMs: 1, partitions: 3 }, undefined, DEAD_LETTER)).toEqual({ ...fresh, partitions: 3 })
  })

  test('leaves the retention of one that is there', () => {
    const present = { ...fresh, config: { ...fresh.config, 'retention.ms': '1' } }
    expect(wanted({ retentionMs: 2 }, present, DEAD_LETTER)).toEqual(present)
  })
})

describe('topicNotes()', () => {
  test.for([
    ['nothing of a good topic', {}, FRESH, []],
    ['nothing of a good new one', {}, undefined, []],
    ['that keys move', { partitions: 24 }, FRESH, ['keys have others than before']],
    ['that partitions stay', { partitions: 6 }, FRESH, ['they never become fewer']],
    ['that replicas stay', { replicas: 2 }, FRESH, ['kafka-reassign-partitions.sh']],
    ['that one broker is not enough', {}, like({ replicas: 1 }), ['lost with that broker']],
    ['that of a new one', { replicas: 1 }, undefined, ['lost with that broker']],
    ['that all brokers are needed', {}, like({ replicas: 2 }), ['nothing can be written']],
    ['it of three too', {}, like({ config: { 'min.insync.replicas': '3' } }), ['nothing can be written']],
  ] as const)('says %s', ([, wishes, was, texts]) => {
    const present = new Map(was === undefined ? [] : [['a', was] as const])
    const notes = topicNotes(kafkaTopics([RECORDS], wishes, present), wishes, present)
    expect(notes).toEqual(texts.map((text) => expect.stringContaining(text)))
  })

  test('names all topics that it is about at once', () => {
    const topics = kafkaTopics([RECORDS, { ...RECORDS, id: 'b' }], { replicas: 1 })
    expect(topicNotes(topics, {}, new Map())).toEqual([expect.stringMatching(/^a, b: /)])
  })
})
