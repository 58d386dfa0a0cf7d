/** Names of log files: which belong to one rotation chain, and in what order they were written. */

/** One log file of a chain, from its name. */
export interface LogName {
  readonly name: string
  /** How often the container had been restarted; 0 for plain files. */
  readonly restart: number
  readonly isCompressed: boolean
}

/**
 * Kubelet: `<restart>.log`, renamed to `<restart>.log.<yyyymmdd-hhmmss>`, then compressed into a `.tmp` beside it that
 * becomes `.gz` (kubernetes pkg/kubelet/logs/container_log_manager.go). The `.tmp` is no log: it is half of one.
 */
const POD_LOG = /^(\d{1,9})\.log(?:\.(\d{8}-\d{6})(\.gz)?)?$/

/** The log files among the names in a container's directory, oldest first; a copy behind the file it was made of. */
export function orderPodLogs(names: readonly string[]): readonly LogName[] {
  const logs: (LogName & { readonly rotatedAt: string })[] = []
  for (const name of names) {
    const match = POD_LOG.exec(name)
    if (match === null) continue
    // The file that is still written was not renamed: it is the newest.
    const [, restart, rotatedAt = 'live', compression] = match
    logs.push({ name, restart: Number(restart), rotatedAt, isCompressed: compression !== undefined })
  }
  return logs
    .sort((a, b) => a.restart - b.restart || byText(a.rotatedAt, b.rotatedAt) || byCompression(a, b))
    .map(({ name, restart, isCompressed }) => ({ name, restart, isCompressed }))
}

/**
 * What logrotate and its like put behind a name: a number (1 is the newest) or a date with or without a time
 * (the greatest is the newest).
 */
const ROTATED = /^(.+?)[.-](\d{1,4}|\d{4}-?\d{2}-?\d{2}(?:[-T_.]?\d{2}(?:[-:]?\d{2}){0,2}Z?|-\d{10})?)$/
const MOST_NUMBER_DIGITS = 4

const COMPRESSED = /\.(gz|bz2|xz|zst)$/

/** A plain file's name without what rotation and compression put behind it; the whole name where nothing was. */
export function withoutRotation(name: string): string {
  const uncompressed = name.replace(COMPRESSED, '')
  return ROTATED.exec(uncompressed)?.[1] ?? uncompressed
}

/** The files of the chain of `live` among `names`, oldest first; a copy behind the file it was made of. */
export function orderPlainLogs(live: string, names: readonly string[]): readonly LogName[] {
  return names
    .filter((name) => withoutRotation(name) === live && hasKnownCompression(name))
    .map((name) => ageOf(live, name))
    .sort(byAge)
    .map(({ name, isCompressed }) => ({ name, restart: 0, isCompressed }))
}

/** How those of `names` are compressed that cannot be unpacked, such as `xz`; undefined when there are none. */
export function unknownCompression(names: readonly string[]): string | undefined {
  const name = names.find((each) => !hasKnownCompression(each))
  return name && COMPRESSED.exec(name)?.[1]
}

function hasKnownCompression(name: string): boolean {
  const compression = COMPRESSED.exec(name)?.[1]
  return compression === undefined || compression === 'gz'
}

interface Age {
  readonly name: string
  /** Rank of the naming: dates before numbers, then a live file that someone compressed, then the live file. */
  readonly kind: 'date' | 'number' | 'packed' | 'live'
  readonly text: string
  readonly isCompressed: boolean
}

const KIND_ORDER = { date: 0, number: 1, packed: 2, live: 3 } as const

function ageOf(live: string, name: string): Age {
  const isCompressed = name.endsWith('.gz')
  const text = (isCompressed ? name.slice(0, -3) : name).slice(live.length + 1)
  if (text === '') return { name, kind: isCompressed ? 'packed' : 'live', text, isCompressed }
  return { name, kind: text.length <= MOST_NUMBER_DIGITS ? 'number' : 'date', text, isCompressed }
}

function byAge(a: Age, b: Age): number {
  if (a.kind !== b.kind) return KIND_ORDER[a.kind] - KIND_ORDER[b.kind]
  const byTime = a.kind === 'number' ? Number(b.text) - Number(a.text) : byText(a.text, b.text)
  return byTime || byCompression(a, b)
}

function byCompression(a: { readonly isCompressed: boolean }, b: { readonly isCompressed: boolean }): number {
  return Number(a.isCompressed) - Number(b.isCompressed)
}

function byText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
