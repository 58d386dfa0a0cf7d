/**
 * How a text ends that is being built. 0: nothing stands there. Odd: with a text whose quote is open. Even: with a closed
 * value. Each 2 beyond that is one more object to close.
 */
export type End = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8

/** A text for each way in which what stands before may end. */
export type Labels = readonly [string, string, string, string, string, string, string, string, string]

/**
 * What stands before a member: the end of what came before, the comma, and `start`. One ready text for all of them,
 * because each piece of a document costs as much as a dozen of its characters.
 */
export function labels(start: string): Labels {
  const next = `,${start}`
  return [start, `"${next}`, next, `"}${next}`, `}${next}`, `"}}${next}`, `}}${next}`, `"}}}${next}`, `}}}${next}`]
}

/** The end of a text, followed by `end`. */
export function endings(end: string): Labels {
  return [end, `"${end}`, end, `"}${end}`, `}${end}`, `"}}${end}`, `}}${end}`, `"}}}${end}`, `}}}${end}`]
}

/** The same end with one more object to close. */
export const CLOSING = [0, 3, 4, 5, 6, 7, 8, 7, 8] as const
