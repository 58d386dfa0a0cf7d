import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join } from 'node:path'

/** A draft this old was left by an installation that was interrupted. */
const STALE_DRAFT_MS = 3_600_000

/** What an installation is made from. */
export interface Recipe {
  /** `elasticsearch-9.5.3` */
  readonly name: string
  /** Files and directories; a change in one of them makes another installation. */
  readonly ingredients: readonly string[]
  /** Fill an empty directory. What it names by absolute path must not lie in that directory, for it is renamed. */
  install(directory: string): Promise<void>
}

/** Where everything is kept that outlives a checkout: `$XDG_CACHE_HOME/flagship`, or `~/.cache/flagship`. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const named = env['XDG_CACHE_HOME'] ?? ''
  return join(isAbsolute(named) ? named : join(homedir(), '.cache'), 'flagship')
}

/** Where the installation of a recipe is, or would be. It is whole when it is there. */
export function installationPath(recipe: Recipe, cache = cacheDirectory()): string {
  return join(cache, 'services', `${recipe.name}-${process.arch}-${digestOf(recipe)}`)
}

/** Whether the recipe, as it is in this checkout, has been installed. */
export function isInstalled(recipe: Recipe, cache = cacheDirectory()): boolean {
  return existsSync(installationPath(recipe, cache))
}

/** Install unless that has been done, and say where. Interrupted or twice at a time, nobody sees half an installation. */
export async function install(recipe: Recipe, cache = cacheDirectory()): Promise<string> {
  const path = installationPath(recipe, cache)
  if (existsSync(path)) return path
  mkdirSync(dirname(path), { recursive: true })
  removeStaleDrafts(path)
  const draft = mkdtempSync(`${path}.draft-`)
  try {
    await recipe.install(draft)
    putInPlace(draft, path)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  return path
}

/** Who comes second leaves what the first has put there. */
function putInPlace(draft: string, path: string): void {
  try {
    renameSync(draft, path)
  } catch (error) {
    if (!existsSync(path)) throw error
  }
}

function removeStaleDrafts(path: string): void {
  const drafts = readdirSync(dirname(path)).filter((name) => name.startsWith(`${basename(path)}.draft-`))
  for (const draft of drafts.map((name) => join(dirname(path), name))) {
    const modifiedMs = statSync(draft, { throwIfNoEntry: false })?.mtimeMs ?? Infinity
    if (modifiedMs < Date.now() - STALE_DRAFT_MS) rmSync(draft, { recursive: true, force: true })
  }
}

function digestOf({ name, ingredients }: Recipe): string {
  const hash = createHash('sha256').update(name)
  for (const file of ingredients.flatMap(filesOf)) hash.update(`\0${basename(file)}\0`).update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}

function filesOf(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name)))
}
