import { Vantages } from '../../src/enrich/vantage.ts'
import { compileFormat } from '../../src/ingest/format/compile.ts'
import { BUILT_IN_ONLY } from '../../src/ingest/format/detect.ts'
import { EMPTY_CARRY } from '../../src/pipeline/contract.ts'
import { createTranscoder } from '../../src/pipeline/transcode.ts'
import { type DocumentForm, PLAIN_FORM, type Segment } from '../../src/sinks/batch.ts'
import { EndpointIndex } from '../../src/enrich/endpoint/index.ts'

type Json = { readonly [key: string]: unknown }

/** The documents of some lines, as `flagship parse` gives them. */
export function parseText(lines: string | Buffer, template?: string, index = new EndpointIndex()): Json[] {
  return parseBytes(lines, template, index)
    .toString('utf8')
    .split('\n')
    .slice(0, -1)
    .map((document): Json => JSON.parse(document))
}

/** The same before it is read. */
export function parseBytes(lines: string | Buffer, template?: string, index = new EndpointIndex()): Buffer {
  const [segment, last] = segmentsOf(lines, template, index, PLAIN_FORM)
  return last === undefined ? segment.bytes : Buffer.concat([segment.bytes, last.bytes])
}

/** The segment of some whole lines in any form. */
export function parseSegment(lines: string, form: DocumentForm = PLAIN_FORM): Segment {
  return segmentsOf(lines, undefined, new EndpointIndex(), form)[0]
}

function segmentsOf(
  lines: string | Buffer,
  template: string | undefined,
  index: EndpointIndex,
  form: DocumentForm,
): readonly [Segment, Segment | undefined] {
  const formats = template === undefined ? BUILT_IN_ONLY : { pinned: compileFormat('test', template), custom: [] }
  const transcoder = createTranscoder(
    { frame: 'auto', formats, minLevel: 'trace', keepOriginal: 'never', maxLineBytes: 16_777_216, now: () => 0 },
    new Vantages({ index }, {}),
    form,
  )
  const bytes = Buffer.concat([Buffer.from(lines), Buffer.from('\n')])
  const chunk = { fileKey: 'AAAAAAAAAAA', path: 'test', offsetBytes: 0, bytes }
  const { segment, carry } = transcoder.transcode(chunk, EMPTY_CARRY)
  return [segment, transcoder.close(carry)]
}
