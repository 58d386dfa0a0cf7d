import { resolve } from 'node:path'
import { isMapping, type Mapping } from './mapping.ts'
import type { ConfigPath } from './schema-node.ts'

/** One environment variable that may override one setting. */
export interface EnvironmentVariable {
  readonly variable: string
  readonly path: readonly [string, ...string[]]
  /** A relative path is taken from the working directory, not from the folder of the file. */
  readonly isPath?: true
}

/** Every variable that changes the configuration of the agent; nothing else in the environment does. */
export const ENVIRONMENT: readonly EnvironmentVariable[] = [
  { variable: 'FLAGSHIP_CLUSTER', path: ['cluster'] },
  { variable: 'FLAGSHIP_NODE_NAME', path: ['nodeName'] },
  { variable: 'FLAGSHIP_STATE_DIRECTORY', path: ['state', 'directory'], isPath: true },
  { variable: 'FLAGSHIP_PODS', path: ['ingest', 'pods'], isPath: true },
  { variable: 'FLAGSHIP_INVENTORY', path: ['enrich', 'inventory'], isPath: true },
  { variable: 'FLAGSHIP_HTTP_LISTEN', path: ['http', 'listen'] },
  { variable: 'FLAGSHIP_LOG_LEVEL', path: ['log', 'level'] },
]

/** The same for `flagship resolver`. */
export const RESOLVER_ENVIRONMENT: readonly EnvironmentVariable[] = [
  { variable: 'FLAGSHIP_CLUSTER', path: ['cluster'] },
  { variable: 'FLAGSHIP_RESOLVER_LISTEN', path: ['listen'] },
  { variable: 'FLAGSHIP_HTTP_LISTEN', path: ['http', 'listen'] },
  { variable: 'FLAGSHIP_LOG_LEVEL', path: ['log', 'level'] },
]

export type Environment = Readonly<Record<string, string | undefined>>

/** Put what the environment overrides into `value`, and tell which variables did. An empty variable counts as unset. */
export function applyEnvironment(
  value: Mapping,
  env: Environment,
  variables: readonly EnvironmentVariable[],
): readonly EnvironmentVariable[] {
  const used = variables.filter(({ variable }) => (env[variable] ?? '') !== '')
  for (const { variable, path, isPath } of used) {
    const text = env[variable] ?? ''
    place(value, path, isPath === true ? resolve(text) : text)
  }
  return used
}

/** The variable that set the value at `path`. */
export function variableAt(used: readonly EnvironmentVariable[], path: ConfigPath): string | undefined {
  return used.find((entry) => entry.path.length === path.length && entry.path.every((key, i) => key === path[i]))
    ?.variable
}

function place(value: Mapping, [key, ...rest]: readonly [string, ...string[]], text: string): void {
  const [next, ...more] = rest
  if (next === undefined) {
    value[key] = text
    return
  }
  const inner = value[key] ?? {}
  // A parent of the wrong type is reported as such; there is no place for an override in it.
  if (!isMapping(inner)) return
  value[key] = inner
  place(inner, [next, ...more], text)
}
