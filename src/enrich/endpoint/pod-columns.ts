import type { JsonText } from '../../record/field.ts'
import type { ProxyRole } from '../direction.ts'
import { Float64Column, RowStore, Uint32Column } from './columns/column.ts'
import { Interned, itself } from './columns/interned.ts'
import { NameColumn } from './columns/name-column.ts'
import { NONE, Rows } from './columns/rows.ts'
import { UidColumn } from './columns/uid-column.ts'
import type { PodFacts } from './pod-table.ts'
import type { Workload } from './row.ts'

/** What the pods of one owner have in common. */
interface Kin {
  readonly namespace: string
  readonly network: string
  readonly isHostNetwork: boolean
  readonly workload: Workload
  readonly serviceAccount: string
  readonly role: ProxyRole | undefined
  readonly canonicalService: string
  readonly labels: JsonText | undefined
}

/** What of a pod is not in its facts. */
export interface PodRest {
  readonly pathUid: string | undefined
  readonly firstSeenMs: number
  readonly sandboxMs: number | undefined
  readonly isDeleted: boolean
}

const IS_DELETED = 1
/** Of all pods with its name this one is found by it. */
const IS_NAMED = 2

/**
 * Pods in columns, 64 bytes each, which is a line of a processor's cache: a row for a pod, and the rows by UID, by the UID in kubelet's paths and by name.
 * Of the addresses only those are here that no interval has.
 */
export class PodColumns {
  readonly #rows = new Rows()
  readonly #store = new RowStore(64)
  readonly #uids = new UidColumn(this.#store, 16)
  readonly #names = new NameColumn(this.#store, 36)
  readonly #kin = new Uint32Column(this.#store, 48)
  readonly #kins = new Interned<Kin>()
  /** Number + 1; 0 for none. */
  readonly #node = new Uint32Column(this.#store, 52)
  readonly #nodes = new Interned<string>()
  readonly #firstSeenMs = new Float64Column(this.#store, 0)
  /** NaN when it is not known. */
  readonly #sandboxMs = new Float64Column(this.#store, 8)
  readonly #flags = new Uint32Column(this.#store, 56)
  readonly #toldIn = new Uint32Column(this.#store, 60)
  readonly #pathUids = new Map<number, string>()
  readonly #byPathUid = new Map<string, number>()
  /** Of pods whose addresses are not all held in intervals: those of their node. */
  readonly #ips = new Map<number, readonly string[]>()

  get size(): number {
    return this.#rows.size
  }

  /** Every row is below this, and some rows below are nobody's: those are not `isUsed`. */
  get end(): number {
    return this.#rows.end
  }

  isUsed(row: number): boolean {
    return this.#kin.get(row) !== 0
  }

