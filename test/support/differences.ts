import { isDeepStrictEqual } from 'node:util'

/** Where a value of JSON is not as expected. */
export interface Difference {
  readonly path: string
  readonly expected: unknown
  readonly found: unknown
}

/** Every place at which two values of JSON differ; the order of keys is none. */
export function differencesOf(expected: unknown, found: unknown, path = ''): readonly Difference[] {
  if (isDeepStrictEqual(expected, found)) return []
  if (!isObject(expected) || !isObject(found)) return [{ path, expected, found }]
  const keys = new Set([...Object.keys(expected), ...Object.keys(found)])
  return [...keys].flatMap((key) => differencesOf(expected[key], found[key], path === '' ? key : `${path}.${key}`))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
