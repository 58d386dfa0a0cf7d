import type { Problem } from './problem.ts'
import type { ConfigPath } from './schema-node.ts'

type Settings = Readonly<Record<string, string | undefined>>

/** Credentials are of one kind, and a user name and its password need each other; `one` says so. */
export function checkCredentials(
  path: ConfigPath,
  files: Settings,
  login: { readonly username: string | undefined; readonly passwordFile: string | undefined },
  one: string,
): readonly Problem[] {
  const kinds = Object.entries({ ...files, username: login.username ?? login.passwordFile })
  const [, second] = kinds.filter(([, value]) => value !== undefined)
  return [...(second === undefined ? [] : [{ path: [...path, second[0]], message: one }]), ...checkPair(path, login)]
}

/** Two settings that need each other. */
export function checkPair(path: ConfigPath, settings: Settings): readonly Problem[] {
  const there = Object.keys(settings).find((key) => settings[key] !== undefined)
  const missing = Object.keys(settings).find((key) => settings[key] === undefined)
  if (there === undefined || missing === undefined) return []
  const message = `missing, expected ${missing === 'username' ? 'a name' : 'a file'} because there is a \`${there}\``
  return [{ path: [...path, missing], message }]
}
