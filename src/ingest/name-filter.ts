import { NameGlob } from './name-glob.ts'

/**
 * Which names are wanted: those that match a pattern (all, where no pattern says what is) and none that begins with
 * `!`, which says what is not. The order of patterns does not matter.
 */
export class NameFilter {
  readonly #wanted: readonly NameGlob[]
  readonly #unwanted: readonly NameGlob[]

  constructor(patterns: readonly string[]) {
    this.#wanted = patterns.filter((pattern) => !pattern.startsWith('!')).map((pattern) => new NameGlob(pattern))
    this.#unwanted = patterns
      .filter((pattern) => pattern.startsWith('!'))
      .map((pattern) => new NameGlob(pattern.slice(1)))
  }

  wants(name: string): boolean {
    const isWanted = this.#wanted.length === 0 || this.#wanted.some((glob) => glob.matches(name))
    return isWanted && !this.#unwanted.some((glob) => glob.matches(name))
  }
}
