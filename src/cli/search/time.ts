const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

const AGO = /^(\d{1,6})([smhdw])$/
const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?)?$/

/** What `parseTime` understands, for messages. */
export const TIME_FORMS = 'expected a duration such as 15m, 2h or 7d, or a time such as 2026-11-22T13:00:00Z'

/**
 * The time, in ms since the epoch, that `15m` (so long before `nowMs`), `now`, `2026-11-22` or `2026-11-22T13:00+01:00`
 * means; without a zone it is UTC, as in the documents. Undefined when it is none of these.
 */
export function parseTime(text: string, nowMs: number): number | undefined {
  if (text === 'now') return nowMs
  const [, amount, unit = ''] = AGO.exec(text) ?? []
  // Elasticsearch reads no year before 0; no line is older than this.
  if (amount !== undefined) return Math.max(0, nowMs - Number(amount) * (UNIT_MS[unit] ?? 0))
  const [, date, time = '00:00', zone = 'Z'] = ISO.exec(text) ?? []
  if (date === undefined || !isDate(date)) return undefined
  const ms = Date.parse(`${date}T${time}${zone}`)
  return Number.isNaN(ms) ? undefined : ms
}

/** `Date.parse` takes 30 February for 2 March. */
function isDate(text: string): boolean {
  const ms = Date.parse(`${text}T00:00Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
}
