/** Reads what a server sent, of which nothing is certain. */

/** The value under a key; undefined where there is none. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  let inner = value
  for (const key of keys) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, key)) return undefined
    inner = Reflect.get(inner, key)
  }
  return inner
}

/** The text under a key; undefined where there is none. */
export function textAt(value: unknown, ...keys: readonly string[]): string | undefined {
  const found = at(value, ...keys)
  return typeof found === 'string' ? found : undefined
}

/** The list under a key; empty where there is none. */
export function listAt(value: unknown, ...keys: readonly string[]): readonly unknown[] {
  const found: unknown = at(value, ...keys)
  return Array.isArray(found) ? found : []
}

/** The values below a key; empty where nothing is. */
export function valuesAt(value: unknown, ...keys: readonly string[]): readonly unknown[] {
  const found = at(value, ...keys)
  return typeof found === 'object' && found !== null ? Object.values(found) : []
}
