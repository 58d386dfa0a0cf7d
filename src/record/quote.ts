/** What must not stand raw between quotes: JSON's own set, lone surrogates, and the C1 controls that steer terminals. */
// oxlint-disable-next-line no-control-regex -- control characters are what this looks for
const UNSAFE = /["\\\u0000-\u001f\u007f-\u009f\ud800-\udfff]/
// oxlint-disable-next-line no-control-regex -- the same
const C1 = /[\u007f-\u009f]/g

/** JSON string of `value`: valid UTF-8 for every input, and free of control characters. */
export function quote(value: string): string {
  return UNSAFE.test(value) ? escaped(value) : `"${value}"`
}

/** `quote` for a value that is mostly the one of the call before. */
export function steadyQuote(): (value: string) => string {
  let last = ''
  let quoted = '""'
  return (value) => {
    if (value === last) return quoted
    last = value
    quoted = flat(quote(value))
    return quoted
  }
}

/** JSON array of strings. */
export function quoteAll(values: readonly string[]): string {
  let list = ''
  for (const value of values) list += (list === '' ? '' : ',') + quote(value)
  return `[${list}]`
}

/** The same for texts that are known to need no escaping. */
export function bare(values: readonly string[]): string {
  const [first, second] = values
  if (values.length === 2) return `["${first}","${second}"]` // most lists; joining costs twice as much
  return values.length === 0 ? '[]' : `["${values.join('","')}"]`
}

/**
 * The same text in one piece of memory. A text put together stays a tree of its parts, and whoever puts such a tree
 * into another text copies it part by part, each time: a text that is kept and used again must be flat.
 */
export function flat(text: string): string {
  return Buffer.from(text).toString()
}

function escaped(value: string): string {
  return JSON.stringify(value).replace(C1, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)
}
