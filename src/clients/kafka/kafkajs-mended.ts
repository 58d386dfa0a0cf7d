/** What kafkajs 2.2.4 does wrongly and cannot be told otherwise: mended here, in its own classes, once for the process. */
import { createRequire } from 'node:module'
import { bounded, InflationFailure } from './codecs.ts'
import { KafkaFailure } from './failure.ts'
import { abortedRecords, fieldOf, listOf } from './fetched.ts'

const load: (path: string) => unknown = createRequire(import.meta.url)

/** A method of a class of kafkajs, as it was. */
type Method = (self: unknown, ...args: readonly unknown[]) => unknown

let isMended = false
let checked: Promise<void> | undefined

/** Does so at its first call, which has to come before the first connection. @throws Error when kafkajs is another one. */
export function mendKafkajs(): void {
  if (isMended) return
  isMended = true
  mend('broker/index.js', 'fetch', mendedFetch)
  mend('cluster/brokerPool.js', 'withBroker', mendedWithBroker)
  mend('network/connectionPool.js', 'send', mendedSend)
  mend('cluster/brokerPool.js', 'findConnectedBroker', mendedFindConnectedBroker)
  mend('network/requestQueue/index.js', 'scheduleCheckPendingRequests', mendedSchedule)
}

function mend(path: string, name: string, made: (original: Method) => Method): void {
  const { prototype } = classOf(path)
  const original: unknown = Reflect.get(prototype, name)
  if (typeof original !== 'function') throw new Error(`kafkajs has no method "${name}" in ${path}`)
  const method = made((self, ...args) => Reflect.apply(original, self, args))
  Reflect.set(prototype, name, function (this: unknown, ...args: readonly unknown[]) {
    return method(this, ...args)
  })
}

function classOf(path: string): Construct {
  const loaded = load(`kafkajs/src/${path}`)
  if (!isClass(loaded)) throw new Error(`kafkajs has no class in ${path}`)
  return loaded
}

type Construct = (new (...args: readonly unknown[]) => object) & { readonly prototype: object }

function isClass(value: unknown): value is Construct {
  return typeof value === 'function' && typeof Reflect.get(value, 'prototype') === 'object'
}

/**
 * Its filter of aborted transactions (consumer/filterAbortedMessages.js) begins one for each record at most, in the order
 * of the list, and takes keys of data for ends. With an empty list it does nothing; control records are hidden anyway.
 */
function mendedFetch(fetch: Method): Method {
  return async (broker, request) => {
    const response = await fetchBounded((one) => fetch(broker, one), request)
    for (const partition of partitionsIn(response, 'responses')) hideAborted(partition)
    return response
  }
}

function partitionsIn(value: unknown, topics: string): readonly unknown[] {
  return listOf(fieldOf(value, topics)).flatMap((topic) => listOf(fieldOf(topic, 'partitions')))
}

type Fetch = (request: unknown) => unknown

/** Decompresses a bounded number of bytes only: it has no bound, and a small batch may have gigabytes. */
async function fetchBounded(fetch: Fetch, request: unknown): Promise<unknown> {
  try {
    return await bounded(async () => fetch(request))
  } catch (error) {
    if (error instanceof InflationFailure) return fetchSingly(fetch, request)
    throw error
  }
}

/** One batch of one partition: which one it is that cannot be decompressed is not known otherwise. @throws KafkaFailure. */
async function fetchSingly(fetch: Fetch, request: unknown): Promise<unknown> {
  const places = listOf(fieldOf(request, 'topics')).flatMap((topic) =>
    listOf(fieldOf(topic, 'partitions')).map((partition) => ({ topic: fieldOf(topic, 'topic'), partition })),
  )
  const first = Math.floor(Math.random() * places.length) // so that none is left out for long
  let response: unknown
  for (const { topic, partition } of [...places.slice(first), ...places.slice(0, first)]) {
    const partitions = [{ ...Object(partition), maxBytes: 1 }] // brokers give a whole batch at least
    try {
      response = await bounded(async () => fetch({ ...Object(request), topics: [{ topic, partitions }] }))
    } catch (error) {
      throw error instanceof InflationFailure ? unreadable(topic, partition, error) : error
    }
    if (partitionsIn(response, 'responses').some((each) => listOf(fieldOf(each, 'messages')).length > 0)) break
  }
  return response
}

function unreadable(topic: unknown, partition: unknown, { message }: InflationFailure): KafkaFailure {
  const [number, offset] = [fieldOf(partition, 'partition'), fieldOf(partition, 'fetchOffset')]
  const doing = `read the batch at offset ${String(offset)} of partition ${String(number)} of topic "${String(topic)}"`
  const remedy =
    'stop its producer, and set the offset of the group beyond it: kafka-consumer-groups.sh --reset-offsets'
  const failure = new KafkaFailure(doing, `${message}; ${remedy}`, true)
  return Object.assign(failure, { retriable: false }) // for kafkajs
}

