import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { EndpointIndex } from '../../src/enrich/endpoint/index.ts'
import { feedInventory, readInventory } from '../../src/enrich/kubernetes/inventory.ts'
import { Vantages } from '../../src/enrich/vantage.ts'
import { BUILT_IN_ONLY } from '../../src/ingest/format/detect.ts'
import { parsePodDirectory } from '../../src/ingest/pod-path.ts'
import { EMPTY_CARRY } from '../../src/pipeline/contract.ts'
import { createTranscoder } from '../../src/pipeline/transcode.ts'
import { type DocumentForm, PLAIN_FORM, type Segment } from '../../src/sinks/batch.ts'

const RECORDED = fileURLToPath(new URL('../fixtures/recorded/', import.meta.url))

/** The documents of the recorded pods as the agent makes them: each file read as its pod's, both ends named. */
export async function recordedDocuments(): Promise<readonly string[]> {
  const segments = await recordedSegments(PLAIN_FORM)
  return segments.flatMap(({ bytes }) => bytes.toString().trim().split('\n'))
}

/** The same in another form: one segment for each pod. */
export async function recordedSegments(form: DocumentForm): Promise<readonly Segment[]> {
  const index = new EndpointIndex()
  feedInventory(index, await readInventory(`${RECORDED}cluster.json`), 0)
  return readdirSync(`${RECORDED}pods`).map((pod, number) => segmentOf(pod, number, index, form))
}

function segmentOf(pod: string, number: number, index: EndpointIndex, form: DocumentForm): Segment {
  const identity = { ...parsePodDirectory(pod), containerName: 'istio-proxy' }
  const transcoder = createTranscoder(
    {
      frame: 'cri',
      formats: BUILT_IN_ONLY,
      minLevel: 'warning',
      keepOriginal: 'never',
      maxLineBytes: 1_048_576,
      now: () => 0,
    },
    new Vantages({ index }, identity),
    form,
  )
  const path = `${RECORDED}pods/${pod}/istio-proxy/0.log`
  const fileKey = `AAAAAAAAAA${String.fromCodePoint(65 + number)}`
  const chunk = { fileKey, path, offsetBytes: 0, bytes: readFileSync(path) }
  return transcoder.transcode(chunk, EMPTY_CARRY).segment
}

/** A JSON document with times as Avro keeps them: finer digits than milliseconds are cut off (docs/avro.md). */
export function inMilliseconds(json: string): string {
  return json.replaceAll(/(\.\d{3})\d+Z"/g, '$1Z"')
}
