/**
 * What do a million lines cost into Kafka, and out of it? `node bench/kafka.ts [LINES] [ROUNDS] [FILTER]`: a real
 * broker, acks=all; whole processes, one after the other, in rounds, with rsyslog as the yardstick where it is installed.
 * What is read from Kafka is what the task before has written, passed through into a bulk endpoint that answers at once.
 * FILTER is a regular expression: only tasks whose kind fits it run, like `rsyslog|JSON, zstd`.
 */
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { avroSchemaText } from '../src/record/avro-schema.ts'
import { startKafka } from '../test/support/real-kafka.ts'
import { portOf } from '../test/support/recording-server.ts'
import { BenchTopic } from './bench-topic.ts'
import { costTable } from './cost-table.ts'
import type { Cost } from './cost.ts'
import { flagshipKafkaCost, type Input, passThroughCost, rsyslogKafkaCost, writeInput } from './whole-process.ts'

const LINES = Number(process.argv[2] ?? 1_000_000)
const ROUNDS = Number(process.argv[3] ?? 3)
const FILTER = new RegExp(process.argv[4] ?? '')
const COMPRESSIONS = ['none', 'zstd']

const directory = mkdtempSync(join(tmpdir(), 'flagship-bench-kafka-'))
const kafka = await startKafka({ optimizes: true })
const registry = await startRegistry()
const costs = new Map<string, Cost[]>()
let topicCount = 0
try {
  const input = writeInput(join(directory, 'access.log'), LINES)
  for (let round = 1; round <= ROUNDS; round += 1) await runRound(input)
  const first = [...costs.keys()][0]?.startsWith('rsyslog') === true ? 'rsyslog' : 'the first'
  process.stdout.write(`${costTable(`${LINES} lines, ${ROUNDS} rounds, Kafka ${kafka.version}`, first, costs)}\n`)
} finally {
  registry.close()
  await kafka.stop()
  rmSync(directory, { recursive: true, force: true })
}

async function runRound(input: Input): Promise<void> {
  for (const compression of isRsyslogThere() ? COMPRESSIONS : [])
    await withTopic(`rsyslog, omkafka, ${compression}`, async (topic, name) =>
      note(name, await rsyslogKafkaCost(input, directory, topic, compression)),
    )
  for (const [value, sink, source] of [
    ['JSON', 'value: json', ''],
    ['Avro', `value: avro, ${registry.setting}`, registry.setting],
  ] as const)
    for (const compression of COMPRESSIONS)
      await withTopic(`${value}, ${compression}`, async (topic, name) => {
        const whole = `${sink}, compression: ${compression}`
        note(`flagship run, into Kafka, ${name}`, await flagshipKafkaCost(input, directory, topic, whole))
        note(`flagship run, Kafka to bulk endpoint, ${name}`, await passThroughCost(input, directory, topic, source))
      })
}

async function withTopic(name: string, run: (topic: BenchTopic, name: string) => Promise<void>): Promise<void> {
  if (!FILTER.test(name)) return
  topicCount += 1
  const [broker = ''] = kafka.brokers
  const topic = await BenchTopic.create(`bench-${topicCount}`, broker, kafka.home)
  try {
    await run(topic, name)
  } finally {
    await topic.remove()
  }
}

function note(name: string, cost: Cost): void {
  costs.set(name, [...(costs.get(name) ?? []), cost])
  process.stderr.write(`${name} ${cost.cpuSecondsPerMillion.toFixed(1)}\n`)
}

function isRsyslogThere(): boolean {
  const isThere = spawnSync('rsyslogd', ['-v']).status === 0
  if (!isThere)
    process.stderr.write('rsyslogd is not installed (apt-get install rsyslog rsyslog-kafka): no yardstick\n')
  return isThere
}

/** It has the one schema under every subject; a real one would only be asked at the start. */
async function startRegistry(): Promise<{ readonly setting: string; close(): void }> {
  const server = createServer((_, response) => response.end(JSON.stringify({ id: 1, schema: avroSchemaText() })))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    setting: `registry: { url: 'http://127.0.0.1:${portOf(server)}' }`,
    close: () => server.close().closeAllConnections(),
  }
}
