import avsc from 'avsc'
import * as fc from '../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { avroSchema } from '../../src/record/avro-schema.ts'
import { encodeAvro } from '../../src/record/generated/avro.ts'
import { decodeWithJava } from '../support/kafka-readers.ts'
import { RANDOM_RECORD } from '../support/random-record.ts'
import { isKafkaLeftOut } from '../support/real-kafka.ts'
import { recordedSegments } from '../support/recorded-tree.ts'

const SCHEMA = JSON.stringify(avroSchema())
const type = avsc.Type.forSchema(JSON.parse(SCHEMA))
const memory = Buffer.alloc(8_388_608)

/** What avsc reads, as plain values. */
function readByAvsc(bytes: Buffer): unknown {
  return JSON.parse(JSON.stringify(type.fromBuffer(bytes)))
}

describe.skipIf(isKafkaLeftOut())('encodeAvro(), read by Apache Avro for Java', () => {
  test('is the same as avsc reads, for every recorded line', async () => {
    const segments = await recordedSegments({ encoding: 'avro', isRouted: false })
    const bodies = segments.flatMap(({ bytes, ends }) =>
      ends.map((end, index) => Buffer.from(bytes.subarray(ends[index - 1] ?? 0, end))),
    )
    expect(bodies.length).toBeGreaterThan(500)
    expect(await decodeWithJava(SCHEMA, bodies)).toEqual(bodies.map(readByAvsc))
  })

  test('is the same as avsc reads, for any record', async () => {
    const bodies = fc
      .sample(RANDOM_RECORD, { numRuns: 100, seed: 1 })
      .map((record) => Buffer.from(memory.subarray(0, encodeAvro(record, memory, 0))))
    expect(await decodeWithJava(SCHEMA, bodies)).toEqual(bodies.map(readByAvsc))
  })
})
