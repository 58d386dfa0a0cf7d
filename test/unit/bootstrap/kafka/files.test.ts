import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { quoted } from '../../../../src/bootstrap/kafka/acls.ts'
import { kafkaFiles } from '../../../../src/bootstrap/kafka/files.ts'
import { resourceName } from '../../../../src/bootstrap/kafka/strimzi.ts'
import { kafkaTopics } from '../../../../src/bootstrap/kafka/topics.ts'

const TOPICS = kafkaTopics({
  topics: { access: 'envoy.access', log: 'Envoy_Log', unparsed: 'Envoy_Log', loss: 'Envoy_Log' },
  maxRequestBytes: 1_000_000,
})
const PARTIES = { writer: 'CN=agent', reader: "it's", group: 'g', cluster: 'events', authentication: 'tls' } as const
const resource = (type: string, name: string) => ({ type, name, patternType: 'literal' })
const files = new Map(kafkaFiles(TOPICS, PARTIES))

/** Lines of a script that are neither comment nor frame. */
function rightsIn(fileName: string): string[] {
  return (files.get(fileName) ?? '').split('\n').filter((line) => line.startsWith('allow --'))
}

describe('kafkaFiles()', () => {
  test('has every file that its page names', () => {
    const page = files.get('README.md') ?? ''
    expect([...page.matchAll(/^sh (\S+)$/gm)].map(([, name]) => name)).toEqual(['acls-writer.sh', 'acls-reader.sh'])
    expect([...files.keys()].toSorted()).toEqual([
      'README.md',
      'acls-reader.sh',
      'acls-writer.sh',
      'strimzi/topic-Envoy_Log.yaml',
      'strimzi/topic-envoy.access.yaml',
      'strimzi/user-reader.yaml',
      'strimzi/user-writer.yaml',
    ])
    expect(page).toContain('topic envoy.access --partitions 12 --replication-factor 3 --config cleanup.policy=delete ')
  })

  test('gives the writer its topics and no more', () => {
    expect(rightsIn('acls-writer.sh')).toEqual([
      'allow --operation Write --operation Describe --topic envoy.access --topic Envoy_Log',
    ])
    expect(files.get('acls-writer.sh')).toContain('--allow-principal User:CN=agent "$@"')
  })

  test('gives the reader its topics and its group', () => {
    expect(rightsIn('acls-reader.sh')).toEqual([
      'allow --operation Read --operation Describe --topic envoy.access --topic Envoy_Log',
      'allow --operation Read --group g',
    ])
    expect(files.get('acls-reader.sh')).toContain(`--allow-principal 'User:it'\\''s' "$@"`)
  })

  test('gives Strimzi topics under names that Kubernetes takes', () => {
    expect(parse(files.get('strimzi/topic-Envoy_Log.yaml') ?? '')).toEqual({
      apiVersion: 'kafka.strimzi.io/v1',
      kind: 'KafkaTopic',
      metadata: {
        name: expect.stringMatching(/^envoy-log-[0-9a-f]{8}$/),
        labels: { 'strimzi.io/cluster': 'events' },
      },
      spec: {
        topicName: 'Envoy_Log',
        partitions: 12,
        replicas: 3,
        config: {
          'cleanup.policy': 'delete',
          'compression.type': 'producer',
          'max.message.bytes': 1_048_588,
          'message.timestamp.type': 'CreateTime',
          'min.insync.replicas': 2,
          'retention.ms': 604_800_000,
        },
      },
    })
  })

  test('gives Strimzi users with the same rights as the scripts', () => {
    expect(parse(files.get('strimzi/user-reader.yaml') ?? '')).toMatchObject({
      kind: 'KafkaUser',
      spec: {
        authentication: { type: 'tls' },
        authorization: {
          type: 'simple',
          acls: [
            { resource: resource('topic', 'envoy.access'), operations: ['Read', 'Describe'] },
            { resource: resource('topic', 'Envoy_Log'), operations: ['Read', 'Describe'] },
            { resource: resource('group', 'g'), operations: ['Read'] },
          ],
        },
      },
    })
    expect(files.get('strimzi/user-reader.yaml')).not.toMatch(/[&*]a1/)
  })
})

describe('resourceName()', () => {
  test.for(['envoy.access', 'a', '0-9'] as const)('leaves %s as it is', (name) => {
    expect(resourceName(name)).toBe(name)
  })

  test.for(['A', 'a_b', '-a', 'a..b', '__', 'x'.repeat(254)] as const)('makes of %s what Kubernetes takes', (name) => {
    expect(resourceName(name)).toMatch(/^[a-z0-9]([a-z0-9-]{0,250}[a-z0-9])?$/)
  })

  test('keeps apart what differs', () => {
    expect(new Set(['a_b', 'a__b', 'A_b'].map(resourceName)).size).toBe(3)
  })
})

describe('quoted()', () => {
  test.for([
    ['envoy.access', 'envoy.access'],
    ['User:CN=a', 'User:CN=a'],
    ['a b', "'a b'"],
    ["'; rm", `''\\''; rm'`],
    ['$(x)', "'$(x)'"],
    ['', "''"],
  ] as const)('makes one word of %s', ([text, word]) => {
    expect(quoted(text)).toBe(word)
  })
})
