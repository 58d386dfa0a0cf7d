import { basename } from 'node:path'
import { isoTime } from '../../record/iso-time.ts'
import type { ReporterIdentity } from '../../record/reporter-identity.ts'
import type { JsonObject } from '../format/json-value.ts'
import { parseContainerLink, parsePodLog } from '../pod-path.ts'

/** Longest name of a Kubernetes object. Source: kubernetes apimachinery pkg/util/validation, DNS1123SubdomainMaxLength. */
const LONGEST_NAME = 253
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/** The name of a Kubernetes object; undefined for everything that cannot be one: names choose streams and fill tables. */
export function nameOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= LONGEST_NAME && NAME.test(value) ? value : undefined
}

/** `PATH_MAX` of Linux. */
const LONGEST_PATH = 4_096

/** An absolute path; undefined for everything else. */
export function pathOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > LONGEST_PATH || !value.startsWith('/')) return undefined
  return value.includes('\0') ? undefined : value
}

/** A byte offset, as a number or digits. */
export function offsetOf(value: unknown): number | undefined {
  const offset = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value
  return typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0 ? offset : undefined
}

/** The output that a container wrote to; empty for everything that is none. */
export function streamOf(value: unknown): string {
  return value === 'stdout' || value === 'stderr' ? value : ''
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/
/** `java_sql_timestamp` of Fluent Bit, in UTC. */
const SQL = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,9})?$/

/**
 * ISO 8601 of a time as shippers write it: ISO 8601 itself, which keeps its digits, or a number since the epoch, whose
 * size tells its unit (seconds, milli-, micro- or nanoseconds). Undefined for what is no time.
 */
export function timeOf(value: unknown): string | undefined {
  if (typeof value === 'number') return ofEpoch(value)
  if (typeof value !== 'string' || value.length > LONGEST_TIME) return undefined
  const text = SQL.test(value) ? `${value.replace(' ', 'T')}Z` : value
  return ISO.test(text) && !Number.isNaN(Date.parse(text)) ? text : undefined
}
const LONGEST_TIME = 36

/** Numbers up to 1e11 are seconds: until the year 5138. As milliseconds that is March 1973. */
const LARGEST_SECONDS = 1e11
const STEP = 1_000
const MICROS_PER_SECOND = 1_000_000

function ofEpoch(value: number): string | undefined {
  let seconds = value
  for (let i = 0; i < 3 && seconds >= LARGEST_SECONDS; i += 1) seconds /= STEP
  if (!(seconds > 0 && seconds < LARGEST_SECONDS)) return undefined
  // A double holds a time of today to a quarter of a microsecond.
  const micros = Math.round((seconds - Math.floor(seconds)) * MICROS_PER_SECOND)
  const ms = Math.floor(seconds) * STEP + Math.floor(micros / STEP)
  return micros % STEP === 0 ? isoTime(ms) : isoTime(ms).replace('Z', `${String(micros % STEP).padStart(3, '0')}Z`)
}

/** ISO 8601 of nanoseconds since the epoch in digits, as OTLP has it; undefined for 0, which means unknown there. */
export function timeOfNanos(value: unknown): string | undefined {
  if (typeof value === 'number') return ofEpoch(value)
  if (typeof value !== 'string' || !/^\d{10,20}$/.test(value)) return undefined
  const seconds = Number(value.slice(0, -9))
  if (seconds === 0 || seconds >= LARGEST_SECONDS) return undefined
  return isoTime(seconds * STEP).replace('000Z', `${value.slice(-9)}Z`)
}

/** The names in an envelope, as they stand there. */
export interface Names {
  readonly namespace?: unknown
  readonly podName?: unknown
  readonly podUid?: unknown
  readonly containerName?: unknown
  readonly nodeName?: unknown
}

/** Who wrote a line: by the names in the envelope, else by the path of kubelet's log; undefined when neither names a pod. */
export function reporterOf(names: Names, path: string | undefined): ReporterIdentity | undefined {
  const podName = nameOf(names.podName)
  const byPath = podName === undefined && path !== undefined ? identityOf(path) : undefined
  if (podName === undefined && byPath === undefined) return undefined
  const fields = { namespace: nameOf(names.namespace), podName, podUid: nameOf(names.podUid) }
  const rest = { containerName: nameOf(names.containerName), nodeName: nameOf(names.nodeName) }
  return { ...withoutAbsent({ ...fields, ...rest }), ...byPath }
}

function identityOf(path: string): ReporterIdentity | undefined {
  const log = parsePodLog(path)
  const found =
    log === undefined ? parseContainerLink(basename(path)) : { ...log.pod, containerName: log.containerName }
  if (found === undefined || ![found.namespace, found.podName, found.containerName].every(nameOf)) return undefined
  const { namespace, podName, containerName } = found
  const podUid = nameOf(log?.pod.podUid)
  return { namespace, podName, containerName, ...(podUid !== undefined && { podUid }) }
}

function withoutAbsent(fields: Readonly<Record<string, string | undefined>>): ReporterIdentity {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** Whether a value out of JSON.parse is `{...}`. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object that a JSON text is; undefined for everything else. */
export function objectIn(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** A member of what may be an object; undefined where there is none. */
export function memberOf(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined
}
