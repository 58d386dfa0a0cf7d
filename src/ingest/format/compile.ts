import { type EnvoyLine, emptyLine } from '../../record/envoy-line.ts'
import { compileJsonFormat, type JsonFormat } from './compile-json.ts'
import { compileTextFormat, type TextFormat } from './compile-text.ts'
import type { JsonObject } from './json-value.ts'

/** A format of a user's own. Each method gives the line, or undefined when the format does not fit; neither throws. */
export interface CompiledFormat {
  /** `custom:NAME`. */
  readonly name: string
  /** For lines that are no JSON. */
  parseText(text: string): EnvoyLine | undefined
  /** For lines that are a JSON object. A text format in the shape of JSON reads their text. */
  parseObject(object: JsonObject, text: string): EnvoyLine | undefined
}

/**
 * Compile a format a user has written: a text in Envoy's operator grammar, a JSON object of such texts, or the text of
 * one. A text that is a JSON object may be a text format all the same (Envoy Gateway up to 1.3), whose lines are no
 * JSON when a header holds a quote: those are read as text.
 * @throws FlagshipError FORMAT_INVALID that names the format, the place and the remedy.
 */
export function compileFormat(name: string, definition: string | JsonObject): CompiledFormat {
  if (typeof definition !== 'string') return compiled(name, undefined, compileJsonFormat(name, definition))
  const object = jsonDefinition(definition)
  if (object === undefined) return compiled(name, compileTextFormat(name, definition), undefined)
  const isOneLine = !/[\r\n]/.test(definition.trim())
  const text = isOneLine ? compileTextFormat(name, definition.trim()) : undefined
  return compiled(name, text, compileJsonFormat(name, object))
}

function jsonDefinition(definition: string): JsonObject | undefined {
  if (!definition.trimStart().startsWith('{')) return undefined
  try {
    const object: JsonObject = JSON.parse(definition)
    return object
  } catch {
    return undefined // a text format with an opening brace, or with numbers that are not quoted
  }
}

function compiled(format: string, text: TextFormat | undefined, json: JsonFormat | undefined): CompiledFormat {
  const name = `custom:${format}`
  const parseText = (line: string) => (text === undefined ? undefined : readText(name, text, line))
  return {
    name,
    parseText,
    parseObject(object, line) {
      if (json === undefined) return parseText(line)
      const read = emptyLine(name)
      if (!json.parse(object, line, read)) return undefined
      read.format = name
      return read
    },
  }
}

function readText(name: string, format: TextFormat, text: string): EnvoyLine | undefined {
  const line = emptyLine(name)
  if (!format.parse(text, line) && !format.parseLeniently(text, line)) return undefined
  line.format = name
  return line
}
