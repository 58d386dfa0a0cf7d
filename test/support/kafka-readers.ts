import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ClientSettings, runJavaTool } from './kafka-java.ts'

/** A message as another reader than ours finds it. */
export interface ReadMessage {
  readonly partition: number
  readonly offset: number
  readonly timestampMs: number
  /** Null where it has none. */
  readonly key: Buffer | null
  /** Null for a tombstone. */
  readonly value: Buffer | null
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** What a reader sees of transactions, and settings of the client besides. */
export interface ReadOptions {
  readonly isolation?: 'read_committed' | 'read_uncommitted'
  readonly settings?: ClientSettings
}

interface PrintedMessage extends Omit<ReadMessage, 'key' | 'value'> {
  readonly key: string | null
  readonly value: string | null
}

/** Every message that a topic has at this moment, partition by partition in order, read by Kafka's own Java client. */
export async function readWithJava(
  brokers: readonly string[],
  topic: string,
  { isolation = 'read_uncommitted', settings = {} }: ReadOptions = {},
): Promise<ReadMessage[]> {
  const client = { 'bootstrap.servers': brokers.join(','), 'isolation.level': isolation, ...settings }
  const lines = await runJavaTool('ReadTopic', [JSON.stringify(client), topic])
  return lines.map(readMessage).sort((a, b) => a.partition - b.partition || a.offset - b.offset)
}

/** Avro bodies, without Confluent's 5 bytes, as Apache Avro for Java decodes them with a schema (JSON text) that it reads itself. */
export async function decodeWithJava<Value = unknown>(schema: string, values: readonly Buffer[]): Promise<Value[]> {
  const directory = mkdtempSync(join(tmpdir(), 'flagship-avro-'))
  try {
    const path = join(directory, 'schema.avsc')
    writeFileSync(path, schema)
    const lines = await runJavaTool(
      'DecodeAvro',
      [path],
      values.map((value) => value.toString('base64')),
    )
    return lines.map((line): Value => JSON.parse(line))
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function readMessage(line: string): ReadMessage {
  const message: PrintedMessage = JSON.parse(line)
  return {
    ...message,
    key: bytesOf(message.key),
    value: bytesOf(message.value),
    headers: message.headers.map(([name, value]) => [name, Buffer.from(value, 'base64').toString()]),
  }
}

function bytesOf(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text, 'base64')
}
