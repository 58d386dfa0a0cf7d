const RANKS: ReadonlyMap<string, number> = new Map([
  ['trace', 0],
  ['debug', 1],
  ['info', 2],
  ['warn', 3],
  ['warning', 3],
  ['error', 4],
  ['err', 4],
  ['critical', 5],
  ['dpanic', 5],
  ['panic', 5],
  ['fatal', 5],
])

/** Words Envoy, the istio-agent and ztunnel use for a level. */
export function isLevel(word: string): boolean {
  return RANKS.has(word.toLowerCase())
}

const ABOVE_ALL = 6

/**
 * Position of a level among the others; an unknown or missing level counts as an error, so that it is never dropped.
 * `off` is what `ingest.logLevel` may be, and above every level a line can have.
 */
export function levelRank(level: string | undefined): number {
  if (level === 'off') return ABOVE_ALL
  return (level === undefined ? undefined : RANKS.get(level.toLowerCase())) ?? 4
}
