const LONGEST = 64

/** The one of `known` that `word` most likely was meant to be; undefined when none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined
  const wanted = normal(word)
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of known) {
    if (candidate.length > LONGEST) continue
    const other = normal(candidate)
    const distance = isBeginning(wanted, other) ? 1 : editDistance(wanted, other)
    if (distance < bestDistance && distance < other.length) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** ` (did you mean "x"?)`, or nothing: to be put behind what is unknown. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const candidate = nearest(word, known)
  return candidate === undefined ? '' : ` (did you mean "${candidate}"?)`
}

/** `state_dir`, `stateDir` and `state-dir` are one word to people. */
function normal(word: string): string {
  return word.toLowerCase().replace(/[-_. ]/g, '')
}

/** `warn` and `warning`, whichever was typed. */
function isBeginning(a: string, b: string): boolean {
  return Math.min(a.length, b.length) > 2 && (a.startsWith(b) || b.startsWith(a))
}

/** Changes of one character, and swaps of two neighbours, that make `a` of `b` (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const isEqual = a[row - 1] === b[column - 1]
      const isSwap = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      current.push(
        Math.min(
          at(previous, column) + 1,
          at(current, column - 1) + 1,
          at(previous, column - 1) + (isEqual ? 0 : 1),
          isSwap ? at(before, column - 2) + 1 : Infinity,
        ),
      )
    }
    before = previous
    previous = current
  }
  return at(previous, b.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}
