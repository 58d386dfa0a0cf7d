/**
 * What stands before an Avro body in a Kafka message: a zero byte and the schema's id, four bytes, highest first.
 * Source: Confluent's documentation, Schema Registry wire format, version 0.
 */
const HEADER_BYTES = 5

/** The five bytes that say which schema the body after them has. */
export function confluentHeader(schemaId: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32BE(schemaId, 1)
  return header
}

/** An Avro body and the id of its schema. The body is a view of the message. */
export interface ConfluentValue {
  readonly schemaId: number
  readonly body: Buffer
}

/** The parts of a message's value; undefined when it does not begin as such a value does. */
export function parseConfluentValue(value: Buffer): ConfluentValue | undefined {
  if (value.length < HEADER_BYTES || value[0] !== 0) return undefined
  return { schemaId: value.readUInt32BE(1), body: value.subarray(HEADER_BYTES) }
}
