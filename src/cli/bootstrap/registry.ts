import { SchemaRegistry } from '../../clients/schema-registry.ts'
import { SYSTEM_CLOCK } from '../../clock.ts'
import type { RegistryConfig } from '../../sinks/kafka/registry-config.ts'
import { usageError } from '../options.ts'
import { checkedUrl, textOf } from './credentials.ts'
import type { BootstrapOptions } from './options.ts'

/**
 * The registry of a sink, with the sink's own credentials unless the command line has others: many registries know only
 * who may come in.
 * @throws FlagshipError USAGE or INPUT_UNREADABLE.
 */
export async function registryOf(
  { url: ofSink, username, passwordFile, bearerTokenFile, ...rest }: RegistryConfig,
  options: BootstrapOptions,
): Promise<SchemaRegistry> {
  const { 'registry-url': url } = options
  const own = credentialsIn(options)
  for (const path of Object.values(own ?? {})) if (path !== own?.username) await textOf(path)
  const credentials = own ?? {
    ...(username !== undefined && { username }),
    ...(passwordFile !== undefined && { passwordFile }),
    ...(bearerTokenFile !== undefined && { bearerTokenFile }),
  }
  const address = url === undefined ? ofSink : checkedUrl('--registry-url', url)
  return new SchemaRegistry({ ...rest, ...credentials, url: address }, SYSTEM_CLOCK)
}

interface Credentials {
  readonly username?: string
  readonly passwordFile?: string
  readonly bearerTokenFile?: string
}

/** Undefined when nothing is said. */
function credentialsIn(options: BootstrapOptions): Credentials | undefined {
  const {
    'registry-username': username,
    'registry-password-file': passwordFile,
    'registry-token-file': bearerTokenFile,
  } = options
  if ((username === undefined) !== (passwordFile === undefined))
    throw usageError('bootstrap', 'Cannot use "--registry-username"', 'it goes together with --registry-password-file')
  if (bearerTokenFile !== undefined && username !== undefined)
    throw usageError('bootstrap', 'Cannot use "--registry-token-file"', 'there is --registry-username too; give one')
  if (bearerTokenFile !== undefined) return { bearerTokenFile }
  return username === undefined || passwordFile === undefined ? undefined : { username, passwordFile }
}
