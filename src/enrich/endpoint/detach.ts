/**
 * The same text in memory of its own. A piece of a line keeps the whole line alive for as long as it is held, so what
 * outlives its line (keys and values of caches) is detached first.
 */
export function detach(text: string): string {
  const encoding = Buffer.byteLength(text) === text.length ? 'latin1' : 'utf16le' // no byte per character: not ASCII
  return Buffer.from(text, encoding).toString(encoding)
}
