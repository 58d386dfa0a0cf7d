import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { PartitionLog } from './partition-log.ts'
import { parseRecordBatch, type RecordBatch, type StoredRecord } from './record-batch.ts'
import { int8, int16, int32, int64, list, Reader, text } from './wire.ts'

/**
 * What happens to one Produce request. `lost`: stored, the connection ends in place of an answer. `cut`: the connection
 * ends, nothing is stored. `mute`: stored, no answer ever. `deaf`: neither. `moved`: another broker leads the first
 * partition, and the answer says so. `confused`: the broker knows the producer by other sequences. `late`: stored, and
 * the answer comes when the next request of that connection does. A number: the error code for the first partition; the
 * others are stored.
 */
export type Fault = 'lost' | 'cut' | 'mute' | 'deaf' | 'moved' | 'confused' | 'late' | number

/** One Produce request as it came. */
export interface Produced {
  readonly node: number
  readonly places: readonly string[]
  readonly sequences: readonly number[]
  readonly producerIds: readonly bigint[]
}

const [PRODUCE, METADATA, API_VERSIONS, INIT_PRODUCER_ID] = [0, 3, 18, 22]
const NOT_LEADER = 6
const UNKNOWN_TOPIC = 3
const LEADER_NOT_AVAILABLE = 5

interface PartitionRequest {
  readonly topic: string
  readonly partition: number
  readonly batch: RecordBatch
}

/** Brokers on this machine that keep what they are given in memory, with the rules of real ones, and fail as they are told. */
export class FakeKafka {
  readonly topics = new Map<string, PartitionLog[]>()
  readonly produced: Produced[] = []
  /** What happens to the next Produce requests, one after the other. */
  readonly faults: (Fault | undefined)[] = []
  /** Error codes of topics in metadata. */
  readonly topicErrors = new Map<string, number>()
  /** Error codes of the next requests for a producer id. */
  readonly initErrors: number[] = []
  isDown = false
  #producerIds = 1_000n
  readonly #servers: Server[] = []
  readonly #sockets = new Set<Socket>()

