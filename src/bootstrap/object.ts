/** One thing that bootstrap installs. */
export interface Installable {
  /** What it is, in words: `index template`, `saved search`. */
  readonly kind: string
  /** Stable for ever: an upgrade replaces what has this id. */
  readonly id: string
  /** Where --output writes it, below the chosen directory, as YAML where the name ends so, else as JSON. */
  readonly fileName: string
  /** The JSON of it, complete and without secrets; carries managed_by flagship and version where the server keeps such. */
  readonly body: object
}

/** What an object looks like on the server. `foreign`: there, but not made by flagship. */
export type Found =
  | { readonly kind: 'absent' }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'ours'; readonly version: number; readonly body: object }

/** A server that objects are installed on. Every call throws FlagshipError with a message that names the object, the missing right and the remedy. */
export interface Target {
  /** In order of installing; removing goes backwards. */
  readonly objects: readonly Installable[]
  /** The body in the same form as `Installable.body`, so that equal means nothing to do. */
  find(object: Installable): Promise<Found>
  write(object: Installable, found: Found): Promise<void>
  /** Undefined once it is gone; why it has to stay while something else uses it. */
  remove(object: Installable): Promise<string | undefined>
}

/** What this release installs; an object on a server that has a lower one is upgraded. */
export const BOOTSTRAP_VERSION = 1

/** Several servers as one: each object goes where it belongs, in the order of the servers. */
export function joined(targets: readonly Target[]): Target {
  const owners = new Map(targets.flatMap((target) => target.objects.map((object) => [object, target] as const)))
  const ownerOf = (object: Installable): Target => {
    const owner = owners.get(object)
    if (owner === undefined) throw new Error(`nobody has ${object.kind} "${object.id}"`)
    return owner
  }
  return {
    objects: [...owners.keys()],
    find: (object) => ownerOf(object).find(object),
    write: (object, found) => ownerOf(object).write(object, found),
    remove: (object) => ownerOf(object).remove(object),
  }
}
