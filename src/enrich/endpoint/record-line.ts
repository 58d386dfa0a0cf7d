import { canonicalIp } from '../ip.ts'
import type { ProxyRole } from '../direction.ts'
import type { JsonText } from '../../record/field.ts'
import { parseCidr } from './cidr.ts'
import type { IndexRecord, IntervalRecord, NodeRecord, PodRecord, RangeRecord, ServiceRecord } from './index-record.ts'
import { POD_STATES, type PodRestart, type StateMark } from './pod-state.ts'
import type { NodeRow, ServicePort } from './row.ts'

/** A record, or why a line is none. `unknown_kind`: a newer version's, to be passed over. */
export type DecodeResult =
  | { readonly ok: true; readonly record: IndexRecord }
  | { readonly ok: false; readonly reason: 'not_json' | 'unknown_kind' | 'invalid' | 'too_long' }

/** Longer lines are nobody's honest record. */
export const MAX_RECORD_CHARS = 256 * 1024
const MAX_TEXT = 4_096
const MAX_LIST = 8_192

/** One line of JSON, without its end. Only what is not the usual stands in it. */
export function encodeRecord(record: IndexRecord): string {
  switch (record.kind) {
    case 'pod':
      return encodePod(record)
    case 'service':
      return encodeService(record)
    case 'node':
      return encodeNode(record)
    case 'namespace':
      return JSON.stringify({ k: 'namespace', name: record.row.name, labels: record.row.labels })
    case 'range':
      return JSON.stringify({ k: 'range', of: record.of, cidr: record.cidr })
    default:
      return JSON.stringify({ k: 'gone', key: record.key })
  }
}

/** Read one line. Keys that are not known are ignored, so that a version can add some; nothing is thrown. */
export function decodeRecord(line: string): DecodeResult {
  if (line.length > MAX_RECORD_CHARS) return { ok: false, reason: 'too_long' }
  let fields: unknown
  try {
    fields = JSON.parse(line)
  } catch {
    return { ok: false, reason: 'not_json' }
  }
  if (!isObject(fields)) return { ok: false, reason: 'invalid' }
  const reader = new Reader(fields)
  const read = typeof fields['k'] === 'string' ? READERS.get(fields['k']) : undefined
  if (read === undefined) return { ok: false, reason: 'unknown_kind' }
  const record = read(reader)
  return reader.isGood ? { ok: true, record } : { ok: false, reason: 'invalid' }
}

const READERS = new Map<string, (reader: Reader) => IndexRecord>([
  ['pod', decodePod],
  ['service', decodeService],
  ['node', decodeNode],
  [
    'namespace',
    (reader: Reader) => ({ kind: 'namespace', row: { name: reader.name('name'), labels: reader.labels() } }),
  ],
  ['range', decodeRange],
  ['gone', (reader: Reader) => ({ kind: 'gone', key: reader.name('key') })],
])

function encodePod({ facts, ...record }: PodRecord): string {
  const { workload, canonicalService, network } = facts
  return JSON.stringify({
    k: 'pod',
    uid: facts.uid,
    ns: facts.namespace,
    name: facts.name,
    node: facts.nodeName,
    net: network === '' ? undefined : network,
    ips: facts.ips,
    host: facts.isHostNetwork || undefined,
    owner: [workload.kind, workload.name],
    sa: facts.serviceAccount,
    role: facts.role,
    svc: canonicalService === workload.name ? undefined : canonicalService,
    labels: facts.labels,
    path: record.pathUid,
    seen: record.firstSeenMs,
    sandbox: record.sandboxMs,
    deleted: record.isDeleted || undefined,
    held: record.intervals.map((interval) => encodeInterval(interval, network)),
    states: record.states.map(({ state, sinceMs }) => [state, sinceMs]),
    restarts: record.restarts.length === 0 ? undefined : record.restarts,
  })
}

/** From, to, floor and network, as far as there are any. */
function encodeInterval({ ip, network, fromMs, toMs, floorMs }: IntervalRecord, usual: string): unknown[] {
  if (network !== usual) return [ip, fromMs, toMs, floorMs, network]
  if (floorMs !== undefined) return [ip, fromMs, toMs, floorMs]
  return toMs === undefined ? [ip, fromMs] : [ip, fromMs, toMs]
}