function hideAborted(partition: unknown): void {
  const aborted = listOf(fieldOf(partition, 'abortedTransactions'))
  if (aborted.length === 0) return
  for (const record of abortedRecords(listOf(fieldOf(partition, 'messages')), aborted))
    Reflect.set(Object(record), 'isControlRecord', true) // they still count for the offset of the next fetch
  Reflect.set(Object(partition), 'abortedTransactions', [])
}

/**
 * Where no broker does it, it forgets why (cluster/brokerPool.js) and gives `null`, which its callers take for an answer:
 * what a broker says of a topic, or a missing right, is to be told.
 */
function mendedWithBroker(withBroker: Method): Method {
  return async (pool, callback) => {
    let refusal: unknown
    const remembering = async (place: unknown) => {
      try {
        return typeof callback === 'function' ? await Reflect.apply(callback, undefined, [place]) : undefined
      } catch (error) {
        if (IS_REFUSAL.test(String(fieldOf(error, 'type')))) refusal = error
        throw error
      }
    }
    const result = await withBroker(pool, remembering)
    if (result === null && refusal !== undefined) throw refusal
    return result
  }
}

/** Connections to brokers that did not answer the last request in time. */
const silent = new WeakSet<object>()

/** Remembers which brokers stand still. */
function mendedSend(send: Method): Method {
  return async (connections, request) => {
    try {
      const answer = await send(connections, request)
      silent.delete(Object(connections))
      return answer
    } catch (error) {
      if (fieldOf(error, 'name') === 'KafkaJSRequestTimeoutError') silent.add(Object(connections))
      throw error
    }
  }
}

/**
 * It asks whom it is connected with for the leaders, and that may be a broker that stands still, and nobody else: others
 * come first then.
 */
function mendedFindConnectedBroker(find: Method): Method {
  return async (pool) => {
    const brokers = Object.entries(Object(fieldOf(pool, 'brokers')))
    const answering = brokers.filter(([, broker]) => !silent.has(Object(fieldOf(broker, 'connectionPool'))))
    if (answering.length < brokers.length) {
      for (const [nodeId] of answering) {
        const broker = await connected(pool, nodeId)
        if (broker !== undefined) return broker
      }
    }
    return find(pool)
  }
}

/** A broker, with a connection; undefined where none comes about. */
async function connected(pool: unknown, nodeId: string): Promise<unknown> {
  const findBroker = fieldOf(pool, 'findBroker')
  if (typeof findBroker !== 'function') return undefined
  try {
    return await Reflect.apply(findBroker, pool, [{ nodeId }])
  } catch {
    return undefined
  }
}

const IS_REFUSAL = /AUTHORIZATION_FAILED$|^UNKNOWN_TOPIC_OR_PARTITION$|^LEADER_NOT_AVAILABLE$/

/**
 * With nothing to send it sets a timer for -1, again and again each millisecond: Node.js warns, and it costs. Requests
 * that come later set their own.
 */
function mendedSchedule(schedule: Method): Method {
  return (queue) => (listOf(fieldOf(queue, 'pending')).length > 0 ? schedule(queue) : undefined)
}

/** Resolves when kafkajs shows what is committed of a response with which its own filter goes wrong. @throws Error. Found out once. */
export function checkReading(): Promise<void> {
  return (checked ??= readProbe())
}

async function readProbe(): Promise<void> {
  const partition = {
    partition: 0,
    highWatermark: '6',
    abortedTransactions: [
      { producerId: '2', firstOffset: '1' },
      { producerId: '1', firstOffset: '0' },
    ],
    messages: [probe(1, '1'), probe(2, '2'), probe(3, '2', true), probe(4, '2'), probe(5, '1')],
  }
  const send = async () => ({ responses: [{ topicName: 'probe', partitions: [partition] }] })
  const broker = new (classOf('broker/index.js'))({ connectionPool: { send }, logger: { namespace: () => ({}) } })
  Reflect.set(broker, 'lookupRequest', () => () => ({}))
  const fetch: unknown = Reflect.get(broker, 'fetch')
  if (typeof fetch === 'function') await Reflect.apply(fetch, broker, [{ topics: [] }])
  const batch = new (classOf('consumer/batch.js'))('probe', '1', partition)
  const shown = listOf(Reflect.get(batch, 'messages')).map((message) => fieldOf(message, 'offset'))
  if (shown.join(' ') !== '4') throw new Error(`kafkajs shows aborted records: ${shown.join(' ')}`)
}

/** A record of a transaction, or its abort. */
function probe(offset: number, producerId: string, isControlBatch = false) {
  const batchContext = { producerId, inTransaction: true, isControlBatch }
  return { offset: String(offset), key: Buffer.alloc(4), isControlRecord: isControlBatch, batchContext }
}
