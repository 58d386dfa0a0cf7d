import type { Action, Step } from '../../bootstrap/plan.ts'
import { jsonText } from '../json.ts'
import { printable } from '../printable.ts'
import { columns } from '../table.ts'

/** The plan for people: one line for each object, then how many of each sort. */
export function planText(steps: readonly Step[], { withDifference }: { readonly withDifference: boolean }): string {
  const rows = columns(steps.map(({ action, object }) => [WORDS[action], object.kind, object.id]))
  const lines = steps.flatMap((step, index) => [
    rows[index] ?? '',
    ...(withDifference ? step.difference.map((line) => `    ${printable(line)}`) : []),
  ])
  return [...lines, countsOf(steps), ''].join('\n')
}

/** The plan for programs. */
export function planJson(steps: readonly Step[], notes: readonly string[]): string {
  const objects = steps.map(({ action, object, difference }) => ({
    kind: object.kind,
    id: object.id,
    action,
    ...(difference.length > 0 && { difference }),
  }))
  return jsonText({ objects, notes })
}

/** One object that was written or removed. */
export function doneText({ action, object }: Step): string {
  return `${columns([[DONE[action] ?? action, object.kind, object.id]]).join('')}\n`
}

const WORDS: Readonly<Record<Action, string>> = {
  create: 'create',
  update: 'update',
  replace: 'replace (not made by flagship)',
  unchanged: 'unchanged',
  foreign: 'not made by flagship',
  newer: 'made by a newer flagship',
  remove: 'remove',
  absent: 'not there',
  kept: 'in use',
}

const DONE: Partial<Record<Action, string>> = {
  create: 'created ',
  update: 'updated ',
  replace: 'replaced',
  remove: 'removed ',
}

function countsOf(steps: readonly Step[]): string {
  const counts = new Map<Action, number>()
  for (const { action } of steps) counts.set(action, (counts.get(action) ?? 0) + 1)
  return [...counts].map(([action, count]) => `${count} ${WORDS[action]}`).join(', ')
}
