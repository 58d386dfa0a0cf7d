import { type ConfigPath, pathText } from './schema-node.ts'

/** One thing that is wrong with a configuration. */
export interface Problem {
  readonly path: ConfigPath
  /** What was found and what is allowed, without the path. */
  readonly message: string
  /** Line in the file, from 1. */
  readonly line?: number
  /** The environment variable the value came from. */
  readonly variable?: string
}

/** The order of the file; what has no line comes first. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
}

/** `flagship.yaml:12: sinks.copy.path: missing, expected text`. */
export function problemText(file: string, { path, message, line, variable }: Problem): string {
  const place = variable ?? (line === undefined ? file : `${file}:${line}`)
  const name = pathText(path)
  return name === '' ? `${place}: ${message}` : `${place}: ${name}: ${message}`
}

const LONGEST_VALUE = 80
const SECRET = /pass|secret|token|api_?key|credential/i

/** A value as it is shown to a person: short, and nothing where the key says it is a secret. */
export function foundText(path: ConfigPath, value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (SECRET.test(pathText(path))) return 'a value (not shown)'
  if (Array.isArray(value)) return counted('list', value.length)
  if (typeof value === 'object') return counted('mapping', Object.keys(value).length)
  const text = JSON.stringify(value)
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}...`
}

function counted(kind: string, count: number): string {
  return count === 0 ? `an empty ${kind}` : `a ${kind} of ${count}`
}
