/**
 * Records that do not go through kafkajs: it has a ticket for them, and they take its place when the request is written
 * to the socket. kafkajs 2.2.4 would copy them eight times on their way, into memory that it clears first, and checksum
 * them at a tenth of the speed (docs/adr/0009).
 */
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'

/** CRC-32C of bytes, going on from that of what stands before them. */
export type Crc32c = (bytes: Uint8Array, before?: number) => number

/** Where `crc32c` comes from: undefined where its native part does not load. */
export async function loadCrc32c(): Promise<Crc32c | undefined> {
  try {
    return (await import('@node-rs/crc32')).crc32c
  } catch {
    return undefined
  }
}

/** Records of one batch, compressed where they are to be. */
export interface PackedRecords {
  readonly bytes: Buffer
  /** Number of the codec, in the attributes of the batch. */
  readonly compression: number
}

const MARK_BYTES = 12
const TICKET_BYTES = MARK_BYTES + 4

/** The records that wait for their request to be written, each behind a ticket. */
export class Tickets {
  readonly #crc32c: Crc32c
  readonly #mark = randomBytes(MARK_BYTES)
  readonly #records = new Map<number, PackedRecords>()
  #next = 0

  constructor(crc32c: Crc32c) {
    this.#crc32c = crc32c
  }

  /** What kafkajs gets in place of records. */
  issue(records: PackedRecords): Buffer {
    this.#next = (this.#next + 1) >>> 0
    this.#records.set(this.#next, records)
    const ticket = Buffer.alloc(TICKET_BYTES)
    this.#mark.copy(ticket)
    ticket.writeUInt32BE(this.#next, MARK_BYTES)
    return ticket
  }

  /** Its records are not written any more. */
  revoke(ticket: Buffer): void {
    this.#records.delete(ticket.readUInt32BE(MARK_BYTES))
  }

  /** Whatever is written to a socket has its records from now on. One with tickets that are not valid is cut. */
  redeemOn(socket: Socket): void {
    const write = socket.write.bind(socket)
    const redeemed = (data: Buffer): boolean => {
      try {
        socket.cork()
        return this.redeem(data)
          .map((piece) => write(piece))
          .every(Boolean)
      } catch (error) {
        socket.destroy(error instanceof Error ? error : undefined)
        return false
      } finally {
        socket.uncork()
      }
    }
    Object.defineProperty(socket, 'write', { value: redeemed, writable: true, configurable: true })
  }

  /** What has to be written in place of a request. Throws where it has tickets that are not valid. */
  redeem(request: Buffer): readonly Buffer[] {
    if (!isProduce(request)) return [request]
    const pieces: Buffer[] = []
    let [from, added] = [0, 0]
    for (const batch of recordBatches(request)) {
      const records = this.#recordsOf(request.subarray(batch.records, batch.end))
      if (records === undefined) continue
      added += records.bytes.length - TICKET_BYTES
      this.#write(request, batch, records)
      pieces.push(request.subarray(from, batch.records), records.bytes)
      from = batch.end
    }
    request.writeInt32BE(request.readInt32BE(0) + added, 0)
    pieces.push(request.subarray(from))
    return pieces
  }

  #recordsOf(bytes: Buffer): PackedRecords | undefined {
    const isTicket = bytes.length === TICKET_BYTES && bytes.subarray(0, MARK_BYTES).equals(this.#mark)
    if (!isTicket) return undefined
    const records = this.#records.get(bytes.readUInt32BE(MARK_BYTES))
    if (records === undefined) throw new Error('a ticket was revoked')
    return records
  }

  /** The lengths, the codec and the checksum of a batch as they are with its records. */
  #write(request: Buffer, { start, records }: BatchPlace, { bytes, compression }: PackedRecords): void {
    const added = bytes.length - TICKET_BYTES
    const [size, length, attributes] = [start - INT32, start + BATCH_LENGTH, start + ATTRIBUTES]
    request.writeInt32BE(request.readInt32BE(size) + added, size)
    request.writeInt32BE(request.readInt32BE(length) + added, length)
    request.writeInt16BE(request.readInt16BE(attributes) | compression, attributes)
    const head = this.#crc32c(request.subarray(attributes, records))
    request.writeUInt32BE(this.#crc32c(bytes, head) >>> 0, start + CRC)
  }
}

/** Where a record batch and its records stand in a request. */
interface BatchPlace {
  readonly start: number
  readonly records: number
  readonly end: number
}

const [INT16, INT32] = [2, 4]
const PRODUCE = 0
/** Shorter is no request with records in it. */
const LEAST_BYTES = 32
/** All of these look alike (Apache Kafka, ProduceRequest.json). */
const [FIRST_VERSION, LAST_VERSION] = [3, 8]
/** Of a record batch: places, and its length up to the records (Apache Kafka, DefaultRecordBatch.java). */
const [BATCH_LENGTH, CRC, ATTRIBUTES, BATCH_HEAD] = [8, 17, 21, 61]

function isProduce(request: Buffer): boolean {
  if (request.length < LEAST_BYTES || request.readInt32BE(0) !== request.length - INT32) return false
  const version = request.readInt16BE(INT32 + INT16)
  return request.readInt16BE(INT32) === PRODUCE && version >= FIRST_VERSION && version <= LAST_VERSION
}

/** The record batches in a produce request. */
function* recordBatches(request: Buffer): Generator<BatchPlace> {
  let at = INT32 + INT16 + INT16 + INT32 // length, key, version, correlation id
  const take = (bytes: number) => (at += bytes) - bytes
  const skipText = () => take(Math.max(0, request.readInt16BE(take(INT16))))
  skipText() // client id
  skipText() // transactional id
  take(INT16 + INT32) // acks, time-out
  for (let topics = request.readInt32BE(take(INT32)); topics > 0; topics -= 1) {
    skipText()
    for (let partitions = request.readInt32BE(take(INT32)); partitions > 0; partitions -= 1) {
      take(INT32)
      const size = request.readInt32BE(take(INT32))
      const start = take(size)
      yield { start, records: start + BATCH_HEAD, end: start + size }
    }
  }
}
