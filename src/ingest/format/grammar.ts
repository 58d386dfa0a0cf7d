import { FlagshipError } from '../../errors.ts'
import { nearestOperator, OPERATORS } from './operators.ts'

/** One operator of a format: `%REQ(USER-AGENT):80%` has name REQ, argument USER-AGENT and limit 80. */
export interface OperatorUse {
  readonly name: string
  readonly argument: string | undefined
  /** Longest value in bytes; longer ones are cut. */
  readonly limit: number | undefined
  /** Where it stands in the format, counted from 1. */
  readonly position: number
}

/** What stands between operators; two percent signs are one. */
export interface Literal {
  readonly literal: string
}

export type Piece = Literal | OperatorUse

export function isOperator(piece: Piece): piece is OperatorUse {
  return 'name' in piece
}

/**
 * Split a format string into literals and operators by Envoy's grammar: `%COMMAND%`, `%COMMAND(ARGUMENT):LENGTH%`, `%%`.
 *
 * No two literals follow each other, none is empty, and a newline at the end is dropped.
 * Source: envoyproxy/envoy source/common/formatter/substitution_formatter.cc.
 * @throws FlagshipError FORMAT_INVALID that says where, what and what to write instead.
 */
export function parseTemplate(format: string, template: string): Piece[] {
  const text = withoutNewline(template)
  const newline = text.search(/[\r\n]/)
  if (newline !== -1) throw invalid(format, newline, 'holds a line break, but a record is one line; remove it')
  const pieces: Piece[] = []
  let literal = ''
  for (let at = 0; at < text.length; ) {
    const percent = text.indexOf('%', at)
    literal += text.slice(at, percent === -1 ? text.length : percent)
    if (percent === -1) break
    if (text[percent + 1] === '%') {
      literal += '%'
      at = percent + 2
      continue
    }
    if (literal !== '') pieces.push({ literal })
    literal = ''
    at = readOperator(format, text, percent, pieces)
  }
  if (literal !== '') pieces.push({ literal })
  return pieces
}

/** A format ends with a newline so that records are lines; some configurations hold it as backslash and n. */
function withoutNewline(template: string): string {
  return template.replace(/(?:\r?\n|\\n)+$/, '')
}

function readOperator(format: string, text: string, percent: number, pieces: Piece[]): number {
  let at = percent + 1
  while (isNameCharacter(text.charCodeAt(at))) at += 1
  const name = text.slice(percent + 1, at)
  if (name === '')
    throw invalid(format, percent, `has a percent sign that starts no operator${remedyFor(text, percent)}`)
  const close = text[at] === '(' ? closingBracket(text, at) : at - 1
  if (close === -1) throw invalid(format, at, `has no end of the argument of %${name}; close it with ")%"`)
  const limit = readLimit(text, close + 1)
  if (text[limit.end] !== '%') throw invalid(format, limit.end, `has no percent sign at the end of %${name}`)
  const argument = close < at ? undefined : text.slice(at + 1, close)
  check(format, name, argument, percent)
  pieces.push({ name, argument, limit: limit.value, position: percent + 1 })
  return limit.end + 1
}

/** The bracket that ends an argument is followed by the length or the percent sign: an expression may hold others. */
function closingBracket(text: string, open: number): number {
  let close = text.indexOf(')', open)
  while (close !== -1 && text[readLimit(text, close + 1).end] !== '%') close = text.indexOf(')', close + 1)
  return close
}

function readLimit(text: string, at: number): { value: number | undefined; end: number } {
  let end = at + 1
  while (isDigit(text.charCodeAt(end))) end += 1
  if (text[at] !== ':' || end === at + 1) return { value: undefined, end: at }
  return { value: Number(text.slice(at + 1, end)), end }
}

const HEADER_OPERATORS = new Set(['REQ', 'REQUEST_HEADER', 'RESP', 'RESPONSE_HEADER', 'TRAILER', 'RESPONSE_TRAILER'])

function check(format: string, name: string, argument: string | undefined, percent: number): void {
  const operator = OPERATORS.get(name)
  if (operator === undefined) {
    const nearest = nearestOperator(name)
    const remedy = nearest === undefined ? 'see the operators of Envoy' : `did you mean %${nearest}%?`
    throw invalid(format, percent, `has an unknown operator %${name}%; ${remedy}`)
  }
  if (operator.needsArgument && (argument ?? '') === '')
    throw invalid(format, percent, `has %${name}% without its argument; write %${name}(...)%`)
  if (
    argument !== undefined &&
    HEADER_OPERATORS.has(name) &&
    !/^:?[\w!#$&'*+.^`|~-]+(?:\?:?[\w!#$&'*+.^`|~-]+)?$/.test(argument)
  )
    throw invalid(format, percent, `has %${name}% with "${argument}", which is no header name; write A or A?B`)
}

function remedyFor(text: string, percent: number): string {
  return /^%[a-z_0-9]+[%(]/.test(text.slice(percent, percent + 80))
    ? '; operators are written in capitals'
    : '; write %% for a percent sign'
}

/** An error that names the format, the place and the remedy. */
export function invalid(format: string, index: number, problem: string): FlagshipError {
  return new FlagshipError('FORMAT_INVALID', `Cannot use format "${format}": character ${index + 1} ${problem}`)
}

function isNameCharacter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || isDigit(code) || code === 0x5f
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}
