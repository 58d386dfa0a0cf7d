/**
 * What steers a terminal or hides text on it: C0, DEL and C1 controls, marks and overrides of direction (Unicode UAX 9),
 * line and paragraph separators, zero-width and other invisible characters, tags, and lone surrogates.
 */
const STEERING =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- these are what it looks for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Surrogate}]/gu

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/**
 * `text` with every character escaped that could steer a terminal: paths, user agents and file names are the
 * attacker's. One line stays one line. Escapes are those of JSON, so a line of JSON keeps its meaning.
 */
export function printable(text: string): string {
  return text.replace(STEERING, escapeOf)
}

function escapeOf(character: string): string {
  const short = SHORT[character]
  if (short !== undefined) return short
  let escaped = ''
  for (let i = 0; i < character.length; i += 1) escaped += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`
  return escaped
}
