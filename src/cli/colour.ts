/** Marks up text for a terminal, or leaves it. */
export interface Painter {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
}

/** A painter that colours, or one that changes nothing. */
export function paint(isColoured: boolean): Painter {
  const wrapIn = (on: number, off: number) => (text: string) =>
    isColoured ? `\u001b[${on}m${text}\u001b[${off}m` : text
  return { bold: wrapIn(1, 22), dim: wrapIn(2, 22), red: wrapIn(31, 39), green: wrapIn(32, 39) }
}
