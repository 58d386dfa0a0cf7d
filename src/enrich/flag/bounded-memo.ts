const MAX_ENTRIES = 4_096
const MAX_KEY_LENGTH = 1_024

/**
 * `compute` with its results kept by text: the values of a field repeat from line to line. Bounded in entries and in
 * the length of a key, because a hostile client may fill a field with new text in every line.
 */
export function memoized<T>(compute: (text: string) => T): (text: string) => T {
  const results = new Map<string, T>()
  return (text) => {
    const known = results.get(text)
    if (known !== undefined) return known
    const result = compute(text)
    if (text.length > MAX_KEY_LENGTH) return result
    // Starting afresh is cheaper than keeping an order of use, and happens only under attack.
    if (results.size >= MAX_ENTRIES) results.clear()
    results.set(text, result)
    return result
  }
}

/** Envoy writes each blank in details and failure reasons as `_` since 1.17 and 1.23; before, and on demand, it does not. */
export function withoutBlanks(text: string): string {
  return text.includes(' ') ? text.replaceAll(' ', '_') : text
}
