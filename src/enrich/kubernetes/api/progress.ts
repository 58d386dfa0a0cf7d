import { isComparable, isOlder, newerOf, type Versions } from '../resource-version.ts'

/**
 * How far what is handed over of one resource has come. A list and a bookmark have the version of the whole cluster:
 * another watch that misses nothing may hear of it a minute later, but of every object at once, so only these are `told`.
 */
export class Progress implements Versions {
  #knows: string | undefined
  #told: string | undefined
  /** The newest object of the list that is being read. */
  #listed: string | undefined

  get knows(): string | undefined {
    return this.#knows
  }

  get told(): string | undefined {
    return this.#told
  }

  beginList(): void {
    this.#listed = undefined
  }

  /** An object was handed over, of a list or of a watch. */
  hand(version: string | undefined): void {
    if (!isComparable(version)) return
    this.#told = newerOf(this.#told, version)
    this.#listed = newerOf(this.#listed, version)
  }

  /** A whole list of this version was handed over: the only way back, to where a cluster was restored. */
  endList(version: string): void {
    this.#knows = isComparable(version) ? version : undefined
    if (this.#knows === undefined || this.#told === undefined) return
    if (isOlder(this.#knows, this.#told)) this.#told = this.#listed
  }

  /** A watch has told everything up to this version. */
  reach(version: string | undefined): void {
    if (isComparable(version)) this.#knows = newerOf(this.#knows, version)
  }
}
