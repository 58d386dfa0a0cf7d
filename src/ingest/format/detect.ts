import type { EnvoyLine, ParsedLine, UnparsedReason } from '../../record/envoy-line.ts'
import type { CompiledFormat } from './compile.ts'
import { parseComponentJson, parseComponentText } from './component.ts'
import { parseAccessJson } from './json.ts'
import { scanIstioJson } from './json-scan.ts'
import { isTooDeep, type JsonObject } from './json-value.ts'
import type { PlainBytes } from './plain-bytes.ts'
import { isTruncatedTextLine, parseTextLine } from './text-formats.ts'
import { parseZtunnelJson, parseZtunnelText } from './ztunnel.ts'

/** The formats a file's lines may have beyond the built-in ones. */
export interface Formats {
  /** Tried before everything else: the format somebody said the lines have. */
  readonly pinned: CompiledFormat | undefined
  /** Tried in order on lines that no built-in format fits. */
  readonly custom: readonly CompiledFormat[]
}

export const BUILT_IN_ONLY: Formats = { pinned: undefined, custom: [] }

/**
 * Say what one line is, by its shape alone: one file mixes access lines, diagnostics of three programs, and the rest.
 * Never throws. Linear in the length of the line. `plain`: its bytes, where it is known to be plain, which costs less.
 */
export function parseLine(text: string, formats: Formats = BUILT_IN_ONLY, plain?: PlainBytes): ParsedLine {
  if (text.charCodeAt(0) === OPEN_BRACE) return parseJson(text, formats, plain)
  return (
    access(formats.pinned?.parseText(text)) ?? parseBuiltIn(text) ?? access(firstFit(text, formats)) ?? unparsed(text)
  )
}

function parseBuiltIn(text: string): ParsedLine | undefined {
  switch (text.charCodeAt(0)) {
    case OPEN_BRACKET:
      return access(parseTextLine(text)) ?? diagnostic(text)
    case LETTER_A:
      return access(parseTextLine(text))
    case DIGIT_2:
      return access(parseZtunnelText(text)) ?? diagnostic(text)
    default:
      return undefined
  }
}
const OPEN_BRACE = 0x7b
const OPEN_BRACKET = 0x5b
const LETTER_A = 0x41 // Emissary's `ACCESS [`
const DIGIT_2 = 0x32 // `2026-...`

function parseJson(text: string, formats: Formats, plain: PlainBytes | undefined): ParsedLine {
  const scanned = formats.pinned === undefined && plain !== undefined ? scanIstioJson(text, plain) : undefined
  if (scanned !== undefined) return { kind: 'access', line: scanned, isJson: true }
  const object = jsonObject(text)
  // Envoy Gateway up to 1.3 writes a text format in the shape of JSON: a quote in a header breaks it.
  if (object === undefined)
    return access(formats.pinned?.parseText(text) ?? parseTextLine(text) ?? firstFit(text, formats)) ?? unparsed(text)
  return parseObject(object, text, formats) ?? { kind: 'unparsed', reason: 'no_format_fits' }
}

function parseObject(object: JsonObject, text: string, { pinned, custom }: Formats): ParsedLine | undefined {
  if (pinned === undefined) {
    const line = parseAccessJson(object, text)
    if (line === 'too_deep') return TOO_DEEP
    if (line !== undefined) return access(line, true)
  }
  if (isTooDeep(object, text)) return TOO_DEEP
  const known = pinned?.parseObject(object, text) ?? parseAccessJson(object, text) ?? parseZtunnelJson(object)
  if (known !== undefined && known !== 'too_deep') return access(known, true)
  const component = parseComponentJson(object, text)
  if (component !== undefined) return { kind: 'log', line: component }
  return access(
    firstOf(custom, (format) => format.parseObject(object, text)),
    true,
  )
}
const TOO_DEEP: ParsedLine = { kind: 'unparsed', reason: 'too_deep' }

function firstFit(text: string, formats: Formats): EnvoyLine | undefined {
  return firstOf(formats.custom, (format) => format.parseText(text))
}

function firstOf<T, R>(items: readonly T[], read: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const result = read(item)
    if (result !== undefined) return result
  }
  return undefined
}

function jsonObject(text: string): JsonObject | undefined {
  try {
    const object: JsonObject = JSON.parse(text) // it begins with a brace
    return object
  } catch {
    return undefined
  }
}

function access(line: EnvoyLine | undefined, isJson = false): ParsedLine | undefined {
  return line === undefined ? undefined : { kind: 'access', line, isJson }
}

function diagnostic(text: string): ParsedLine | undefined {
  const line = parseComponentText(text)
  return line === undefined ? undefined : { kind: 'log', line }
}

function unparsed(text: string): ParsedLine {
  return { kind: 'unparsed', reason: reasonOf(text) }
}

function reasonOf(text: string): UnparsedReason {
  if (text.trim() === '') return 'empty'
  if (text.charCodeAt(0) === OPEN_BRACE) return 'invalid_json'
  if (text.startsWith('Failed to convert protobuf message to JSON string')) return 'lost_by_envoy'
  return isTruncatedTextLine(text) ? 'truncated' : 'no_format_fits'
}
