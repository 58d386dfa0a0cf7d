import { flagSetOf } from '../enrich/flag/catalogue.ts'
import { directionOf } from '../enrich/direction.ts'
import { judge } from '../enrich/verdict/verdict.ts'
import { parseLine } from '../ingest/format/detect.ts'
import { unframe } from '../ingest/frame/frame.ts'
import { emptyFrame } from '../ingest/frame/framed.ts'
import type { ComponentLine, EnvoyLine, ParsedLine, UnparsedReason } from '../record/envoy-line.ts'
import { type Direction, type Layer, layerOf } from '../record/layer.ts'
import {
  type ExplainedDetails,
  type ExplainedFlag,
  type ExplainedVerdict,
  explainDetails,
  explainFlag,
  explainVerdict,
} from './explain-flags.ts'

/** What one pasted line says, in plain values: what `--json` prints. */
export type LineExplanation = ExplainedAccess | ExplainedLog | ExplainedUnparsed

export interface ExplainedAccess {
  readonly kind: 'access'
  /** Whether the catalogue knows every flag and the details. */
  readonly isKnown: boolean
  readonly format: string
  /** The text fits its format in more than one way. */
  readonly isAmbiguous: boolean
  readonly layer: Layer
  readonly direction: Direction
  readonly request: RequestSummary
  readonly verdict: ExplainedVerdict
  readonly flags: readonly ExplainedFlag[]
  readonly details?: ExplainedDetails
}

/** The values of a line that tell an engineer which line it is. */
export type RequestSummary = Pick<
  EnvoyLine,
  | 'startTime'
  | 'method'
  | 'path'
  | 'authority'
  | 'responseCode'
  | 'responseFlags'
  | 'responseCodeDetails'
  | 'upstreamCluster'
  | 'upstreamHost'
  | 'downstreamRemoteAddress'
>

export interface ExplainedLog {
  readonly kind: 'log'
  readonly isKnown: false
  readonly format: ComponentLine['format']
  readonly level: string | undefined
  readonly message: string
}

export interface ExplainedUnparsed {
  readonly kind: 'unparsed'
  readonly isKnown: false
  readonly reason: UnparsedReason
}

/** How a pasted line is read. Handed in, so that tests can give their own. */
export interface LineReader {
  parse(text: string): ParsedLine
  directionOf(line: EnvoyLine): Direction
}

/** Lines as people copy them: out of any frame, of any built-in format, from a proxy of which nothing is known. */
export const PASTED_LINE: LineReader = {
  parse: parsePasted,
  directionOf: (line) => directionOf(line, undefined),
}

/** Explain one line. `direction`, where given, is believed rather than what the line shows. Never throws. */
export function explainLine(text: string, reader: LineReader, direction?: Direction): LineExplanation {
  const parsed = reader.parse(text)
  if (parsed.kind === 'unparsed') return { kind: 'unparsed', isKnown: false, reason: parsed.reason }
  if (parsed.kind === 'access') return explainAccess(parsed.line, direction ?? reader.directionOf(parsed.line))
  const { format, level, message } = parsed.line
  return { kind: 'log', isKnown: false, format, level, message }
}

function explainAccess(line: EnvoyLine, direction: Direction): ExplainedAccess {
  const flags = (line.responseFlags === undefined ? [] : flagSetOf(line.responseFlags).names).map(explainFlag)
  const text = line.responseCodeDetails
  const details = text === undefined ? undefined : explainDetails(text, { direction, status: line.responseCode })
  return {
    kind: 'access',
    isKnown: flags.every((flag) => flag.isKnown) && details?.isKnown !== false,
    format: line.format,
    isAmbiguous: line.isAmbiguous,
    layer: layerOf(line),
    direction,
    request: summaryOf(line),
    verdict: explainVerdict(judge(line, direction)),
    flags,
    ...(details === undefined ? {} : { details }),
  }
}

function summaryOf(line: EnvoyLine): RequestSummary {
  return {
    startTime: line.startTime,
    method: line.method,
    path: line.path,
    authority: line.authority,
    responseCode: line.responseCode,
    responseFlags: line.responseFlags,
    responseCodeDetails: line.responseCodeDetails,
    upstreamCluster: line.upstreamCluster,
    upstreamHost: line.upstreamHost,
    downstreamRemoteAddress: line.downstreamRemoteAddress,
  }
}

function parsePasted(text: string): ParsedLine {
  const bytes = Buffer.from(text)
  const framed = emptyFrame()
  unframe('auto', bytes, 0, bytes.length, framed)
  return parseLine(framed.text ?? bytes.toString('utf8', framed.from, framed.to))
}
