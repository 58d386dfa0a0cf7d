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
  readonly headers: readonly (readonly [name: string, value: string | null])[]
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
  options: ReadOptions = {},
): Promise<ReadMessage[]> {
  const messages: ReadMessage[] = []
  await takeWithJava(brokers, topic, (message) => messages.push(message), options)
  return messages.sort((a, b) => a.partition - b.partition || a.offset - b.offset)
}

/** As `readWithJava`, but each message is given to `take`, in no order: for topics that nobody wants to keep whole. */
export async function takeWithJava(
  brokers: readonly string[],
  topic: string,
  take: (message: ReadMessage) => void,
  { isolation = 'read_uncommitted', settings = {} }: ReadOptions = {},
): Promise<void> {
  const client = { 'bootstrap.servers': brokers.join(','), 'isolation.level': isolation, ...settings }
  const order = [JSON.stringify(client), topic]
  await runJavaTool({ tool: 'read', arguments: order, take: (line) => take(readMessage(line)) })
}

/** Avro bodies, without Confluent's 5 bytes, as Apache Avro for Java decodes them with a schema (JSON text) that it reads itself. */
export async function decodeWithJava<Value = unknown>(schema: string, values: readonly Buffer[]): Promise<Value[]> {
  const input = values.map((value) => value.toString('base64'))
  const lines = await runJavaTool({ tool: 'decode', arguments: [schema], input })
  return lines.map((line): Value => JSON.parse(line))
}

function readMessage(line: string): ReadMessage {
  const message: PrintedMessage = JSON.parse(line)
  return {
    ...message,
    key: bytesOf(message.key),
    value: bytesOf(message.value),
    headers: message.headers.map(([name, value]) => [name, bytesOf(value)?.toString() ?? null]),
  }
}

function bytesOf(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text, 'base64')
}
