import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { quoted } from '../../../../src/bootstrap/kafka/acls.ts'
import { kafkaFiles } from '../../../../src/bootstrap/kafka/files.ts'
import { resourceName } from '../../../../src/bootstrap/kafka/strimzi.ts'
import { sinkNeeds, sourceNeeds, type WritingSink } from '../../../../src/bootstrap/kafka/needs.ts'
import { avroSchemaText } from '../../../../src/record/avro-schema.ts'

const SINK: WritingSink = {
  topics: { access: 'envoy.access', log: 'Envoy_Log', unparsed: 'Envoy_Log', loss: 'Envoy_Log' },
  maxRequestBytes: 1_000_000,
  value: 'json',
  delivery: 'at_least_once',
  cursorTopic: 'cursor',
  deadLetterTopic: 'dead',
  transactionalIdPrefix: 'mesh',
}
const SETTINGS = { writer: 'CN=agent', reader: "it's", group: 'g', cluster: 'events', authentication: 'tls' } as const
const resource = (type: string, name: string, patternType = 'literal') => ({ type, name, patternType })
const filesOf = (sink: Partial<WritingSink>) => new Map(kafkaFiles(sinkNeeds({ ...SINK, ...sink }), SETTINGS))
const files = filesOf({})
const exact = filesOf({ delivery: 'exactly_once' })
const group = new Map(kafkaFiles(sourceNeeds({ topics: ['a', 'b'], deadLetterTopic: 'dead' }), SETTINGS))

/** Lines of a script that are neither comment nor frame. */
function rightsIn(fileName: string, all = files): string[] {
  return (all.get(fileName) ?? '').split('\n').filter((line) => line.startsWith('allow --'))
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

  test('gives the writer with exactly_once its transactions, its cursor, and a place for what is refused', () => {
    expect(rightsIn('acls-writer.sh', exact)).toEqual([
      'allow --operation Write --operation Describe --topic envoy.access --topic Envoy_Log --topic dead',
      'allow --operation Read --operation Write --operation Describe --topic cursor',
      'allow --resource-pattern-type prefixed --operation Write --operation Describe --transactional-id mesh/',
      'allow --resource-pattern-type prefixed --operation Read --group mesh/',
    ])
    expect(rightsIn('acls-reader.sh', exact)).toEqual(rightsIn('acls-reader.sh'))
    expect(parse(exact.get('strimzi/user-writer.yaml') ?? '')).toMatchObject({
      spec: {
        authorization: {
          acls: [
            {},
            {},
            {},
            { resource: resource('topic', 'cursor'), operations: ['Read', 'Write', 'Describe'] },
            { resource: resource('transactionalId', 'mesh/', 'prefix'), operations: ['Write', 'Describe'] },
            { resource: resource('group', 'mesh/', 'prefix'), operations: ['Read'] },
          ],
        },
      },
    })
  })

  test.for([
    ['of their own', 'dead', ['envoy.access', 'Envoy_Log', 'cursor', 'dead']],
    ['that is one of records', 'Envoy_Log', ['envoy.access', 'Envoy_Log', 'cursor']],
  ] as const)('makes the topics of exactly_once, dead letters in one %s', ([, deadLetterTopic, names]) => {
    const page = filesOf({ delivery: 'exactly_once', deadLetterTopic }).get('README.md') ?? ''
    expect([...page.matchAll(/^topic (\S+) --/gm)].map(([, name]) => name)).toEqual(names)
    expect(page).toContain(
      'topic cursor --partitions 50 --replication-factor 3 --config cleanup.policy=compact,delete ',
    )
  })

  test('gives a group its topics, and its dead letters one to write to', () => {
    expect([...group.keys()].toSorted()).toEqual([
      'README.md',
      'acls-reader.sh',
      'strimzi/topic-dead.yaml',
      'strimzi/user-reader.yaml',
    ])
    expect(rightsIn('acls-reader.sh', group)).toEqual([
      'allow --operation Read --operation Describe --topic a --topic b',
      'allow --operation Read --group g',
      'allow --operation Write --operation Describe --topic dead',
    ])
  })

  test('gives a registry the schema of each topic with records in Avro, as it is asked for by agents', () => {
    const avro = filesOf({ value: 'avro', delivery: 'exactly_once' })
    const bodies = [...avro].filter(([name]) => name.startsWith('schemas/'))
    expect(bodies.map(([name]) => name)).toEqual(['schemas/envoy.access-value.json', 'schemas/Envoy_Log-value.json'])
    for (const [, body] of bodies) expect(JSON.parse(body)).toEqual({ schema: avroSchemaText() })
    expect(avro.get('README.md')).toContain(
      `ask PUT config/Envoy_Log-value '{"compatibility":"BACKWARD"}'
ask POST subjects/Envoy_Log-value/versions '@schemas/Envoy_Log-value.json'
`,
    )
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