function decodePod(reader: Reader): PodRecord {
  const network = reader.optional('net') ?? ''
  const [kind, name] = reader.pair('owner')
  const facts = {
    uid: reader.name('uid'),
    namespace: reader.name('ns'),
    name: reader.name('name'),
    nodeName: reader.optional('node'),
    network,
    ips: reader.ips('ips'),
    isHostNetwork: reader.flag('host'),
    workload: { kind, name },
    serviceAccount: reader.name('sa'),
    role: roleOf(reader.optional('role')),
    canonicalService: reader.optional('svc') ?? name,
    labels: reader.labels(),
  }
  return {
    kind: 'pod',
    facts,
    pathUid: reader.optional('path'),
    firstSeenMs: reader.time('seen') ?? reader.fail(0),
    sandboxMs: reader.time('sandbox'),
    isDeleted: reader.flag('deleted'),
    intervals: reader.list('held').map((each) => decodeInterval(each, network, reader)),
    states: reader.list('states').flatMap((each) => decodeMark(each, reader)),
    restarts: reader.list('restarts').map((each) => decodeRestart(each, reader)),
  }
}

/** A role of a newer version is none that this one knows. */
function roleOf(text: string | undefined): ProxyRole | undefined {
  return text === 'gateway' || text === 'waypoint' || text === 'ztunnel' ? text : undefined
}

function decodeInterval(value: unknown, usual: string, reader: Reader): IntervalRecord {
  const [ip, fromMs, toMs, floorMs, network] = Array.isArray(value) ? value : []
  return {
    ip: ip === '' ? '' : reader.ip(ip),
    network: network === undefined ? usual : reader.text(network),
    fromMs: reader.ms(fromMs) ?? reader.fail(0),
    toMs: reader.ms(toMs),
    floorMs: reader.ms(floorMs),
  }
}

/** A state of a newer version is one that this version does not know. */
function decodeMark(value: unknown, reader: Reader): StateMark {
  const [state, since] = Array.isArray(value) ? value : []
  const sinceMs = reader.ms(since) ?? reader.fail(0)
  return { state: POD_STATES.find((each) => each === state) ?? 'unknown', sinceMs }
}

function decodeRestart(value: unknown, reader: Reader): PodRestart {
  const inner = new Reader(isObject(value) ? value : reader.fail({}))
  const exitCode = inner.number('exitCode')
  const restart = {
    container: inner.name('container'),
    endedMs: inner.time('endedMs') ?? inner.fail(0),
    startedMs: inner.time('startedMs'),
    reason: inner.optional('reason'),
    exitCode,
  }
  if (!inner.isGood) reader.fail(0)
  return restart
}

function encodeService({ row }: ServiceRecord): string {
  return JSON.stringify({
    k: 'service',
    ns: row.namespace,
    name: row.name,
    net: row.network === '' ? undefined : row.network,
    ips: row.clusterIps,
    external: row.externalIps.length === 0 ? undefined : row.externalIps,
    ports: row.ports.map(({ port, protocol, nodePort, targetPort }) => [port, protocol, nodePort, targetPort]),
    labels: row.labels,
    created: row.createdMs,
  })
}

function decodeService(reader: Reader): ServiceRecord {
  const row = {
    namespace: reader.name('ns'),
    name: reader.name('name'),
    network: reader.optional('net') ?? '',
    clusterIps: reader.ips('ips'),
    externalIps: reader.ips('external'),
    ports: reader.list('ports').map((each) => decodePort(each, reader)),
    labels: reader.labels(),
    createdMs: reader.time('created'),
  }
  return { kind: 'service', row }
}

function decodePort(value: unknown, reader: Reader): ServicePort {
  const [port, protocol, nodePort, target] = Array.isArray(value) ? value : []
  return {
    port: reader.port(port) ?? reader.fail(0),
    protocol: reader.text(protocol),
    nodePort: reader.port(nodePort),
    targetPort: typeof target === 'string' ? reader.text(target) : reader.port(target),
  }
}

function encodeNode({ name, row, hostIps }: NodeRecord): string {
  const network = row?.network === '' ? undefined : row?.network
  const told = row && { net: network, ips: row.ips, cidrs: row.podCidrs, zone: row.zone }
  const learnt = hostIps.map(({ ip, network: net }) => (net === '' ? [ip] : [ip, net]))
  return JSON.stringify({ k: 'node', name, row: told, learnt: learnt.length === 0 ? undefined : learnt })
}

