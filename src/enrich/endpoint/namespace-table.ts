import type { NamespaceRow } from './row.ts'

/** What is known of a namespace. */
export type NamespaceFacts = NamespaceRow

/** Namespaces by name. */
export class NamespaceTable {
  readonly #byName = new Map<string, NamespaceFacts>()

  get names(): Iterable<string> {
    return this.#byName.keys()
  }

  byName(name: string): NamespaceFacts | undefined {
    return this.#byName.get(name)
  }

  /** Returns whether anything changed. */
  upsert(row: NamespaceRow): boolean {
    const known = this.#byName.get(row.name)
    if (known !== undefined && known.labels === row.labels) return false
    this.#byName.set(row.name, row)
    return true
  }

  delete(name: string): boolean {
    return this.#byName.delete(name)
  }
}
