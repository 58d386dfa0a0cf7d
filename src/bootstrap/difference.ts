/** A value longer than this is cut where it is shown. */
const MOST_SHOWN_CHARACTERS = 160

/**
 * What differs between two JSON values, two lines for each place: `- path: value` as it is, `+ path: value` as it will
 * be. Empty when they are equal, whatever the order of their members.
 */
export function difference(before: unknown, after: unknown): readonly string[] {
  const [old, wanted] = [leavesOf(before), leavesOf(after)]
  const lines: string[] = []
  for (const path of [...new Set([...old.keys(), ...wanted.keys()])].toSorted()) {
    const [was, will] = [old.get(path), wanted.get(path)]
    if (was === will) continue
    if (was !== undefined) lines.push(`- ${path}: ${shown(was)}`)
    if (will !== undefined) lines.push(`+ ${path}: ${shown(will)}`)
  }
  return lines
}

/** JSON text of every value that holds no others, by its path; a list of plain values is one. */
function leavesOf(value: unknown): ReadonlyMap<string, string> {
  const leaves = new Map<string, string>()
  collect(value, '', leaves)
  return leaves
}

function collect(value: unknown, path: string, leaves: Map<string, string>): void {
  const members = membersOf(value)
  if (members.length === 0) {
    if (value !== undefined) leaves.set(path.replace(/^\./, ''), JSON.stringify(value))
    return
  }
  for (const [name, member] of members) collect(member, `${path}${name}`, leaves)
}

function membersOf(value: unknown): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null) return []
  if (!Array.isArray(value)) return Object.entries(value).map(([key, member]) => [nameOf(key), member])
  const isPlain = value.every((member) => typeof member !== 'object' || member === null)
  return isPlain ? [] : value.map((member: unknown, index) => [`[${index}]`, member])
}

function nameOf(key: string): string {
  return /^[\w@-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

function shown(json: string): string {
  return json.length <= MOST_SHOWN_CHARACTERS ? json : `${json.slice(0, MOST_SHOWN_CHARACTERS)}…`
}
