import type { ComponentLine } from '../../record/envoy-line.ts'
import { extraOf, type JsonObject, textOf } from './json-value.ts'
import { isLevel } from './level.ts'

/**
 * Read a diagnostic line of Envoy, the istio-agent or ztunnel in any of its text layouts; undefined when it is none.
 *
 * The layouts: `TIME<tab>level<tab>envoy LOGGER FILE:LINE<tab>message<tab>thread=N` (Istio since 1.6),
 * `[DATE TIME][thread][level][logger] [FILE:LINE] message` (Envoy; Istio up to 1.5 puts `[Envoy (Epoch N)] ` in front),
 * `TIME<tab>level<tab>scope<tab>message` (istio-agent, ztunnel).
 */
export function parseComponentText(text: string): ComponentLine | undefined {
  return text.startsWith('[') ? parseSpdlog(text) : parseTabbed(text)
}

/** The same in JSON: `{"level","time","scope","msg"}`; Envoy's scope starts with `envoy `. */
export function parseComponentJson(object: JsonObject, text: string): ComponentLine | undefined {
  const { level, time, scope, msg, message, ...others } = object
  const body = textOf(msg) ?? textOf(message)
  const levelText = textOf(level)
  if (body === undefined || levelText === undefined || !isLevel(levelText)) return undefined
  const logger = textOf(scope)
  const isEnvoy = logger?.startsWith('envoy') === true
  return {
    format: isEnvoy ? 'envoy-log' : 'istio-agent-log',
    ...timeOf(textOf(time)),
    level: levelText,
    logger: isEnvoy ? (logger.slice('envoy '.length).split(' ', 1)[0] ?? logger) : logger,
    message: body,
    extra: extraOf(others, text),
  }
}

function parseTabbed(text: string): ComponentLine | undefined {
  const [time, level, ...rest] = text.split('\t')
  if (time === undefined || level === undefined || rest.length === 0) return undefined
  if (!looksLikeTime(time) || !isLevel(level)) return undefined
  const fields = takeFields(rest)
  const [first = '', ...others] = rest
  if (first.startsWith('envoy ')) {
    const [, logger, file] = first.split(' ', 3)
    const extra = extraOf({ file, ...fields }, '')
    return { format: 'envoy-log', ...timeOf(time), level, logger, message: others.join('\t'), extra }
  }
  // The scope is optional: a message alone is the default scope's. A scope is one word.
  const hasScope = others.length > 0 && !first.includes(' ')
  return {
    format: first.includes('::') ? 'ztunnel-log' : 'istio-agent-log',
    ...timeOf(time),
    level,
    logger: hasScope ? first : undefined,
    message: (hasScope ? others : rest).join('\t'),
    extra: extraOf(fields, ''),
  }
}

/** Take the `name=value` columns off the end, thread=28698 and the like; the first column is never one. */
function takeFields(columns: string[]): Record<string, string> {
  const fields: Record<string, string> = Object.create(null)
  while (columns.length > 1) {
    const column = columns.at(-1) ?? ''
    const equals = column.indexOf('=')
    if (equals < 1 || !/^[A-Za-z][\w.-]*$/.test(column.slice(0, equals))) break
    fields[column.slice(0, equals)] = column.slice(equals + 1)
    columns.pop()
  }
  return fields
}

/** `[2026-02-07 10:00:00.123][1][info][main] [source/server/server.cc:1012] message`; the blank in the date tells it from an access line. */
function parseSpdlog(text: string): ComponentLine | undefined {
  const head = spdlogHead(text)
  if (head === undefined) return undefined
  const [time, thread, level, logger] = head.texts
  const file = text.startsWith(' [', head.end) ? bracketed(text, head.end + 1) : undefined
  return {
    format: 'envoy-log',
    ...timeOf(`${time.replace(' ', 'T')}Z`),
    level,
    logger,
    message: text.slice(file === undefined ? head.end : file.end).trimStart(),
    extra: extraOf({ file: file?.text, thread }, ''),
  }
}

function spdlogHead(
  text: string,
): { readonly texts: readonly [string, string, string, string]; readonly end: number } | undefined {
  const from = text.startsWith('[Envoy (Epoch') ? text.indexOf('] [') + 2 : 0
  const head = from === 1 ? undefined : brackets(text, from, 4)
  const [time = '', thread = '', level = '', logger = ''] = head?.texts ?? []
  return head !== undefined && time[10] === ' ' && isLevel(level)
    ? { texts: [time, thread, level, logger], end: head.end }
    : undefined
}

/** `count` bracketed texts without anything between. */
function brackets(
  text: string,
  from: number,
  count: number,
): { readonly texts: string[]; readonly end: number } | undefined {
  const texts: string[] = []
  let end = from
  while (texts.length < count) {
    const next = bracketed(text, end)
    if (next === undefined) return undefined
    texts.push(next.text)
    end = next.end
  }
  return { texts, end }
}

function bracketed(text: string, at: number): { readonly text: string; readonly end: number } | undefined {
  if (text[at] !== '[') return undefined
  const close = text.indexOf(']', at)
  return close === -1 ? undefined : { text: text.slice(at + 1, close), end: close + 1 }
}

/** `2026-02-07T10:00:00.000123Z` and the like. */
export function looksLikeTime(text: string): boolean {
  return (
    text.length >= 20 && text.length <= 35 && text[4] === '-' && text[10] === 'T' && !Number.isNaN(Date.parse(text))
  )
}

function timeOf(text: string | undefined): Pick<ComponentLine, 'time' | 'timeMs'> {
  const ms = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(ms) ? { time: undefined, timeMs: undefined } : { time: text, timeMs: ms }
}
