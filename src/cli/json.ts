import { printable } from './printable.ts'

/** A value as indented JSON that is safe to print: only strings can hold what steers a terminal, and in them an escape says the same. */
export function jsonText(value: unknown): string {
  const lines = JSON.stringify(value, undefined, 2).split('\n')
  return lines.map((line) => `${printable(line)}\n`).join('')
}