  isDeleted(row: number): boolean {
    return (this.#flags.get(row) & IS_DELETED) !== 0
  }

  /** The sweep after which the pod was told of. */
  toldIn(row: number): number {
    return this.#toldIn.get(row)
  }

  setToldIn(row: number, sweep: number): void {
    this.#toldIn.set(row, sweep)
  }

  /** `NONE` when it is not known. */
  find(uid: string): number {
    return this.#uids.find(uid)
  }

  /** By the UID of kubelet's paths. */
  findByPath(pathUid: string): number {
    return this.#byPathUid.get(pathUid) ?? NONE
  }

  /** The pod that had the name last; without a namespace only when one namespace alone has the name. */
  findByName(namespace: string | undefined, name: string): number {
    if (namespace !== undefined) return this.#names.find(name, (row) => this.#kinOf(row).namespace === namespace)
    const found: number[] = []
    this.#names.find(name, (row) => found.push(row) > 1)
    const [first = NONE] = found
    return found.length === 1 ? first : NONE
  }

  add(facts: PodFacts, rest: PodRest): number {
    const row = this.#rows.take()
    this.#uids.add(row, facts.uid)
    this.#names.set(row, facts.name)
    this.#flags.set(row, 0)
    this.#setFacts(row, facts)
    this.#setRest(row, rest)
    return row
  }

  /** All but the UID and the name, which a pod keeps. */
  update(row: number, facts: PodFacts, rest: PodRest): void {
    this.#releaseFacts(row)
    this.#setFacts(row, facts)
    this.#setRest(row, rest)
  }

  remove(row: number): void {
    if ((this.#flags.get(row) & IS_NAMED) !== 0) this.#names.remove(row)
    this.#uids.remove(row)
    this.#names.release(row)
    this.#releaseFacts(row)
    this.#kin.set(row, 0)
    this.#ips.delete(row)
    this.#setPath(row, undefined)
    this.#rows.release(row)
  }

  uidOf(row: number): string {
    return this.#uids.get(row)
  }

  /** `ips`: the addresses that intervals have. */
  factsOf(row: number, ips: readonly string[]): PodFacts {
    const { namespace, network, isHostNetwork, workload, serviceAccount, role, canonicalService, labels } =
      this.#kinOf(row)
    return {
      uid: this.#uids.get(row),
      namespace,
      name: this.#names.get(row),
      nodeName: this.#nodes.get(this.#node.get(row) - 1),
      network,
      ips: this.#ips.get(row) ?? ips,
      isHostNetwork,
      workload,
      serviceAccount,
      role,
      canonicalService,
      labels,
    }
  }

  restOf(row: number): PodRest {
    const sandboxMs = this.#sandboxMs.get(row)
    return {
      pathUid: this.#pathUids.get(row),
      firstSeenMs: this.#firstSeenMs.get(row),
      sandboxMs: Number.isNaN(sandboxMs) ? undefined : sandboxMs,
      isDeleted: this.isDeleted(row),
    }
  }

  /** Hold the addresses here; undefined when intervals have them. */
  setIps(row: number, ips: readonly string[] | undefined): void {
    if (ips === undefined) this.#ips.delete(row)
    else this.#ips.set(row, [...ips])
  }

  #kinOf(row: number): Kin {
    return this.#kins.get(this.#kin.get(row) - 1) ?? NO_KIN
  }

  #setFacts(row: number, facts: PodFacts): void {
    this.#kin.set(row, this.#kins.take(kinKey(facts), () => kinOf(facts)) + 1)
    this.#node.set(row, facts.nodeName === undefined ? 0 : this.#nodes.take(facts.nodeName, itself) + 1)
  }

  #releaseFacts(row: number): void {
    this.#kins.release(this.#kin.get(row) - 1)
    if (this.#node.get(row) !== 0) this.#nodes.release(this.#node.get(row) - 1)
  }

  #setRest(row: number, { pathUid, firstSeenMs, sandboxMs, isDeleted }: PodRest): void {
    this.#firstSeenMs.set(row, firstSeenMs)
    this.#sandboxMs.set(row, sandboxMs ?? Number.NaN)
    this.#flags.set(row, (this.#flags.get(row) & IS_NAMED) | (isDeleted ? IS_DELETED : 0))
    this.#setPath(row, pathUid)
    this.#claimName(row)
  }

  #setPath(row: number, pathUid: string | undefined): void {
    const old = this.#pathUids.get(row)
    if (old !== undefined && this.#byPathUid.get(old) === row) this.#byPathUid.delete(old)
    if (pathUid === undefined) {
      this.#pathUids.delete(row)
      return
    }
    this.#pathUids.set(row, pathUid)
    const other = this.#byPathUid.get(pathUid)
    if (other === undefined || this.#isLater(row, other)) this.#byPathUid.set(pathUid, row)
  }

  #claimName(row: number): void {
    const { namespace } = this.#kinOf(row)
    const other = this.#names.find(this.#names.get(row), (each) => this.#kinOf(each).namespace === namespace)
    if (other === row || (other !== NONE && !this.#isLater(row, other))) return
    if (other !== NONE) {
      this.#names.remove(other)
      this.#flags.set(other, this.#flags.get(other) & ~IS_NAMED)
    }
    this.#names.add(row)
    this.#flags.set(row, this.#flags.get(row) | IS_NAMED)
  }

  /** The same in every index that has both, in whatever order it learnt of them. */
  #isLater(row: number, other: number): boolean {
    const difference = this.#firstSeenMs.get(row) - this.#firstSeenMs.get(other)
    return difference === 0 ? this.#uids.get(row) > this.#uids.get(other) : difference > 0
  }
}

const NO_KIN: Kin = {
  namespace: '',
  network: '',
  isHostNetwork: false,
  workload: { kind: '', name: '' },
  serviceAccount: '',
  role: undefined,
  canonicalService: '',
  labels: undefined,
}

function kinKey(facts: PodFacts): string {
  const { namespace, network, isHostNetwork, workload, serviceAccount, role, canonicalService, labels } = facts
  const { kind, name } = workload
  return JSON.stringify([namespace, network, isHostNetwork, kind, name, serviceAccount, role, canonicalService, labels])
}

function kinOf(facts: PodFacts): Kin {
  const { namespace, network, isHostNetwork, workload, serviceAccount, role, canonicalService, labels } = facts
  const { kind, name } = workload
  return {
    namespace,
    network,
    isHostNetwork,
    workload: { kind, name },
    serviceAccount,
    role,
    canonicalService,
    labels,
  }
}
