import { expect, test } from 'vitest'
import { parseDeadLetterLine } from '../../../../src/pipeline/dead-letter-line.ts'
import { jsonDocument } from '../../../../src/pipeline/json-document.ts'
import { DeadLetterTopic } from '../../../../src/pipeline/stream/dead-letter-topic.ts'
import { inMilliseconds, recordedDocuments, recordedSegments } from '../../../support/recorded-tree.ts'

const TIME = '2026-11-23T00:00:00.000Z'

test('DeadLetterTopic.write() holds JSON whatever was offered', async () => {
  const [[json = ''], [segment]] = [
    await recordedDocuments(),
    await recordedSegments({ encoding: 'avro', isRouted: true }),
  ]
  const document = Buffer.from(segment?.bytes.subarray(0, segment.ends[0]) ?? [])
  const stored: string[] = []
  const topic = new DeadLetterTopic(
    async (records) => void stored.push(...records.map(({ key, value }) => `${key} ${value.toString()}`)),
    async () => {},
    await jsonDocument({ encoding: 'avro', isRouted: true }),
  )
  const refused = {
    id: 'a',
    reason: 'too large',
    dataset: 'envoy.access',
    recordClass: 'healthy',
    reporterNamespace: 'shop',
    document,
  } as const
  expect(await topic.write([refused], TIME)).toEqual([])
  const line = parseDeadLetterLine(stored[0]?.slice(2) ?? '')
  expect(line).toEqual({ ...refused, time: TIME, document: Buffer.from(`${inMilliseconds(json)}\n`) })
})
