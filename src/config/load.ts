import { dirname, resolve } from 'node:path'
import { Value } from 'typebox/value'
import { FlagshipError } from '../errors.ts'
import { checkMeaning } from './check-meaning.ts'
import { checkSchema } from './check-schema.ts'
import { type ConfigFileResult, parseConfigFile, problemsText, readConfigText, resolveKey } from './config-file.ts'
import { fillDefaults } from './defaults.ts'
import { ENVIRONMENT, type Environment } from './environment.ts'
import { isMapping, type Mapping } from './mapping.ts'
import type { Problem } from './problem.ts'
import { type Config, ConfigSchema, FrameConfig, SINK_SCHEMAS, type SinkType, SinkTypeConfig } from './schema.ts'

/** A configuration of the agent, or everything that is wrong with it. */
export type ConfigResult = ConfigFileResult<Config>

/**
 * The effective configuration: file, then environment, then defaults; relative paths taken from the folder of the file.
 * @throws FlagshipError CONFIG_INVALID with every problem at once; CONFIG_UNREADABLE when there is no such file.
 */
export function loadConfig(path: string, env: Environment): Config {
  const result = readConfig(path, env)
  if (result.ok) return result.config
  throw new FlagshipError('CONFIG_INVALID', problemsText(path, result.problems))
}

/** The same, with the problems as values. @throws FlagshipError CONFIG_UNREADABLE when the file cannot be read. */
export function readConfig(path: string, env: Environment): ConfigResult {
  return parseConfig(readConfigText(path), dirname(resolve(path)), env)
}

/** The configuration in `text`, with relative paths taken from `folder`. */
export function parseConfig(text: string, folder: string, env: Environment): ConfigResult {
  return parseConfigFile(text, env, {
    variables: ENVIRONMENT,
    complete(root) {
      complete(root)
      const mismatches = checkAll(root)
      resolvePaths(root, folder)
      return [...mismatches, ...checkMeaning(root)]
    },
    typed: checked,
  })
}

/** Fill in the defaults: of the frame as one, of each sink by the schema of its type. */
function complete(root: Mapping): void {
  fillDefaults(FrameConfig, root)
  for (const [, sink] of sinksOf(root)) if (isSinkType(sink['type'])) fillDefaults(SINK_SCHEMAS[sink['type']], sink)
}

function checkAll(root: Mapping): readonly Problem[] {
  const problems = [...checkSchema(FrameConfig, root)]
  for (const [name, sink] of sinksOf(root)) {
    const { type } = sink
    problems.push(...checkSchema(isSinkType(type) ? SINK_SCHEMAS[type] : SinkTypeConfig, sink, ['sinks', name]))
  }
  return problems
}

function sinksOf({ sinks }: Mapping): readonly [string, Mapping][] {
  const found: [string, Mapping][] = []
  for (const [name, sink] of Object.entries(isMapping(sinks) ? sinks : {}))
    if (isMapping(sink)) found.push([name, sink])
  return found
}

function isSinkType(type: unknown): type is SinkType {
  return typeof type === 'string' && Object.hasOwn(SINK_SCHEMAS, type)
}

/** Make every path absolute. Whatever is no text stays: it has been reported. */
function resolvePaths({ ingest, enrich, state, spool, ...root }: Mapping, folder: string): void {
  resolveKey(state, 'directory', folder)
  resolveKey(spool, 'directory', folder)
  resolveKey(ingest, 'pods', folder)
  resolveKey(enrich, 'inventory', folder)
  if (isMapping(enrich) && isMapping(enrich['kubernetes'])) resolveNamePaths(enrich['kubernetes'], folder)
  if (isMapping(ingest)) resolveSourcePaths(ingest, folder)
  for (const [, sink] of sinksOf(root)) resolveServerPaths(sink, folder)
}

function resolveNamePaths({ resolver, api }: Mapping, folder: string): void {
  for (const key of ['tokenFile', 'caFile', 'certificateFile', 'keyFile']) resolveKey(resolver, key, folder)
  resolveKey(api, 'kubeconfig', folder)
}

function resolveSourcePaths({ files, kafka, http }: Mapping, folder: string): void {
  for (const file of Array.isArray(files) ? files : []) resolveKey(file, 'path', folder)
  if (isMapping(kafka)) resolveServerPaths(kafka, folder)
  if (isMapping(http)) for (const key of ['tokenFile', 'passwordFile']) resolveKey(http['auth'], key, folder)
}

/** Of a sink, a source, or the registry of either. */
function resolveServerPaths(server: Mapping, folder: string): void {
  for (const key of ['path', 'apiKeyFile', 'bearerTokenFile', 'passwordFile']) resolveKey(server, key, folder)
  for (const key of ['caFile', 'certificateFile', 'keyFile']) resolveKey(server['tls'], key, folder)
  for (const key of ['passwordFile', 'tokenFile']) resolveKey(server['sasl'], key, folder)
  if (isMapping(server['registry'])) resolveServerPaths(server['registry'], folder)
}

/** The settings with their type. A place that no problem named but the whole schema refuses is a bug. */
function checked(root: Mapping): Config {
  if (Value.Check(ConfigSchema, root)) return root
  throw new Error('a configuration without a problem does not match its schema')
}
