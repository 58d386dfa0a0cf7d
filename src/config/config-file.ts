import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { FlagshipError, reasonOf } from '../errors.ts'
import { applyEnvironment, type Environment, type EnvironmentVariable, variableAt } from './environment.ts'
import { isMapping, type Mapping } from './mapping.ts'
import { inOrder, type Problem, problemText } from './problem.ts'
import { parseYaml, type YamlFile } from './yaml-file.ts'

const MOST_BYTES = 1_048_576 // a configuration is written by people

/** A configuration, or everything that is wrong with it in the order of the file. `placed` adds the place a setting came from. */
export type ConfigFileResult<Config> =
  | { readonly ok: true; readonly config: Config; readonly placed: (problem: Problem) => Problem }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** One kind of configuration: how a mapping of settings becomes one. */
export interface ConfigKind<Config> {
  /** What the environment may override. */
  readonly variables: readonly EnvironmentVariable[]
  /** Fill in defaults and make paths absolute, in place; everything that is wrong. */
  complete(root: Mapping): readonly Problem[]
  /** The settings with their type, where nothing is wrong. */
  typed(root: Mapping): Config
}

/** The configuration in `text`: what stands there, then the environment, then defaults. */
export function parseConfigFile<Config>(
  text: string,
  env: Environment,
  kind: ConfigKind<Config>,
): ConfigFileResult<Config> {
  const file = parseYaml(text)
  if (!file.isReadable) return { ok: false, problems: inOrder(file.problems) }
  const root = file.value ?? {}
  if (!isMapping(root))
    return { ok: false, problems: [{ path: [], line: 1, message: 'expected a mapping of settings' }] }
  const used = applyEnvironment(root, env, kind.variables)
  const problems = [...file.problems, ...kind.complete(root)]
  const place = (problem: Problem) => placed(problem, file, used)
  if (problems.length === 0) return { ok: true, config: freeze(kind.typed(root)), placed: place }
  return { ok: false, problems: inOrder(problems.map(place)) }
}

/** All problems as one text, a line each below a headline. */
export function problemsText(path: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  return [`Cannot use configuration "${path}": ${count}`, ...problems.map((p) => `  ${problemText(path, p)}`)].join(
    '\n',
  )
}

/** The text of a configuration. @throws FlagshipError CONFIG_UNREADABLE when there is no such file. */
export function readConfigText(path: string): string {
  try {
    const { size } = statSync(path)
    if (size > MOST_BYTES) throw new Error(`${size} bytes, expected at most ${MOST_BYTES}`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new FlagshipError('CONFIG_UNREADABLE', `Cannot read configuration "${path}": ${reasonOf(error)}`, error)
  }
}

/** Make the path under `key` absolute. Whatever is no text stays: it is reported. */
export function resolveKey(part: unknown, key: string, folder: string): void {
  if (isMapping(part) && typeof part[key] === 'string') part[key] = resolve(folder, part[key])
}

function placed(problem: Problem, file: YamlFile, used: readonly EnvironmentVariable[]): Problem {
  const variable = variableAt(used, problem.path)
  if (variable !== undefined) return { ...problem, variable }
  const line = problem.line ?? file.lineOf(problem.path)
  return line === undefined ? problem : { ...problem, line }
}

/** Nothing in the process may change the configuration: its type says so to the compiler, this to everything else. */
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) freeze(inner)
  return Object.freeze(value)
}