  static async start(nodes: number): Promise<FakeKafka> {
    const kafka = new FakeKafka()
    for (let node = 0; node < nodes; node += 1) {
      const server = createServer((socket) => kafka.#serve(node, socket))
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      kafka.#servers.push(server)
    }
    return kafka
  }

  get brokers(): readonly string[] {
    return this.#servers.map((server) => `127.0.0.1:${portOf(server)}`)
  }

  createTopic(topic: string, partitions: number): readonly PartitionLog[] {
    const nodes = this.#servers.length
    const logs = this.topics.get(topic) ?? []
    while (logs.length < partitions) logs.push(new PartitionLog(logs.length % nodes))
    this.topics.set(topic, logs)
    return logs
  }

  recordsOf(topic: string): readonly StoredRecord[] {
    return (this.topics.get(topic) ?? []).flatMap(({ records }) => records)
  }

  /** Connections end at once, before anything is read, and those there are end now. */
  goDown(): void {
    this.isDown = true
    for (const socket of this.#sockets) socket.destroy()
  }

  comeBack(): void {
    this.isDown = false
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))))
  }

  #serve(node: number, socket: Socket): void {
    if (this.isDown) return void socket.destroy()
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
    let bytes = Buffer.alloc(0)
    let working = Promise.resolve()
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk])
      while (bytes.length >= 4 && bytes.length >= 4 + bytes.readInt32BE(0)) {
        const end = 4 + bytes.readInt32BE(0)
        const request = new Reader(bytes.subarray(4, end))
        bytes = bytes.subarray(end)
        // One after the other on a connection, as a broker does it.
        working = working.then(() => this.#answer(node, socket, request))
      }
    })
  }

  async #answer(node: number, socket: Socket, request: Reader): Promise<void> {
    const [apiKey, version, correlationId] = [request.int16(), request.int16(), request.int32()]
    request.text()
    const reply = (body: Buffer) => {
      const answer = Buffer.concat([int32(correlationId), body])
      socket.write(Buffer.concat([int32(answer.length), answer]))
    }
    if (apiKey === API_VERSIONS) return reply(apiVersions(version))
    if (apiKey === METADATA) return reply(this.#metadata(request))
    if (apiKey === INIT_PRODUCER_ID) return reply(this.#initProducerId())
    if (apiKey === PRODUCE) return this.#produce(node, socket, request, reply)
    throw new Error(`the fake does not know the request ${apiKey}`)
  }

  #metadata(request: Reader): Buffer {
    const asked = request.list(() => request.text() ?? '')
    const names = asked.length === 0 ? this.#listed() : asked
    return Buffer.concat([
      int32(0),
      list(this.#servers, (server) =>
        Buffer.concat([
          int32(this.#servers.indexOf(server)),
          text('127.0.0.1'),
          int32(portOf(server)),
          text(undefined),
        ]),
      ),
      text('fake'),
      int32(0),
      list(names, (name) => this.#topicMetadata(name)),
    ])
  }

  /** Who asks for all topics is told of those that are there and may be seen. */
  #listed(): readonly string[] {
    const isListed = (name: string) => [undefined, LEADER_NOT_AVAILABLE].includes(this.topicErrors.get(name))
    return [...this.topics.keys()].filter(isListed)
  }

  #topicMetadata(name: string): Buffer {
    const logs = this.topics.get(name)
    const error = this.topicErrors.get(name) ?? (logs === undefined ? UNKNOWN_TOPIC : 0)
    const partitions = list(logs ?? [], (log) => {
      const replicas = list([log.leader], int32)
      const index = int32((logs ?? []).indexOf(log))
      return Buffer.concat([int16(0), index, int32(log.leader), replicas, replicas, list([], int32)])
    })
    return Buffer.concat([int16(error), text(name), int8(0), partitions])
  }

  #initProducerId(): Buffer {
    const error = this.initErrors.shift() ?? 0
    this.#producerIds += 1n
    return Buffer.concat([int32(0), int16(error), int64(error === 0 ? this.#producerIds : -1n), int16(0)])
  }

  async #produce(node: number, socket: Socket, request: Reader, reply: (body: Buffer) => void): Promise<void> {
    const parts = await partsOf(request)
    this.produced.push({
      node,
      places: parts.map(({ topic, partition }) => `${topic}/${partition}`),
      sequences: parts.map(({ batch }) => batch.sequence),
      producerIds: parts.map(({ batch }) => batch.producerId),
    })
    const fault = this.faults.shift()
    if (fault === 'cut') return void socket.destroy()
    if (fault === 'deaf') return
    if (fault === 'moved') this.#move(parts)
    if (fault === 'confused') for (const part of parts) this.#logOf(part)?.confuseProducers()
    const codes = parts.map((part, index) =>
      index === 0 && typeof fault === 'number' ? fault : this.#store(node, part),
    )
    if (fault === 'mute') return
    if (fault === 'lost') return void socket.destroy()
    if (fault === 'late') await once(socket, 'data')
    reply(
      Buffer.concat([
        list(parts, (part) => {
          const code = codes[parts.indexOf(part)] ?? 0
          const row = Buffer.concat([int32(part.partition), int16(code), int64(0n), int64(-1n), int64(0n)])
          return Buffer.concat([text(part.topic), list([row], (each) => each)])
        }),
        int32(0),
      ]),
    )
  }

  #store(node: number, part: PartitionRequest): number {
    const log = this.#logOf(part)
    if (log === undefined) return UNKNOWN_TOPIC
    return log.leader === node ? log.append(part.batch) : NOT_LEADER
  }

  #move([first]: readonly PartitionRequest[]): void {
    const log = first && this.#logOf(first)
    if (log !== undefined) log.leader = (log.leader + 1) % this.#servers.length
  }

  #logOf({ topic, partition }: PartitionRequest): PartitionLog | undefined {
    return this.topics.get(topic)?.[partition]
  }
}

async function partsOf(request: Reader): Promise<readonly PartitionRequest[]> {
  request.text()
  if (request.int16() !== -1) throw new Error('expected acks of all replicas')
  request.int32()
  const topics = request.list(() => ({
    topic: request.text() ?? '',
    partitions: request.list(() => ({ partition: request.int32(), bytes: request.take(request.int32()) })),
  }))
  const parts = topics.flatMap(({ topic, partitions }) => partitions.map((each) => ({ topic, ...each })))
  return Promise.all(
    parts.map(async ({ topic, partition, bytes }) => ({ topic, partition, batch: await parseRecordBatch(bytes) })),
  )
}

/** Versions that kafkajs 2.2.4 negotiates with brokers of 3.9 and 4.4. */
function apiVersions(version: number): Buffer {
  const rows = [
    [PRODUCE, 3, 7],
    [METADATA, 4, 6],
    [API_VERSIONS, 0, 2],
    [INIT_PRODUCER_ID, 0, 1],
  ] as const
  const known = list(rows, ([key, least, most]) => Buffer.concat([int16(key), int16(least), int16(most)]))
  return Buffer.concat([int16(0), known, ...(version > 0 ? [int32(0)] : [])])
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
