import { type ClientSettings, runJavaTool } from './kafka-java.ts'

/** A message to write. */
export interface WrittenMessage {
  readonly key?: string
  readonly value: string
  readonly partition?: number
  readonly timestampMs?: number
  readonly headers?: Readonly<Record<string, string>>
}

/** How Kafka's Java client writes: settings over its defaults, and what becomes of the transaction where they name one. */
export interface WriteOptions {
  readonly settings?: ClientSettings
  readonly transaction?: 'commit' | 'abort'
}

/** Write messages with Kafka's own Java client; resolves when all are acknowledged. */
export async function writeWithJava(
  brokers: readonly string[],
  topic: string,
  messages: readonly WrittenMessage[],
  { settings = {}, transaction }: WriteOptions = {},
): Promise<void> {
  const args = [clientOf(brokers, settings), topic, ...(transaction === undefined ? [] : [transaction])]
  await runJavaTool('WriteTopic', args, messages.map(lineOf))
}

/** Make a topic with as many replicas as the cluster has nodes. */
export async function createTopic(
  brokers: readonly string[],
  topic: string,
  partitions = 1,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  const entries = Object.entries(settings).map(([key, value]) => `${key}=${value}`)
  await runJavaTool('Admin', [clientOf(brokers), 'create', topic, String(partitions), ...entries])
}

/** Allow a principal (`User:shipper`) operations (`WRITE`) on a resource (`TOPIC`, `GROUP`, `TRANSACTIONAL_ID`, `CLUSTER`). */
export async function allow(
  brokers: readonly string[],
  principal: string,
  [type, name]: readonly [type: string, name: string],
  operations: readonly string[],
): Promise<void> {
  await runJavaTool('Admin', [clientOf(brokers), 'allow', principal, type, name, ...operations])
}

/** Which node leads each partition of a topic: -1 for none. */
export async function leadersOf(brokers: readonly string[], topic: string): Promise<number[]> {
  const [line = '{}'] = await runJavaTool('Admin', [clientOf(brokers), 'leaders', topic])
  const leaders: Record<string, number> = JSON.parse(line)
  return Object.values(leaders)
}

function clientOf(brokers: readonly string[], settings: ClientSettings = {}): string {
  return JSON.stringify({ 'bootstrap.servers': brokers.join(','), ...settings })
}

function lineOf({ key, value, headers = {}, ...rest }: WrittenMessage): string {
  return JSON.stringify({
    ...rest,
    ...(key !== undefined && { key: base64Of(key) }),
    value: base64Of(value),
    headers: Object.entries(headers).map(([name, text]) => [name, base64Of(text)]),
  })
}

function base64Of(text: string): string {
  return Buffer.from(text).toString('base64')
}
