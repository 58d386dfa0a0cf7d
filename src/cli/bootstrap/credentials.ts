import { readFile } from 'node:fs/promises'
import type { Auth } from '../../clients/access.ts'
import { FlagshipError, reasonOf } from '../../errors.ts'
import { isAddress } from '../../sinks/elasticsearch/config.ts'
import { usageError } from '../options.ts'
import { printable } from '../printable.ts'
import type { BootstrapOptions } from './options.ts'

/**
 * Who bootstraps: as the command line says, never as the agent, which must not have such rights. Undefined when nothing
 * is said.
 * @throws FlagshipError USAGE or INPUT_UNREADABLE.
 */
export async function credentialsOf(options: BootstrapOptions): Promise<Auth | undefined> {
  const { username, 'password-file': passwordFile, 'api-key-file': apiKeyFile } = options
  if ((username === undefined) !== (passwordFile === undefined))
    throw usageError('bootstrap', 'Cannot use "--username"', 'it goes together with --password-file')
  if (apiKeyFile !== undefined && username !== undefined)
    throw usageError('bootstrap', 'Cannot use "--api-key-file"', 'there is --username too; give one of them')
  if (apiKeyFile !== undefined) return { apiKey: await textOf(apiKeyFile) }
  if (username === undefined || passwordFile === undefined) return undefined
  return { username, password: await textOf(passwordFile) }
}

/** The text of a file without what is around it. */
export async function textOf(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    throw new FlagshipError('INPUT_UNREADABLE', `Cannot read "${path}": ${reasonOf(error)}`, error)
  }
}

/** @throws FlagshipError USAGE on what is no address, or one with credentials, which would be printed with it. */
export function checkedUrl(option: string, text: string): string {
  if (URL.canParse(text) && isAddress(text)) return text
  const what = text.includes('@') ? `Cannot set "${option}"` : `Cannot set "${option}" to "${printable(text)}"`
  throw usageError('bootstrap', what, 'expected http:// or https://, a host, and no credentials')
}