function decodeNode(reader: Reader): NodeRecord {
  const name = reader.name('name')
  const hostIps = reader.list('learnt').map((value) => {
    const [ip, network] = Array.isArray(value) ? value : []
    return { ip: reader.ip(ip), network: network === undefined ? '' : reader.text(network) }
  })
  return { kind: 'node', name, row: nodeRowOf(name, reader), hostIps }
}

function nodeRowOf(name: string, reader: Reader): NodeRow | undefined {
  const fields = reader.inner('row')
  if (fields === undefined) return undefined
  const podCidrs = fields.list('cidrs').map((each) => fields.cidr(each))
  const row = {
    name,
    network: fields.optional('net') ?? '',
    ips: fields.ips('ips'),
    podCidrs,
    zone: fields.optional('zone'),
  }
  if (!fields.isGood) reader.fail(0)
  return row
}

function decodeRange(reader: Reader): RangeRecord {
  const of = (['near', 'pods', 'services'] as const).find((each) => each === reader.name('of'))
  return { kind: 'range', of: of ?? reader.fail('near'), cidr: reader.cidr(reader.name('cidr')) }
}

/** Reads the fields of one record; what is wrong makes the whole record bad. */
class Reader {
  isGood = true
  readonly #fields: Readonly<Record<string, unknown>>

  constructor(fields: Readonly<Record<string, unknown>>) {
    this.#fields = fields
  }

  /** The record is bad; `instead` stands in. */
  fail<Value>(instead: Value): Value {
    this.isGood = false
    return instead
  }

  text(value: unknown): string {
    return typeof value === 'string' && value.length <= MAX_TEXT ? value : this.fail('')
  }

  name(key: string): string {
    const text = this.text(this.#fields[key])
    return text === '' ? this.fail('') : text
  }

  optional(key: string): string | undefined {
    const value = this.#fields[key]
    return value === undefined ? undefined : this.text(value)
  }

  flag(key: string): boolean {
    return this.#fields[key] === true
  }

  /** JSON leaves what is not there out of objects, and writes null for it in lists. */
  ms(value: unknown): number | undefined {
    if (value === undefined || value === null) return undefined
    return typeof value === 'number' && Math.abs(value) <= MAX_TIME_MS ? value : this.fail(undefined)
  }

  time(key: string): number | undefined {
    return this.ms(this.#fields[key])
  }

  number(key: string): number | undefined {
    const value = this.#fields[key]
    if (value === undefined) return undefined
    return typeof value === 'number' && Number.isSafeInteger(value) ? value : this.fail(undefined)
  }

  port(value: unknown): number | undefined {
    if (value === undefined || value === null) return undefined
    const isPort = typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 65_536
    return isPort ? value : this.fail(undefined)
  }

  list(key: string): readonly unknown[] {
    const value = this.#fields[key]
    if (value === undefined) return []
    return Array.isArray(value) && value.length <= MAX_LIST ? value : this.fail([])
  }

  pair(key: string): readonly [string, string] {
    const [first, second] = this.list(key)
    return [this.text(first), this.text(second)]
  }

  inner(key: string): Reader | undefined {
    const value = this.#fields[key]
    if (value === undefined) return undefined
    return isObject(value) ? new Reader(value) : this.fail(undefined)
  }

  ip(value: unknown): string {
    return typeof value === 'string' && canonicalIp(value) === value ? value : this.fail('')
  }

  ips(key: string): readonly string[] {
    return this.list(key).map((each) => this.ip(each))
  }

  cidr(value: unknown): string {
    return typeof value === 'string' && parseCidr(value) !== undefined ? value : this.fail('')
  }

  /** Labels stand in documents as they are, so they must be an object of JSON. */
  labels(): JsonText | undefined {
    const value = this.#fields['labels']
    if (value === undefined || isKnownLabels(value)) return value
    return this.fail(undefined)
  }
}

/** The last time that a date can have (ECMAScript 21.4.1.1). */
const MAX_TIME_MS = 8.64e15

/** Labels repeat from pod to pod. */
const goodLabels = new Set<string>()
const MAX_GOOD_LABELS = 4_096

function isKnownLabels(value: unknown): value is JsonText {
  if (typeof value !== 'string' || value.length > MAX_RECORD_CHARS) return false
  if (goodLabels.has(value)) return true
  try {
    if (!isObject(JSON.parse(value))) return false
  } catch {
    return false
  }
  if (goodLabels.size >= MAX_GOOD_LABELS) goodLabels.clear()
  goodLabels.add(value)
  return true
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
