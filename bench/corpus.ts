import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { loadIndex } from '../src/enrich/kubernetes/load-index.ts'
import { Vantages } from '../src/enrich/vantage.ts'
import { BUILT_IN_ONLY } from '../src/ingest/format/detect.ts'
import { type Carry, EMPTY_CARRY, type Transcoder } from '../src/pipeline/contract.ts'
import { reuseSlab } from '../src/pipeline/slab.ts'
import { createTranscoder } from '../src/pipeline/transcode.ts'
import { type DocumentForm, PLAIN_FORM } from '../src/sinks/batch.ts'

const fixture = (path: string) => new URL(`../test/fixtures/recorded/${path}`, import.meta.url)
const CHUNK_BYTES = 262_144
const NEWLINE = 0x0a

/** The recorded JSON lines of five sidecars. */
export function jsonCorpus(): Buffer {
  return gunzipSync(readFileSync(fixture('corpus.json.log.gz')))
}

/** The same requests as Istio writes them with `accessLogEncoding: TEXT`. */
export function textCorpus(): Buffer {
  const lines = jsonCorpus().toString().trimEnd().split('\n')
  return Buffer.from(`${lines.map((line) => textLine(JSON.parse(line))).join('\n')}\n`)
}

type Fields = Readonly<Record<string, string | number | null>>

function textLine(fields: Fields): string {
  const v = (key: string) => fields[key] ?? '-'
  return (
    `[${v('start_time')}] "${v('method')} ${v('path')} ${v('protocol')}" ${v('response_code')} ${v('response_flags')} ` +
    `${v('response_code_details')} ${v('connection_termination_details')} "${v('upstream_transport_failure_reason')}" ` +
    `${v('bytes_received')} ${v('bytes_sent')} ${v('duration')} ${v('upstream_service_time')} "${v('x_forwarded_for')}" ` +
    `"${v('user_agent')}" "${v('request_id')}" "${v('authority')}" "${v('upstream_host')}" ${v('upstream_cluster')} ` +
    `${v('upstream_local_address')} ${v('downstream_local_address')} ${v('downstream_remote_address')} ` +
    `${v('requested_server_name')} ${v('route_name')}`
  )
}

export function countLines(corpus: Buffer): number {
  let lines = 0
  for (let at = corpus.indexOf(NEWLINE); at !== -1; at = corpus.indexOf(NEWLINE, at + 1)) lines += 1
  return lines
}

/** A transcoder as the agent uses it, for one sidecar of the recorded cluster. */
export async function corpusTranscoder(form: DocumentForm = PLAIN_FORM): Promise<Transcoder> {
  const { index } = await loadIndex({ inventory: fixture('cluster.json').pathname })
  const identity = {
    namespace: 'default',
    podName: 'productpage-v1-5c6d8f7b9-2xqzt',
    podUid: '1b7d9e60-0c4f-4f6e-8d33-91a7b2c4d502',
    containerName: 'istio-proxy',
  }
  return createTranscoder(
    {
      frame: 'raw',
      formats: BUILT_IN_ONLY,
      minLevel: 'warning',
      keepOriginal: 'never',
      maxLineBytes: 1_048_576,
      now: Date.now,
    },
    new Vantages({ index, clusterName: 'bench' }, identity),
    form,
  )
}

/** Transcode a whole corpus in chunks of whole lines, as a reader gives them; the bytes of the documents. */
export function transcodeAll(transcoder: Transcoder, corpus: Buffer): number {
  let carry: Carry = EMPTY_CARRY
  let documentBytes = 0
  for (let at = 0; at < corpus.length; ) {
    const end = corpus.lastIndexOf(NEWLINE, Math.min(at + CHUNK_BYTES, corpus.length) - 1) + 1
    const bytes = corpus.subarray(at, end)
    const result = transcoder.transcode(
      { fileKey: 'AAAAAAAAAAA', path: '/var/log/pods/p/istio-proxy/0.log', offsetBytes: at, bytes },
      carry,
    )
    carry = result.carry
    documentBytes += result.segment.bytes.length
    reuseSlab(result.segment.bytes) // as the pipeline does when it is delivered
    at = end
  }
  return documentBytes
}

/** What any program that reads JSON and writes JSON pays at least. */
export function parseAndStringifyAll(corpus: Buffer): number {
  let length = 0
  for (let at = 0; at < corpus.length; ) {
    const end = corpus.indexOf(NEWLINE, at)
    length += JSON.stringify(JSON.parse(corpus.toString('utf8', at, end))).length
    at = end + 1
  }
  return length
}
