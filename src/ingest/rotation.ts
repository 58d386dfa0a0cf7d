/** Names of log files: which belong to one rotation chain, and in what order they were written. */

/** One log of a container, from its file name. */
export interface PodLogName {
  readonly name: string
  /** How often the container had been restarted. */
  readonly restart: number
  /** When kubelet renamed it; absent on the one being written. */
  readonly rotatedAt: string | undefined
}

/** Kubelet: `<restart>.log`, renamed to `<restart>.log.<yyyymmdd-hhmmss>` (kubernetes pkg/kubelet/logs/container_log_manager.go). */
const POD_LOG = /^(\d{1,9})\.log(?:\.(\d{8}-\d{6}))?$/

/** The log files among the names in a container's directory, oldest first. */
export function orderPodLogs(names: readonly string[]): readonly PodLogName[] {
  const logs: PodLogName[] = []
  for (const name of names) {
    const match = POD_LOG.exec(name)
    if (match !== null) logs.push({ name, restart: Number(match[1]), rotatedAt: match[2] })
  }
  return logs.sort((a, b) => a.restart - b.restart || byRotation(a.rotatedAt, b.rotatedAt))
}

/** The file that is still written was not renamed: it is the newest. */
function byRotation(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0
  if (a === undefined) return 1
  if (b === undefined) return -1
  return a < b ? -1 : 1
}

/**
 * What logrotate and its like put behind a name: a number (1 is the newest) or a date with or without a time
 * (the greatest is the newest).
 */
const ROTATED = /^(.+?)[.-](\d{1,4}|\d{4}-?\d{2}-?\d{2}(?:[-T_.]?\d{2}(?:[-:]?\d{2}){0,2}Z?|-\d{10})?)$/
const MOST_NUMBER_DIGITS = 4

/** A plain file's name without what rotation put behind it; the whole name where nothing was. */
export function withoutRotation(name: string): string {
  return ROTATED.exec(name)?.[1] ?? name
}

/** The files of the chain of `live` among the names in its directory, oldest first. Compressed ones are left out. */
export function orderPlainLogs(live: string, names: readonly string[]): readonly string[] {
  const own = names.filter((name) => name.startsWith(live) && withoutRotation(name) === withoutRotation(live))
  return own
    .map((name) => ({ name, age: ageOf(live, name) }))
    .sort(byAge)
    .map(({ name }) => name)
}

interface Age {
  /** Rank of the naming: dates before numbers before the live file. */
  readonly kind: 'date' | 'number' | 'live'
  readonly text: string
}

const KIND_ORDER = { date: 0, number: 1, live: 2 } as const

function ageOf(live: string, name: string): Age {
  if (name === live) return { kind: 'live', text: '' }
  const text = name.slice(live.length + 1)
  return { kind: text.length <= MOST_NUMBER_DIGITS ? 'number' : 'date', text }
}

function byAge(a: { readonly age: Age }, b: { readonly age: Age }): number {
  const { kind } = a.age
  if (kind !== b.age.kind) return KIND_ORDER[kind] - KIND_ORDER[b.age.kind]
  if (kind === 'number') return Number(b.age.text) - Number(a.age.text)
  return a.age.text < b.age.text ? -1 : 1
}
