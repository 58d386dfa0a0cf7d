import { type EnvoyLine, emptyLine, type MoreValues, type Peer } from '../../record/envoy-line.ts'
import { looksLikeTime } from './component.ts'
import { extraOf, type JsonObject, textOf, wholeNumber } from './json-value.ts'

/**
 * Read a ztunnel access line: `TIME<tab>level<tab>access<tab>connection complete<tab>k=v k=v ...`, blanks for the
 * tabs accepted because documentation pages print them so. Undefined when it is none.
 *
 * Source: istio/ztunnel src/proxy/metrics.rs and src/telemetry.rs.
 */
export function parseZtunnelText(text: string): EnvoyLine | undefined {
  const head = headOf(text)
  if (head === undefined) return undefined
  return ztunnelLine('ztunnel-text', {
    ...readPairs(text, head.end),
    time: head.time,
    level: head.level,
    message: head.message,
  })
}

/** The same with `LOG_FORMAT=json`: one flat object with scope `access`. */
export function parseZtunnelJson(object: JsonObject): EnvoyLine | undefined {
  if (object['scope'] !== 'access' || textOf(object['message'])?.startsWith('connection ') !== true) return undefined
  return ztunnelLine('ztunnel-json', object)
}

const MESSAGES = ['connection complete', 'connection opened', 'connection failed'] as const

function headOf(text: string): { time: string; level: string; message: string; end: number } | undefined {
  const [time = '', level = '', scope = ''] = text.slice(0, 80).split(/[\t ]+/, 3)
  if (scope !== 'access' || !looksLikeTime(time)) return undefined
  const at = text.indexOf('access') + 'access'.length
  let from = at
  while (isBlank(text, from)) from += 1
  const message = MESSAGES.find((known) => text.startsWith(known, from))
  return message === undefined ? undefined : { time, level, message, end: from + message.length }
}

function isBlank(text: string, at: number): boolean {
  return text[at] === '\t' || text[at] === ' '
}

/** `key=value key="quoted value" ...`, in one pass. A key that stands twice keeps its last value. */
function readPairs(text: string, from: number): Record<string, string> {
  const pairs: Record<string, string> = Object.create(null)
  let at = from
  while (at < text.length) {
    while (isBlank(text, at)) at += 1
    const equals = text.indexOf('=', at)
    if (equals === -1) break
    const key = text.slice(at, equals)
    const end = text[equals + 1] === '"' ? quotedEnd(text, equals + 1) : bareEnd(text, equals + 1)
    pairs[key] = unquote(text.slice(equals + 1, end))
    at = end
  }
  return pairs
}

function bareEnd(text: string, from: number): number {
  const end = text.indexOf(' ', from)
  return end === -1 ? text.length : end
}

function quotedEnd(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === '"') return at + 1
  }
  return text.length
}

/** Rust's Debug form of a string: JSON's escapes, but `\u{7f}` for code points and `\'`, `\0` beside them. */
function unquote(text: string): string {
  if (!text.startsWith('"')) return text
  const inner = text.endsWith('"') && text.length > 1 ? text.slice(1, -1) : text.slice(1)
  if (!inner.includes('\\')) return inner
  return inner.replace(/\\(?:u\{([0-9a-fA-F]{1,6})\}|(.))/gs, (_, code: string | undefined, character: string) =>
    code === undefined ? (ESCAPES[character] ?? character) : codePoint(Number.parseInt(code, 16)),
  )
}
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '0': '\0' }

function codePoint(code: number): string {
  return code <= 0x10_ffff ? String.fromCodePoint(code) : '\ufffd'
}

const READ: ReadonlySet<string> = new Set([
  'time', 'level', 'scope', 'message', 'src.addr', 'src.workload', 'src.namespace', 'src.identity', 'src.cluster',
  'dst.addr', 'dst.hbone_addr', 'dst.service', 'dst.workload', 'dst.namespace', 'dst.identity', 'dst.cluster',
  'direction', 'bytes_sent', 'bytes_recv', 'duration', 'error',
]) // biome-ignore format: one set

function ztunnelLine(format: string, values: JsonObject): EnvoyLine {
  const line = emptyLine(format)
  const direction = values['direction'] === 'inbound' ? 'inbound' : 'outbound'
  const sent = wholeNumber(values['bytes_sent'])
  const received = wholeNumber(values['bytes_recv'])
  line.durationMs = durationOf(textOf(values['duration']))
  assignStart(line, textOf(values['time']))
  line.downstreamRemoteAddress = textOf(values['src.addr'])
  line.upstreamHost = textOf(values['dst.addr'])
  line.connectionTerminationDetails = textOf(values['error'])
  // ztunnel counts from its own workload: towards the peer is sent. The caller's bytes are `sent` on its own side.
  line.bytesReceived = direction === 'outbound' ? sent : received
  line.bytesSent = direction === 'outbound' ? received : sent
  line.more = moreOf(values, direction)
  line.extra = extraOf(Object.fromEntries(Object.entries(values).filter(([key]) => !READ.has(key))), '')
  return line
}

function moreOf(values: JsonObject, direction: 'inbound' | 'outbound'): MoreValues {
  const more: MoreValues = {
    ztunnelDirection: direction,
    sourcePeer: peerOf(values, 'src'),
    destinationPeer: peerOf(values, 'dst'),
  }
  const hbone = textOf(values['dst.hbone_addr'])
  if (hbone !== undefined) more.hboneAddress = hbone
  const level = textOf(values['level'])
  if (level !== undefined) more.level = level
  const message = textOf(values['message'])
  if (message !== undefined) more.message = message
  return more
}

/** ztunnel names the pod in `workload`. */
function peerOf(values: JsonObject, side: 'src' | 'dst'): Peer {
  const peer: Peer = {}
  for (const [key, name] of PEER_KEYS) {
    const text = textOf(values[`${side}.${key}`])
    if (text !== undefined) peer[name] = text
  }
  return peer
}
const PEER_KEYS = [
  ['workload', 'pod'],
  ['namespace', 'namespace'],
  ['identity', 'identity'],
  ['service', 'service'],
  ['cluster', 'cluster'],
] as const

/** The line's time is the end of the connection. */
function assignStart(line: EnvoyLine, time: string | undefined): void {
  const endMs = time === undefined ? Number.NaN : Date.parse(time)
  if (Number.isNaN(endMs)) return
  line.startTimeMs = endMs - (line.durationMs ?? 0)
  line.startTime = new Date(line.startTimeMs).toISOString()
}

/** `15ms`; newer releases may print other units. */
function durationOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const unit = UNITS.find(([suffix]) => text.endsWith(suffix))
  const number = unit && Number(text.slice(0, -unit[0].length))
  return unit === undefined || number === undefined || !(number >= 0) ? undefined : Math.trunc(number * unit[1])
}
const UNITS = [
  ['ms', 1],
  ['us', 0.001],
  ['µs', 0.001],
  ['ns', 0.000_001],
  ['s', 1000],
] as const
