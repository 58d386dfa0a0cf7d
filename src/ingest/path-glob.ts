import { dirname, join, sep } from 'node:path'
import type { DirectoryEntry } from './file-system.ts'
import { expandBraces, NameGlob } from './name-glob.ts'

/** What a directory holds; empty where it is gone. */
export type List = (directory: string) => readonly DirectoryEntry[]

/** One way through the tree. `**` stands for any number of directories. */
interface Way {
  readonly steps: readonly (NameGlob | '**')[]
  readonly last: NameGlob
}

/** A path with wildcards, compiled once. Links are followed where the pattern names them, never below `**`. */
export class PathGlob {
  /** The directory above the first name that is not plain. */
  readonly root: string
  readonly #ways: readonly Way[]

  /** `pattern` is absolute. */
  constructor(pattern: string) {
    const wildcard = pattern.search(/[*?[{]/)
    this.root = dirname(wildcard === -1 ? pattern : `${pattern.slice(0, wildcard)}x`)
    this.#ways = expandBraces(pattern).map(wayOf)
  }

  /** The directories in which files may match, and what their names have to match. */
  directories(list: List): ReadonlyMap<string, readonly NameGlob[]> {
    const found = new Map<string, NameGlob[]>()
    for (const { steps, last } of this.#ways)
      for (const directory of walk(steps, list)) found.set(directory, [...(found.get(directory) ?? []), last])
    return found
  }
}

function wayOf(pattern: string): Way {
  const names = pattern.split(sep).slice(1)
  if (names.at(-1) === '**') names.push('*')
  const steps = names.slice(0, -1).map((name) => (name === '**' ? name : new NameGlob(name)))
  return { steps, last: new NameGlob(names.at(-1) ?? '') }
}

function walk(steps: Way['steps'], list: List): ReadonlySet<string> {
  let directories: ReadonlySet<string> = new Set([sep])
  for (const step of steps) directories = new Set([...directories].flatMap((directory) => next(directory, step, list)))
  return directories
}

function next(directory: string, step: NameGlob | '**', list: List): readonly string[] {
  if (step === '**') return withThoseBelow(directory, list)
  if (step.literal !== undefined) return [join(directory, step.literal)]
  return list(directory)
    .filter(({ name }) => step.matches(name))
    .map(({ name }) => join(directory, name))
}

function withThoseBelow(directory: string, list: List): readonly string[] {
  const below = list(directory).filter(({ isDirectory }) => isDirectory)
  return [directory, ...below.flatMap(({ name }) => withThoseBelow(join(directory, name), list))]
}
