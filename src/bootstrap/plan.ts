import { FlagshipError } from '../errors.ts'
import { difference } from './difference.ts'
import { BOOTSTRAP_VERSION, type Found, type Installable, type Target } from './object.ts'

/**
 * What becomes of one object. `replace`: not made by flagship, and overwritten because it was asked for. `foreign` and
 * `newer` are refused. `remove`, `absent`, `foreign` and `kept` (in use) are those of a removal.
 */
export type Action = 'create' | 'update' | 'replace' | 'unchanged' | 'foreign' | 'newer' | 'remove' | 'absent' | 'kept'

/** One object, what the server has, and what is to be done. */
export interface Step {
  readonly object: Installable
  readonly found: Found
  readonly action: Action
  /** What an update changes, as lines of a difference. */
  readonly difference: readonly string[]
}

/** What installing comes to, in order; the server is only read. */
export async function planOf(target: Target, { force }: { readonly force: boolean }): Promise<readonly Step[]> {
  const steps: Step[] = []
  for (const object of target.objects) {
    const found = await target.find(object)
    const lines = found.kind === 'ours' ? difference(found.body, object.body) : []
    steps.push({ object, found, action: actionOf(found, lines.length > 0, force), difference: lines })
  }
  return steps
}

function actionOf(found: Found, differs: boolean, force: boolean): Action {
  if (found.kind === 'absent') return 'create'
  if (found.kind === 'foreign') return force ? 'replace' : 'foreign'
  if (found.version > BOOTSTRAP_VERSION) return 'newer'
  return differs || found.version < BOOTSTRAP_VERSION ? 'update' : 'unchanged'
}

/**
 * Refuse the whole plan where one object of it may not be written: half of it would be worse than nothing.
 * @throws FlagshipError SINK_MISCONFIGURED.
 */
export function refuseConflicts(steps: readonly Step[]): void {
  const refused = steps.filter(({ action }) => action === 'foreign' || action === 'newer')
  if (refused.length === 0) return
  const lines = refused.map(
    ({ object, action }) => `Cannot install ${object.kind} "${object.id}": ${REFUSALS[action] ?? ''}`,
  )
  throw new FlagshipError('SINK_MISCONFIGURED', lines.join('\n'))
}

const REFUSALS: Partial<Record<Action, string>> = {
  foreign: 'there is one of that name that flagship has not made; rename or remove it, or overwrite it with --force',
  newer: 'a newer flagship has installed it; bootstrap with that one, or remove it with that one first',
}

/** Install what the plan says, in order; `onDone` is told of each object that was written. */
export async function install(target: Target, steps: readonly Step[], onDone: (step: Step) => void): Promise<void> {
  for (const step of steps) {
    if (step.action === 'unchanged') continue
    await target.write(step.object, step.found)
    onDone(step)
  }
}

/** What removing comes to, in order: backwards. What flagship has not made stays. */
export async function removalOf(target: Target): Promise<readonly Step[]> {
  const steps: Step[] = []
  for (const object of target.objects.toReversed()) {
    const found = await target.find(object)
    const action = found.kind === 'ours' ? 'remove' : found.kind
    steps.push({ object, found, action, difference: [] })
  }
  return steps
}

/**
 * Remove what is ours of a removal; `onDone` is told of each object that is gone. What is in use stays, and the rest goes
 * on: the answer says of each that stayed why.
 */
export async function remove(
  target: Target,
  steps: readonly Step[],
  onDone: (step: Step) => void,
): Promise<readonly Kept[]> {
  const kept: Kept[] = []
  for (const step of steps) {
    if (step.action !== 'remove') continue
    const reason = await target.remove(step.object)
    if (reason === undefined) onDone(step)
    else kept.push({ object: step.object, reason })
  }
  return kept
}

/** An object that could not be removed. */
export interface Kept {
  readonly object: Installable
  readonly reason: string
}
