import { type Painter, paint } from './colour.ts'
import {
  answeredBy,
  destinationOf,
  hopOf,
  podStateOf,
  isFailure,
  type ShownDocument,
  sourceOf,
  statusOf,
  timeOf,
} from './document.ts'
import { columns, wrap } from './table.ts'

/** Failures of one cause, seen from one side. */
export interface FailureGroup {
  readonly cause: string
  readonly reason: string
  readonly check: string | undefined
  /** On which side of the hop the first line of it was written. */
  readonly direction: string | undefined
  readonly count: number
  /** A few that differ in who talked to whom. */
  readonly examples: readonly ShownDocument[]
}

/** What is said of a cause; from the two sides of a hop it reads differently. */
type Meaning = Pick<FailureGroup, 'cause' | 'reason' | 'check' | 'direction'>

export interface Failures {
  /** Lines of every kind. */
  readonly lines: number
  /** Lines that could not be read, by reason, most frequent first. */
  readonly unread: readonly (readonly [reason: string, count: number])[]
  /** Most frequent cause first. */
  readonly groups: readonly FailureGroup[]
  /** How often each flag was set, most frequent first; `-` counts failures without a flag. */
  readonly flags: readonly (readonly [flag: string, count: number])[]
  readonly count: number
}

interface Group extends FailureGroup {
  count: number
  readonly examples: ShownDocument[]
}

const MAX_EXAMPLES = 3
const MAX_GROUPS = 1_000
const MAX_FLAGS = 1_000

/** Counts failures by cause and by flag as documents go by; keeps a few examples of each cause. */
export class FailureTally {
  readonly #groups = new Map<string, Group>()
  readonly #flags = new Map<string, number>()
  readonly #unread = new Map<string, number>()
  #lines = 0
  #count = 0

  add(document: ShownDocument): void {
    this.#lines += 1
    if (document.event?.dataset === 'envoy.unparsed') this.#countUnread(document.error?.type ?? 'unknown')
    if (!isFailure(document)) return
    this.#count += 1
    for (const flag of document.envoy?.response_flags ?? ['-']) this.#countFlag(flag)
    const group = this.#groupOf(document)
    group.count += 1
    if (isNewExample(group.examples, document)) group.examples.push(document)
  }

  result(): Failures {
    return {
      groups: [...this.#groups.values()].sort((a, b) => b.count - a.count || (a.cause < b.cause ? -1 : 1)),
      flags: mostFirst(this.#flags),
      unread: mostFirst(this.#unread),
      count: this.#count,
      lines: this.#lines,
    }
  }

  /** Reasons are a closed set. */
  #countUnread(reason: string): void {
    this.#unread.set(reason, (this.#unread.get(reason) ?? 0) + 1)
  }

  #countFlag(flag: string): void {
    const known = this.#flags.get(flag)
    if (known !== undefined || this.#flags.size < MAX_FLAGS) this.#flags.set(flag, (known ?? 0) + 1)
  }

  #groupOf(document: ShownDocument): Group {
    const meaning = meaningOf(document)
    // The same cause reads differently from the two sides of a hop, so its sentence is part of the key.
    const key = `${meaning.cause} ${meaning.reason}`
    const known = this.#groups.get(key)
    if (known !== undefined) return known
    if (this.#groups.size >= MAX_GROUPS - 1)
      return this.#add(OTHERS, { cause: OTHERS, reason: '', check: undefined, direction: undefined })
    return this.#add(key, meaning)
  }

  #add(key: string, meaning: Meaning): Group {
    const group = this.#groups.get(key) ?? { ...meaning, count: 0, examples: [] }
    this.#groups.set(key, group)
    return group
  }
}

function meaningOf({ event, envoy }: ShownDocument): Meaning {
  const verdict = envoy?.verdict
  const cause = verdict?.cause ?? event?.code ?? 'unknown'
  return { cause, reason: event?.reason ?? '', check: verdict?.checks?.[0], direction: envoy?.direction }
}

function mostFirst(counts: ReadonlyMap<string, number>): (readonly [string, number])[] {
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
}
const OTHERS = 'others'

function isNewExample(examples: readonly ShownDocument[], document: ShownDocument): boolean {
  if (examples.length >= MAX_EXAMPLES) return false
  return !examples.some(
    (known) => sourceOf(known) === sourceOf(document) && destinationOf(known) === destinationOf(document),
  )
}

export interface FailuresView {
  readonly width: number
  readonly painter?: Painter
  /** Causes shown with their sentence and examples; the rest is counted. */
  readonly maxGroups?: number
  /** Causes that are shown however rare they are. */
  readonly always?: readonly string[]
}

/** The failures for people: causes with their sentence, first check and examples, then the flags and what was read. */
export function renderFailures(failures: Failures, view: FailuresView): string {
  const { groups } = failures
  const { maxGroups = groups.length, always = [] } = view
  const isShown = (group: FailureGroup, i: number) => i < maxGroups || always.includes(group.cause)
  const titles = titlesOf(groups)
  const shown = groups.flatMap((group, i) =>
    isShown(group, i) ? [...renderGroup(group, titles[i] ?? '', view), ''] : [],
  )
  const rest = groups.flatMap((group, i) => (isShown(group, i) ? [] : [`${titles[i]} ${group.count}`]))
  const more = rest.length === 0 ? [] : [...indented('and  ', rest.join(', '), view.width), '']
  return `${[...shown, ...more, ...totals(failures, view.width)].join('\n')}\n`
}

/** The cause, with the side where the same cause stands twice. */
function titlesOf(groups: readonly FailureGroup[]): string[] {
  return groups.map((group) => {
    const isAlone = groups.filter(({ cause }) => cause === group.cause).length === 1
    return isAlone ? group.cause : `${group.cause} (${group.direction})`
  })
}

function totals({ count, lines, flags, unread }: Failures, width: number): string[] {
  const failed = count === 0 ? 'No failures' : `${count} failures`
  const byFlag = count === 0 ? '' : ` By flag: ${listOf(flags)}`
  const missed = unread.reduce((sum, [, n]) => sum + n, 0)
  const unreadText =
    missed === 0 ? '' : `${missed} lines could not be read: ${listOf(unread)}. Run without --failures to see them`
  return [...indented('', `${failed} in ${lines} lines.${byFlag}`, width), ...indented('', unreadText, width)]
}

function listOf(counts: readonly (readonly [string, number])[]): string {
  return counts.map(([name, n]) => `${name} ${n}`).join(', ')
}

function renderGroup(group: FailureGroup, title: string, { width, painter = paint(false) }: FailuresView): string[] {
  const { reason, check, count, examples } = group
  return [
    `  ${painter.bold(title)}  x${count}`,
    ...indented('  ', reason, width),
    ...(check === undefined ? [] : indented('  check  ', check, width)),
    ...columns(examples.map(exampleRow)).map((row) => `      ${row}`),
  ]
}

/** Text behind a label, wrapped; the label stands on the first line only. */
function indented(label: string, text: string, width: number): string[] {
  if (text === '') return []
  return wrap(text, width - 2 - label.length).map((line, i) => `  ${i === 0 ? label : ' '.repeat(label.length)}${line}`)
}

function exampleRow(document: ShownDocument): string[] {
  const id = document.http?.request?.id
  const request = [document.url?.path ?? '', id === undefined ? '' : `id ${id}`].join('  ').trim()
  const answered = podStateOf(document) ?? answeredBy(document)
  return [timeOf(document), hopOf(document), statusOf(document), answered, request]
}
