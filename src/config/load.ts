import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { Value } from 'typebox/value'
import { FlagshipError, reasonOf } from '../errors.ts'
import { checkMeaning } from './check-meaning.ts'
import { checkSchema } from './check-schema.ts'
import { fillDefaults } from './defaults.ts'
import { applyEnvironment, type Environment, type EnvironmentVariable, variableAt } from './environment.ts'
import { isMapping, type Mapping } from './mapping.ts'
import { inOrder, type Problem, problemText } from './problem.ts'
import { type Config, ConfigSchema, FrameConfig, SINK_SCHEMAS, type SinkType, SinkTypeConfig } from './schema.ts'
import { parseYaml, type YamlFile } from './yaml-file.ts'

const MOST_BYTES = 1_048_576 // a configuration is written by people

/** A configuration, or everything that is wrong with it in the order of the file. `placed` adds the place a setting came from. */
export type ConfigResult =
  | { readonly ok: true; readonly config: Config; readonly placed: (problem: Problem) => Problem }
  | { readonly ok: false; readonly problems: readonly Problem[] }

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
  return parseConfig(readText(path), dirname(resolve(path)), env)
}

/** The configuration in `text`, with relative paths taken from `folder`. */
export function parseConfig(text: string, folder: string, env: Environment): ConfigResult {
  const file = parseYaml(text)
  if (!file.isReadable) return { ok: false, problems: inOrder(file.problems) }
  const root = file.value ?? {}
  if (!isMapping(root))
    return { ok: false, problems: [{ path: [], line: 1, message: 'expected a mapping of settings' }] }
  const used = applyEnvironment(root, env)
  complete(root)
  const mismatches = checkAll(root)
  resolvePaths(root, folder)
  const problems = [...file.problems, ...mismatches, ...checkMeaning(root)]
  const place = (problem: Problem) => placed(problem, file, used)
  if (problems.length === 0) return { ok: true, config: freeze(checked(root)), placed: place }
  return { ok: false, problems: inOrder(problems.map(place)) }
}

/** All problems as one text, a line each below a headline. */
export function problemsText(path: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  return [`Cannot use configuration "${path}": ${count}`, ...problems.map((p) => `  ${problemText(path, p)}`)].join(
    '\n',
  )
}

function readText(path: string): string {
  try {
    const { size } = statSync(path)
    if (size > MOST_BYTES) throw new Error(`${size} bytes, expected at most ${MOST_BYTES}`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new FlagshipError('CONFIG_UNREADABLE', `Cannot read configuration "${path}": ${reasonOf(error)}`, error)
  }
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

function resolveKey(part: unknown, key: string, folder: string): void {
  if (isMapping(part) && typeof part[key] === 'string') part[key] = resolve(folder, part[key])
}

/** The settings with their type. A place that no problem named but the whole schema refuses is a bug. */
function checked(root: Mapping): Config {
  if (Value.Check(ConfigSchema, root)) return root
  throw new Error('a configuration without a problem does not match its schema')
}

function placed(problem: Problem, file: YamlFile, used: readonly EnvironmentVariable[]): Problem {
  const variable = variableAt(used, problem.path)
  if (variable !== undefined) return { ...problem, variable }
  const line = problem.line ?? file.lineOf(problem.path)
  return line === undefined ? problem : { ...problem, line }
}

/** Nothing in the process may change the configuration: `Config` says so to the compiler, this to everything else. */
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) freeze(inner)
  return Object.freeze(value)
}
