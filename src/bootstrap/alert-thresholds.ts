/** A number that an alert stands or falls by. */
interface Threshold {
  readonly value: number
  readonly unit: string
  /** What it decides, in words. */
  readonly meaning: string
  /** Why it is this number and no other. */
  readonly why: string
}

/**
 * Every number in the alert rules and in the search for slow requests, for every system that rules are made for.
 * docs/kibana.md has the table; a test compares them.
 */
// biome-ignore format: a table
const ALERT_THRESHOLDS = {
  check: { value: 1, unit: 'min', meaning: 'How often a rule looks', why: 'A fifth of the window: a line that comes minutes late is still seen' },
  runs: { value: 2, unit: 'looks', meaning: 'Looks in a row that must fire before there is an alert', why: 'The failed lines of a moment may arrive before the healthy ones; a minute later both are there' },
  window: { value: 5, unit: 'min', meaning: 'What counts as now', why: 'Long enough for the floors at one request a second, short enough to page on' },
  baseline: { value: 60, unit: 'min', meaning: 'What now is compared with: the time just before the window', why: 'Follows the day, and one query reads both' },
  factor: { value: 3, unit: 'times', meaning: 'How much higher than in the baseline the share must be', why: 'Twice is within the noise of a service with 10 failures in the window; three times is not' },
  sustained: { value: 0.2, unit: 'of lines', meaning: 'From this share on a failure is no noise, whatever the baseline says', why: 'An outage becomes its own baseline after a while, and must not go silent by that' },
  uc_floor: { value: 10, unit: 'lines', meaning: 'UC: at least so many in the window', why: 'A rollout of one pod breaks off a few connections' },
  uc_ratio: { value: 0.01, unit: 'of lines', meaning: 'UC: at least this share', why: 'A race of keep-alive timeouts costs far less than one request in a hundred' },
  route_floor: { value: 20, unit: 'lines', meaning: 'NR and NC: at least so many', why: 'Scanners ask every gateway for what it does not have, a few at a time' },
  route_ratio: { value: 0.05, unit: 'of lines', meaning: 'NR and NC: at least this share', why: 'A route lost in a change fails all of its requests' },
  uf_floor: { value: 5, unit: 'lines', meaning: 'UF: at least so many', why: 'Retries hide single failed connections: what is left was tried more than once' },
  uf_ratio: { value: 0.01, unit: 'of lines', meaning: 'UF: at least this share', why: 'A healthy service refuses nothing' },
  uh_floor: { value: 5, unit: 'lines', meaning: 'UH: at least so many', why: 'No endpoint at all is never a small thing; five rule out a single start' },
  uh_ratio: { value: 0.01, unit: 'of lines', meaning: 'UH: at least this share', why: 'As for UF' },
  denied_floor: { value: 20, unit: 'lines', meaning: 'Denials: at least so many', why: 'Refusing is what policies are for: a few are normal' },
  denied_ratio: { value: 0.05, unit: 'of lines', meaning: 'Denials: at least this share', why: 'A policy that is wrong refuses a whole caller or path' },
  grpc_floor: { value: 10, unit: 'lines', meaning: 'gRPC failures: at least so many', why: 'As for UC' },
  grpc_ratio: { value: 0.02, unit: 'of lines', meaning: 'gRPC failures: at least this share of gRPC lines', why: 'Clients retry Unavailable by themselves, so a little of it hurts nobody' },
  new_cause_baseline: { value: 24, unit: 'h', meaning: 'A cause is new when it was not seen for so long', why: 'A day has the nightly jobs in it' },
  new_cause_floor: { value: 5, unit: 'lines', meaning: 'New cause: at least so many in the window', why: 'Single requests fail in many ways' },
  new_cause_ratio: { value: 0.01, unit: 'of lines', meaning: 'New cause: at least this share', why: 'As for UC' },
  slow: { value: 1_000, unit: 'ms', meaning: 'From here on a request is slow', why: 'What a person waiting for a page notices' },
} as const satisfies Readonly<Record<string, Threshold>>

/** The number itself. */
export function thresholdOf(name: keyof typeof ALERT_THRESHOLDS): number {
  return ALERT_THRESHOLDS[name].value
}

/** All of them as a Markdown table, in the order of the code. */
export function thresholdTable(): string {
  const rows = Object.values(ALERT_THRESHOLDS).map(
    ({ meaning, value, unit, why }: Threshold) => `| ${meaning} | ${value} ${unit} | ${why} |`,
  )
  return ['| What | Value | Why |', '| --- | --- | --- |', ...rows].join('\n')
}
