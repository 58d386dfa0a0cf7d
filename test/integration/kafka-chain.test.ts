import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { at } from '../support/read-back.ts'
import { until, Workplace } from '../support/agent-process.ts'
import { type Document, eventId, SHIPPED_COUNT } from '../support/delivered-tree.ts'
import { readWithJava } from '../support/kafka-readers.ts'
import { createTopics } from '../support/kafka-topics.ts'
import { describeKafka } from '../support/real-kafka.ts'

const RECORDED = join(import.meta.dirname, '../fixtures/recorded')
const TOPICS = { access: 'envoy.access', log: 'envoy.log', unparsed: 'envoy.unparsed', loss: 'envoy.loss' }
const NAMES = Object.values(TOPICS)
const PATIENCE_MS = 60_000

/** The lines of a file sink, by the id of their event. */
function linesById(workplace: Workplace): ReadonlyMap<string, string> {
  const lines = readFileSync(workplace.output, 'utf8').split('\n').slice(0, -1)
  return new Map(lines.map((line): [string, string] => [eventId(parsed(line)), line]))
}

function parsed(line: string): Document {
  const document: Document = JSON.parse(line)
  return document
}

describeKafka('flagship run', (kafka) => {
  /** What the agent itself wrote to a file beside it. */
  let direct: ReadonlyMap<string, string>

  describe('from files into Kafka, and from there into a file', () => {
    test('writes what the agent would write, byte for byte', async () => {
      const { brokers } = kafka()
      await createTopics(
        brokers,
        NAMES.map((topic) => ({ topic, numPartitions: 3 })),
      )
      const [node, group] = [new Workplace(), new Workplace()]
      cpSync(join(RECORDED, 'pods'), node.pods, { recursive: true })
      node.configure({
        cluster: 'recorded',
        enrich: { inventory: join(RECORDED, 'cluster.json') },
        sinks: { stream: { type: 'kafka', brokers, topics: TOPICS }, copy: { type: 'file', path: node.output } },
      })
      group.configure({ ingest: { kafka: { brokers, topics: NAMES, group: 'to-file' } } })
      const [agent, member] = [node.start(), group.start()]
      await until(
        () => node.countDocuments() === SHIPPED_COUNT,
        () => agent.stderr,
        PATIENCE_MS,
      )
      await until(
        () => group.countDocuments() >= SHIPPED_COUNT,
        () => `${agent.stderr}\n${member.stderr}`,
        PATIENCE_MS,
      )
      expect(await Promise.all([agent.stop(), member.stop()])).toEqual([0, 0])
      direct = linesById(node)
      expect(group.countDocuments()).toBe(SHIPPED_COUNT)
      expect(linesById(group)).toEqual(direct)
    })

    test('lets other readers have each record with the same bytes, and both lines of a hop in one partition', async () => {
      const { brokers } = kafka()
      const messages = (await Promise.all(NAMES.map((topic) => readWithJava(brokers, topic)))).flat()
      expect(messages).toHaveLength(SHIPPED_COUNT)
      const texts = messages.map(({ value }) => String(value))
      expect(new Map(texts.map((text): [string, string] => [eventId(parsed(text)), text]))).toEqual(direct)
      const hops = Map.groupBy(
        messages.filter(({ value }) => at(parsed(String(value)), 'http.request.id') !== undefined),
        ({ value }) => String(at(parsed(String(value)), 'http.request.id')).replace(/^(.{14})./, '$1_'),
      )
      const both = [...hops.values()].filter((lines) => lines.length > 1)
      expect(both.length).toBeGreaterThan(100)
      expect(both.filter((lines) => new Set(lines.map(({ partition }) => partition)).size > 1)).toEqual([])
    })

    test('goes on where the group stopped', async () => {
      const { brokers } = kafka()
      const [node, group] = [new Workplace(), new Workplace()]
      const lines = Array.from({ length: 5 }, (_, index) => `not a line of any format, ${index}\n`)
      writeFileSync(join(node.pods, 'later.log'), lines.join(''))
      const files = [{ path: join(node.pods, 'later.log'), frame: 'raw' }]
      node.configure({ ingest: { files }, sinks: { stream: { type: 'kafka', brokers, topics: TOPICS } } })
      group.configure({ ingest: { kafka: { brokers, topics: NAMES, group: 'to-file' } } })
      const [agent, member] = [node.start(), group.start()]
      await until(
        () => group.countDocuments() >= lines.length,
        () => `${agent.stderr}\n${member.stderr}`,
        PATIENCE_MS,
      )
      expect(await Promise.all([agent.stop(), member.stop()])).toEqual([0, 0])
      const texts = group.documents().map((document) => at(document, 'event.original'))
      expect(new Set(texts)).toEqual(new Set(lines.map((line) => line.trimEnd())))
      expect(texts).toHaveLength(lines.length)
    })
  })
})
