import type { Output } from './io.ts'
import { printable } from './printable.ts'

/** Rows of cells in columns as wide as their widest cell; the last column is not padded. Cells are made safe to print. */
export function columns(rows: readonly (readonly string[])[], gap = '  '): string[] {
  const safe = rows.map((row) => row.map(printable))
  const widths: number[] = []
  for (const row of safe) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length)
  return safe.map((row) =>
    row
      .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)))
      .join(gap)
      .trimEnd(),
  )
}

/** Text in lines of at most `width` characters, broken at blanks; a word that is longer stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of printable(text).split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}

/** Columns to print in: those of the terminal, within what reads well. */
export function widthOf(output: Output): number {
  return Math.min(Math.max(output.columns ?? 110, 80), 140)
}
