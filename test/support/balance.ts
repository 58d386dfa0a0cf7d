/** What became of lines that were written: the law of delivery, as numbers. */
export interface Balance {
  readonly written: number
  readonly delivered: number
  readonly lost: number
  readonly doubled: number
  /** Losses that were named. */
  readonly named: number
}

/** Compare the lines that were written with those that arrived. */
export function balanceOf(written: readonly string[], arrived: readonly string[], named = 0): Balance {
  const distinct = new Set(arrived)
  const lost = written.filter((line) => !distinct.has(line)).length
  const doubled = arrived.length - distinct.size
  return { written: written.length, delivered: arrived.length, lost, doubled, named }
}

/** The balance of a scene in which nothing went wrong. */
export function evenBalance(written: number): Balance {
  return { written, delivered: written, lost: 0, doubled: 0, named: 0 }
}

/** A balance as one line to be read. */
export function balanceText(scene: string, { written, delivered, lost, doubled, named }: Balance): string {
  const missing = lost === 0 ? '' : ` / MISSING ${lost}`
  return `${scene}: written ${written} / delivered ${delivered} / duplicates ${doubled} / named lost ${named}${missing}`
}
