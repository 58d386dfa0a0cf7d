import type { EndpointIndex } from '../enrich/endpoint/index.ts'
import { loadIndex } from '../enrich/kubernetes/load-index.ts'
import { Vantages } from '../enrich/vantage.ts'
import { FIRST_LINE_BYTES, fileKey } from '../ingest/file-key.ts'
import { compileFormat } from '../ingest/format/compile.ts'
import { BUILT_IN_ONLY, type Formats } from '../ingest/format/detect.ts'
import { EMPTY_CARRY, type Transcoder } from '../pipeline/contract.ts'
import { createTranscoder } from '../pipeline/transcode.ts'
import type { Segment } from '../sinks/batch.ts'
import { paint } from './colour.ts'
import type { Command } from './command.ts'
import { isFailure, type ShownDocument } from './document.ts'
import { FailureTally, renderFailures } from './failures.ts'
import { type Io, isColoured, write } from './io.ts'
import { indexOfContext } from './kube-context.ts'
import { type OptionValues, parseOptions, usageError } from './options.ts'
import { printable } from './printable.ts'
import { renderRows } from './rows.ts'
import { widthOf } from './table.ts'
import { wholeLines } from './whole-lines.ts'

const OPTIONS = {
  frame: { type: 'string', values: ['auto', 'cri', 'docker', 'raw'] },
  format: { type: 'string' },
  inventory: { type: 'string' },
  'kube-context': { type: 'string' },
  output: { type: 'string', values: ['json', 'table'] },
  failures: { type: 'boolean' },
} as const

const MAX_LINE_BYTES = 16_777_216

export const command: Command = {
  name: 'parse',
  summary: 'Turn log lines on stdin into documents, one JSON document a line',
  usage: `Usage: kubectl logs POD -c istio-proxy | flagship parse [OPTIONS]

One document for each line, in the same order, after joining lines that the runtime split. Lines of every kind may be
mixed; what kubectl, stern and docker compose put in front is taken off.

Options:
  --frame auto|cri|docker|raw   What the runtime puts around a line (default: auto, decided line by line)
  --format auto|FORMAT          A format string in Envoy's operator grammar, as text or as JSON (default: auto)
  --inventory FILE              Name pods, services and nodes from this file, made by
                                kubectl get pods,services,endpointslices,nodes -A -o json
  --kube-context NAME           In place of a file: ask the cluster of this context of your kubeconfig
                                (KUBECONFIG, else ~/.kube/config) once
  --output json|table           Documents for programs, or a table for people (default: json)
  --failures                    Only failures; with --output table by cause, with what to check

Example:
  kubectl logs deploy/productpage-v1 -c istio-proxy | flagship parse --output table --failures`,
  async run(args, io) {
    const { values } = parseOptions('parse', args, OPTIONS)
    const index = await indexOf(values, io)
    const vantages = new Vantages({ index }, {})
    const transcoder = createTranscoder(
      {
        frame: values.frame ?? 'auto',
        formats: formatsOf(values.format),
        minLevel: 'trace',
        keepOriginal: 'never',
        maxLineBytes: MAX_LINE_BYTES,
        now: Date.now,
      },
      vantages,
    )
    const show = values.output === 'table' ? tableOutput(values, io) : jsonOutput(values, io)
    for await (const segment of segments(transcoder, io)) await show.segment(segment)
    await show.end()
    return 0
  },
}

/** Who is where: by a file, by a cluster, or by the lines alone. */
async function indexOf(values: OptionValues<typeof OPTIONS>, io: Io): Promise<EndpointIndex> {
  const { inventory, 'kube-context': context } = values
  if (context !== undefined && inventory !== undefined)
    throw usageError('parse', 'Cannot take names from "--kube-context" and "--inventory"', 'give one of them')
  if (context !== undefined) return indexOfContext(context, io)
  const { index, warnings } = await loadIndex({ inventory })
  for (const warning of warnings) io.stderr.write(`flagship: ${printable(warning)}\n`)
  return index
}

function formatsOf(format: string | undefined): Formats {
  if (format === undefined || format === 'auto') return BUILT_IN_ONLY
  return { pinned: compileFormat('--format', format), custom: [] }
}

async function* segments(transcoder: Transcoder, io: Io): AsyncGenerator<Segment> {
  let carry = EMPTY_CARRY
  let key: string | undefined
  for await (const { offsetBytes, bytes } of wholeLines(io.stdin)) {
    key ??= fileKey('stdin', 0, bytes.subarray(0, FIRST_LINE_BYTES))
    const result = transcoder.transcode({ fileKey: key, path: 'stdin', offsetBytes, bytes }, carry)
    carry = result.carry
    yield result.segment
  }
  const last = transcoder.close(carry)
  if (last !== undefined) yield last
}

interface Show {
  segment(segment: Segment): Promise<void>
  end(): Promise<void>
}

function jsonOutput({ failures }: OptionValues<typeof OPTIONS>, io: Io): Show {
  return {
    async segment(segment) {
      if (failures !== true) return write(io.stdout, segment.bytes)
      for (const text of documentsOf(segment)) if (isFailure(read(text))) await write(io.stdout, `${text}\n`)
    },
    async end() {},
  }
}

function tableOutput({ failures }: OptionValues<typeof OPTIONS>, io: Io): Show {
  const tally = new FailureTally()
  const painter = paint(isColoured(io.stdout, io.env))
  return {
    async segment(segment) {
      const documents = documentsOf(segment).map(read)
      if (failures === true) for (const document of documents) tally.add(document)
      else await write(io.stdout, renderRows(documents))
    },
    async end() {
      if (failures === true)
        await write(io.stdout, renderFailures(tally.result(), { width: widthOf(io.stdout), painter }))
    },
  }
}

function documentsOf(segment: Segment): string[] {
  return segment.ends.map((end, i) => segment.bytes.toString('utf8', segment.ends[i - 1] ?? 0, end - 1))
}

function read(text: string): ShownDocument {
  const document: ShownDocument = JSON.parse(text)
  return document
}
