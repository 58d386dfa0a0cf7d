import type { CursorStore } from '../committer.ts'
import type { Meter } from '../meter.ts'
import type { OpenedStore } from '../state/store.ts'
import { NOTHING_IS_STORED, TransactionStore } from './transaction-store.ts'
import { Turns } from './turns.ts'
import type { TransactionalSink } from './sink-until.ts'

/** A sink with transactions, and what it has recovered. */
export interface ExactParts {
  readonly sink: TransactionalSink
  readonly meter: Meter
  /** Undefined while the sink is not reached: the pipeline only keeps files then. */
  readonly recovered: Recovered | undefined
}

/** What a sink has stored with its last commit. */
export interface Recovered {
  /** Undefined where the sink knows nothing of us. */
  readonly values: ReadonlyMap<string, unknown> | undefined
}

/** What a pipeline remembers, and where it writes it down. */
export interface Memory {
  readonly values: ReadonlyMap<string, unknown>
  readonly store: CursorStore
  readonly turns?: Turns
  /** Rejects when what was answered since the last commit does not count any more. */
  readonly over?: Promise<never>
}

/** The sink's word counts: what is on disk is made equal to it, or goes to the sink where that knows nothing. */
export async function memoryOf({ store, values }: OpenedStore, exact: ExactParts | undefined): Promise<Memory> {
  if (exact === undefined) return { values, store }
  const { sink, recovered } = exact
  if (recovered === undefined) return { values, store: NOTHING_IS_STORED }
  const differences = recovered.values === undefined ? [] : differencesOf(values, recovered.values)
  if (differences.length > 0) await store.commit(new Map(differences))
  const owed = recovered.values === undefined ? values : new Map<string, unknown>()
  const kept = new TransactionStore(sink.transaction, store, owed)
  return { values: recovered.values ?? values, store: kept, turns: new Turns(), over: kept.over }
}

function differencesOf(
  from: ReadonlyMap<string, unknown>,
  to: ReadonlyMap<string, unknown>,
): (readonly [string, unknown])[] {
  const gone = [...from.keys()].filter((key) => !to.has(key)).map((key) => [key, undefined] as const)
  const changed = [...to].filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(from.get(key)))
  return [...gone, ...changed]
}
