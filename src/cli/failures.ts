import { answeredBy, destinationOf, isFailure, type ShownDocument, sourceOf } from './document.ts'
import { type Painter, paint } from './colour.ts'
import { columns, wrap } from './table.ts'

/** Failures of one cause, most recent last. */
export interface FailureGroup {
  readonly cause: string
  readonly reason: string
  readonly check: string | undefined
  readonly count: number
  readonly examples: readonly ShownDocument[]
}

export interface Failures {
  /** Most frequent cause first. */
  readonly groups: readonly FailureGroup[]
  /** How often each flag was set, most frequent first; `-` counts failures without a flag. */
  readonly flags: readonly (readonly [flag: string, count: number])[]
  readonly count: number
}

const MAX_EXAMPLES = 3
const MAX_GROUPS = 1_000

/** Counts failures by cause and by flag as documents go by; keeps a few examples of each cause. */
export class FailureTally {
  readonly #groups = new Map<
    string,
    { reason: string; check: string | undefined; count: number; examples: ShownDocument[] }
  >()
  readonly #flags = new Map<string, number>()
  #count = 0

  add(document: ShownDocument): void {
    if (!isFailure(document)) return
    this.#count += 1
    for (const flag of document.envoy?.response_flags ?? ['-']) this.#flags.set(flag, (this.#flags.get(flag) ?? 0) + 1)
    const group = this.#group(document)
    group.count += 1
    if (isNewExample(group.examples, document)) group.examples.push(document)
  }

  result(): Failures {
    const groups = [...this.#groups].map(([cause, group]) => ({ cause, ...group }))
    return {
      groups: groups.sort((a, b) => b.count - a.count || (a.cause < b.cause ? -1 : 1)),
      flags: [...this.#flags].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)),
      count: this.#count,
    }
  }

  #group(document: ShownDocument) {
    const verdict = document.envoy?.verdict
    const wanted = verdict?.cause ?? document.event?.code ?? 'unknown'
    const cause = this.#groups.has(wanted) || this.#groups.size < MAX_GROUPS ? wanted : 'other'
    const group = this.#groups.get(cause) ?? {
      reason: document.event?.reason ?? '',
      check: verdict?.checks?.[0],
      count: 0,
      examples: [],
    }
    this.#groups.set(cause, group)
    return group
  }
}

/** Examples of one cause differ in who talked to whom. */
function isNewExample(examples: readonly ShownDocument[], document: ShownDocument): boolean {
  if (examples.length >= MAX_EXAMPLES) return false
  const who = `${sourceOf(document)} ${destinationOf(document)} ${document.envoy?.direction}`
  return !examples.some((known) => `${sourceOf(known)} ${destinationOf(known)} ${known.envoy?.direction}` === who)
}

/** The failures for people: causes with their sentence, first check and examples, then the flags. */
export function renderFailures(failures: Failures, width: number, painter: Painter = paint(false)): string {
  if (failures.count === 0) return 'No failures.\n'
  const lines = failures.groups.flatMap((group) => [...renderGroup(group, width, painter), ''])
  const flags = failures.flags.map(([flag, count]) => `${flag} ${count}`).join('   ')
  return `${[...lines, `${failures.count} failures.  By flag:  ${flags}`].join('\n')}\n`
}

function renderGroup(group: FailureGroup, width: number, painter: Painter): string[] {
  const title = `${painter.bold(group.cause)}  x${group.count}`
  return [
    title,
    ...indented('', group.reason, width),
    ...(group.check === undefined ? [] : indented('check  ', group.check, width)),
    ...columns(group.examples.map(exampleRow)).map((row) => `    ${row}`),
  ]
}

function indented(label: string, text: string, width: number): string[] {
  if (text === '') return []
  return wrap(text, width - 2 - label.length).map((line, i) => `  ${i === 0 ? label : ' '.repeat(label.length)}${line}`)
}

function exampleRow(document: ShownDocument): string[] {
  const { envoy } = document
  return [
    (document['@timestamp'] ?? '').slice(11, 23),
    `${sourceOf(document)} -> ${destinationOf(document)}`,
    `${envoy?.response_code ?? '-'} ${(envoy?.response_flags ?? ['-']).join(',')}`,
    answeredBy(document),
    document.url?.path ?? '',
  ]
}
