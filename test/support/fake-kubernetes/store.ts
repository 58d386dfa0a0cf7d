import { randomUUID } from 'node:crypto'
import { atVersion, type GivenObject, keyOf, type Resource, RESOURCES, type StoredObject } from './object.ts'

/** One change of one object. */
export interface Change {
  readonly version: number
  readonly key: string
  /** Undefined when the object was not there before. */
  readonly before: StoredObject | undefined
  /** Undefined when it was deleted. */
  readonly after: StoredObject | undefined
}

/** What happened to one resource, bounded, and who waits for more. */
export class History {
  readonly objects = new Map<string, StoredObject>()
  /** Oldest first. */
  changes: Change[] = []
  /** A watch may start here and later: what came before is forgotten. */
  oldestVersion = 0
  #lastForgotten = 0
  /** Told of each change, before anything else is written. */
  readonly listeners = new Set<() => void>()
  #sorted: readonly StoredObject[] | undefined
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** In the order of their keys. */
  get sorted(): readonly StoredObject[] {
    return (this.#sorted ??= sortedByKey(this.objects))
  }

  apply(change: Change): void {
    this.#place(change.key, change.after)
    this.changes.push(change)
    if (this.changes.length > this.#capacity * 2) this.#forgetUpTo(this.changes.length - this.#capacity)
    for (const listener of this.listeners) listener()
  }

  /** Put an object in place without a change, as if it had been there before the server started. */
  preload(object: StoredObject): void {
    this.#place(keyOf(object), object)
  }

  /** What happened after `version`, oldest first; undefined when some of it is forgotten. */
  after(version: number): readonly Change[] | undefined {
    if (version < this.#lastForgotten) return undefined
    return this.changes.slice(firstAfter(this.changes, version))
  }

  /** The objects as they were at `version`; undefined when that is forgotten. */
  at(version: number): readonly StoredObject[] | undefined {
    const changes = version < this.oldestVersion ? undefined : this.after(version)
    if (changes === undefined || changes.length === 0) return changes && this.sorted
    const objects = new Map(this.objects)
    for (const { key, before } of changes.toReversed()) {
      if (before === undefined) objects.delete(key)
      else objects.set(key, before)
    }
    return sortedByKey(objects)
  }

  /** Forget everything that led to what is there; open watches go on. */
  forget(version: number): void {
    this.#lastForgotten = this.changes.at(-1)?.version ?? this.#lastForgotten
    this.changes = []
    this.oldestVersion = version
  }

  #place(key: string, object: StoredObject | undefined): void {
    this.#sorted = undefined
    if (object === undefined) this.objects.delete(key)
    else this.objects.set(key, object)
  }

  #forgetUpTo(count: number): void {
    this.#lastForgotten = this.changes[count - 1]?.version ?? this.#lastForgotten
    this.oldestVersion = this.#lastForgotten
    this.changes = this.changes.slice(count)
  }
}

/** The objects of a cluster, with one version that rises with every change of any of them. */
export class Store {
  version: number
  readonly #histories: Readonly<Record<Resource, History>>
  readonly #now: () => Date

  constructor(firstVersion: number, capacity: number, now: () => Date) {
    this.version = firstVersion
    this.#now = now
    const history = () => new History(capacity)
    this.#histories = { pods: history(), services: history(), nodes: history(), namespaces: history() }
    this.forget()
  }

  history(resource: Resource): History {
    return this.#histories[resource]
  }

  /** Add or replace an object. One with another uid is another object: the one before is deleted first, as it must be. */
  put(resource: Resource, given: GivenObject): StoredObject {
    const history = this.#histories[resource]
    const key = keyOf(given)
    const before = history.objects.get(key)
    if (before !== undefined && given.metadata.uid !== undefined && given.metadata.uid !== before.metadata.uid) {
      this.delete(resource, key)
      return this.put(resource, given)
    }
    const after = this.#stored(given, before)
    history.apply({ version: this.version, key, before, after })
    return after
  }

  /** Delete an object; the change shows it as it was last, at the version of its end. Throws when there is none. */
  delete(resource: Resource, key: string): StoredObject {
    const history = this.#histories[resource]
    const before = history.objects.get(key)
    if (before === undefined) throw new Error(`Cannot delete "${key}": there is no such object among ${resource}`)
    this.version += 1
    history.apply({ version: this.version, key, before, after: undefined })
    return before
  }

  preload(resource: Resource, given: GivenObject): void {
    this.#histories[resource].preload(this.#stored(given, undefined))
  }

  /** No watch may start before now. */
  forget(): void {
    for (const resource of RESOURCES) this.#histories[resource].forget(this.version)
  }

  /** Go back to an earlier version, as a cluster does whose etcd is restored from a copy. */
  goBackTo(version: number): void {
    for (const resource of RESOURCES) {
      const history = this.#histories[resource]
      const objects = history.at(version) ?? history.sorted
      history.objects.clear()
      for (const object of objects)
        history.preload(Number(object.metadata.resourceVersion) > version ? atVersion(object, version) : object)
    }
    this.version = version
    this.forget()
  }

  #stored(given: GivenObject, before: StoredObject | undefined): StoredObject {
    this.version += 1
    const { kind: _kind, apiVersion: _apiVersion, metadata, ...rest } = given
    const { name, namespace, uid = before?.metadata.uid ?? randomUUID(), ...more } = metadata
    return {
      metadata: {
        name,
        ...(namespace !== undefined && { namespace }),
        uid,
        resourceVersion: String(this.version),
        ...withoutVersion(more),
        creationTimestamp: more['creationTimestamp'] ?? before?.metadata['creationTimestamp'] ?? secondsOf(this.#now()),
      },
      ...rest,
    }
  }
}

function withoutVersion({ resourceVersion: _resourceVersion, ...metadata }: Readonly<Record<string, unknown>>) {
  return metadata
}

/** Kubernetes' times have no fractions of a second. */
function secondsOf(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z')
}

function sortedByKey(objects: ReadonlyMap<string, StoredObject>): readonly StoredObject[] {
  const keys = [...objects.keys()].sort()
  return keys.map((key) => objects.get(key)).filter((object) => object !== undefined)
}

/** Where the changes after `version` begin. */
function firstAfter(changes: readonly Change[], version: number): number {
  let [low, high] = [0, changes.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((changes[middle]?.version ?? 0) > version) high = middle
    else low = middle + 1
  }
  return low
}
