import type { Action, Step } from '../../bootstrap/plan.ts'
import { jsonText } from '../json.ts'
import { printable } from '../printable.ts'
import { columns } from '../table.ts'
import type { BootstrapOptions } from './options.ts'

type Form = Pick<BootstrapOptions, 'json' | 'diff' | 'remove'>

/** What would be done: one line for each object, how many of each sort, and what else there is to say. */
export function planReport(steps: readonly Step[], notes: readonly string[], { json, diff }: Form): string {
  return json === true ? reportJson(steps, notes) : planText(steps, diff === true) + notesText(notes)
}

/** What was done, after a line for each object that was written or removed. */
export function doneReport(steps: readonly Step[], notes: readonly string[], { json, remove }: Form): string {
  if (json === true) return reportJson(steps, notes)
  const countOf = (wanted: Action) => steps.filter(({ action }) => action === wanted).length
  const foreign = steps.filter(({ action }) => action === 'foreign')
  const lines = foreign.map(({ object }) => `${object.kind} ${object.id} is not ours: left alone`)
  const asWanted =
    remove === true
      ? `${countOf('absent')} of ${steps.length} objects were not there`
      : `${countOf('unchanged')} of ${steps.length} objects were as they should be`
  return notesText([...lines, asWanted, ...notes])
}

/** Lines about what was found or done, safe to print. */
export function notesText(notes: readonly string[]): string {
  return notes.map((note) => `${printable(note)}\n`).join('')
}

function planText(steps: readonly Step[], withDifference: boolean): string {
  const rows = columns(steps.map(({ action, object }) => [WORDS[action], object.kind, object.id]))
  const lines = steps.flatMap((step, index) => [
    rows[index] ?? '',
    ...(withDifference ? step.difference.map((line) => `    ${printable(line)}`) : []),
  ])
  return [...lines, countsOf(steps), ''].join('\n')
}

/** For programs. */
function reportJson(steps: readonly Step[], notes: readonly string[]): string {
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
