import type { GroupMember, Partition, Position } from '../../ingest/kafka/group.ts'
import type { CursorStore } from '../committer.ts'
import type { Changes } from '../cursor.ts'
import type { PartitionLedger } from './partition-ledger.ts'

/** How far this member of a group is in its partitions, collected and told to the group together. */
export class GroupProgress implements CursorStore {
  readonly #group: Pick<GroupMember, 'commit'>
  readonly #ledgers = new Map<string, PartitionLedger>()
  readonly #changed = new Set<string>()
  #assigned: ReadonlySet<string> = new Set()
  /** Rises with every change. */
  version = 0

  constructor(group: Pick<GroupMember, 'commit'>) {
    this.#group = group
  }

  get(partition: Partition): PartitionLedger | undefined {
    return this.#ledgers.get(keyOf(partition))
  }

  /** Whether a partition is ours: what is fetched may come late. */
  has(partition: Partition): boolean {
    return this.#assigned.has(keyOf(partition))
  }

  /** Follow a partition from where the ledger stands, in place of an older ledger. */
  follow(ledger: PartitionLedger): void {
    const key = keyOf(ledger.partition)
    const earlier = this.#ledgers.get(key)
    if (earlier !== undefined) earlier.isLost = true
    this.#ledgers.set(key, ledger)
  }

  /** Only these partitions are ours from now on: of the others nothing more is told. */
  keep(partitions: readonly Partition[]): void {
    this.#assigned = new Set(partitions.map(keyOf))
    for (const [key, ledger] of this.#ledgers) {
      if (this.#assigned.has(key)) continue
      ledger.isLost = true
      this.#ledgers.delete(key)
      this.#changed.delete(key)
    }
  }

  /** The group is to be told where the ledger stands. */
  note(ledger: PartitionLedger): void {
    if (ledger.isLost) return
    this.version += 1
    this.#changed.add(keyOf(ledger.partition))
  }

  takeChanges(): Changes {
    const values = new Map<string, Position>()
    for (const key of this.#changed) {
      const ledger = this.#ledgers.get(key)
      if (ledger === undefined) continue
      const { position } = ledger
      ledger.telling(position)
      values.set(key, position)
    }
    this.#changed.clear()
    return { version: this.version, values }
  }

  /** @throws FlagshipError SOURCE_UNAVAILABLE. */
  async commit(changes: ReadonlyMap<string, unknown>): Promise<void> {
    const positions = [...this.#ours(changes)].map(([{ partition }, position]) => [partition, position] as const)
    if (positions.length > 0) await this.#group.commit(new Map(positions))
  }

  written({ values }: Changes): void {
    for (const [ledger, position] of this.#ours(values)) ledger.tell(position)
  }

  putBack({ values }: Changes): void {
    for (const key of values.keys()) if (this.#ledgers.has(key)) this.#changed.add(key)
  }

  *#ours(values: ReadonlyMap<string, unknown>): Iterable<readonly [PartitionLedger, Position]> {
    for (const [key, position] of values) {
      const ledger = this.#ledgers.get(key)
      if (ledger !== undefined && isPosition(position)) yield [ledger, position]
    }
  }
}

function isPosition(value: unknown): value is Position {
  return typeof value === 'object' && value !== null && 'offset' in value && 'metadata' in value
}

function keyOf({ topic, partition }: Partition): string {
  return `${topic}/${partition}`
}
