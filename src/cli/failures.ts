import { type Painter, paint } from './colour.ts'
import {
  answeredBy,
  destinationOf,
  hopOf,
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
  readonly count: number
  /** A few that differ in who talked to whom. */
  readonly examples: readonly ShownDocument[]
}

export interface Failures {
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
  #count = 0

  add(document: ShownDocument): void {
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
      flags: [...this.#flags].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)),
      count: this.#count,
    }
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
    if (this.#groups.size >= MAX_GROUPS - 1) return this.#add(OTHERS, { cause: OTHERS, reason: '', check: undefined })
    return this.#add(key, meaning)
  }

  #add(key: string, meaning: Pick<FailureGroup, 'cause' | 'reason' | 'check'>): Group {
    const group = this.#groups.get(key) ?? { ...meaning, count: 0, examples: [] }
    this.#groups.set(key, group)
    return group
  }
}

function meaningOf({ event, envoy }: ShownDocument): Pick<FailureGroup, 'cause' | 'reason' | 'check'> {
  const verdict = envoy?.verdict
  return { cause: verdict?.cause ?? event?.code ?? 'unknown', reason: event?.reason ?? '', check: verdict?.checks?.[0] }
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

/** The failures for people: causes with their sentence, first check and examples, then the flags. */
export function renderFailures(failures: Failures, view: FailuresView): string {
  const { groups, flags, count } = failures
  if (count === 0) return 'No failures.\n'
  const { maxGroups = groups.length, always = [] } = view
  const isShown = (group: FailureGroup, i: number) => i < maxGroups || always.includes(group.cause)
  const shown = groups.filter(isShown).flatMap((group) => [...renderGroup(group, view), ''])
  const rest = groups.filter((group, i) => !isShown(group, i)).map((group) => `${group.cause} ${group.count}`)
  const more = rest.length === 0 ? [] : [...indented('and  ', rest.join(', '), view.width), '']
  const total = indented(
    '',
    `${count} failures. By flag: ${flags.map(([flag, n]) => `${flag} ${n}`).join(', ')}`,
    view.width,
  )
  return `${[...shown, ...more, ...total].join('\n')}\n`
}

function renderGroup(
  { cause, reason, check, count, examples }: FailureGroup,
  { width, painter = paint(false) }: FailuresView,
): string[] {
  return [
    `  ${painter.bold(cause)}  x${count}`,
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
  return [timeOf(document), hopOf(document), statusOf(document), answeredBy(document), document.url?.path ?? '']
}
