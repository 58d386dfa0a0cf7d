import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'
import { reasonOf } from '../../../errors.ts'
import { quote } from '../../../record/quote.ts'
import { foundText, isObject } from '../field-reader.ts'
import { KubeconfigEntry, kubeconfigError } from './kubeconfig-entry.ts'

/** The cluster and the user of one context. */
export interface KubeconfigContext {
  readonly cluster: KubeconfigEntry
  readonly user: KubeconfigEntry
}

/** One file, or several of which the first to name a thing wins, as for kubectl. */
interface Kubeconfig {
  readonly files: readonly KubeconfigEntry[]
  readonly title: string
}

/**
 * The context of this name, or the current one.
 * @throws FlagshipError KUBECONFIG_INVALID.
 */
export async function readKubeconfig(
  paths: readonly string[],
  context: string | undefined,
): Promise<KubeconfigContext> {
  const files = await Promise.all(paths.map(readOne))
  const config = { files, title: paths.join(':') }
  const name = context ?? currentContext(config)
  const chosen = named(config, 'contexts', 'context', name)
  return {
    cluster: named(config, 'clusters', 'cluster', chosen.requiredText('cluster', 'name one of `clusters`')),
    user: named(config, 'users', 'user', chosen.requiredText('user', 'name one of `users`')),
  }
}

async function readOne(path: string): Promise<KubeconfigEntry> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    throw kubeconfigError(path, '', `${reasonOf(error)}; name one that can be read`, error)
  }
  let value: unknown
  try {
    value = parse(text, { logLevel: 'error', prettyErrors: false })
  } catch (error) {
    // The parser's own words may hold a piece of the text, and with it of a token.
    const line = text.slice(0, positionOf(error)).split('\n').length
    throw kubeconfigError(path, `line ${line}`, 'it is not YAML')
  }
  if (!isObject(value))
    throw kubeconfigError(path, '', `it is ${foundText(value)}, expected a mapping with kind: Config`)
  return new KubeconfigEntry(path, dirname(resolve(path)), '', value)
}

function positionOf(error: unknown): number {
  const position: unknown = Reflect.get(Object(error), 'pos')
  const start: unknown = Array.isArray(position) ? position[0] : undefined
  return typeof start === 'number' ? start : 0
}

function currentContext({ files, title }: Kubeconfig): string {
  for (const file of files) {
    const name = file.text('current-context')
    if (name !== undefined) return name
  }
  throw kubeconfigError(title, 'current-context', 'it is missing; set it, or name a context')
}

function named({ files, title }: Kubeconfig, listName: string, key: string, name: string): KubeconfigEntry {
  const entries = files.flatMap((file) => file.objects(listName))
  const entry = entries.find((each) => each.text('name') === name)
  if (entry === undefined) {
    const names = entries.map((each) => each.text('name') ?? '').slice(0, 20)
    const known = names.length === 0 ? 'there are none' : `there are ${names.map(quote).join(', ')}`
    throw kubeconfigError(title, listName, `no ${key} ${quote(name)}; ${known}`)
  }
  const value = entry.object(key)
  if (value === undefined) throw entry.not(key, 'it is missing')
  return value
}
