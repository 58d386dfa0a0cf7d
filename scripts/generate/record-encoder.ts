import type { Field, Part } from '../../src/record/field.ts'

/** Whose members are written: the record's own, with those of its parts put in ready made, or one part's alone. */
export type Owner = 'line' | Part

interface Group {
  readonly name: string
  readonly members: Map<string, Group | Field>
}

/** Adjacent members of one object that belong to one owner. */
interface Run {
  readonly owner: Owner
  /** For a part's: the property that holds it. */
  readonly fragment: string
  readonly members: readonly (readonly [string, Group | Field])[]
}

/** Names of the properties that hold a part's members, in the order of the document. */
export function fragmentsOf(fields: readonly Field[], part: Part): readonly string[] {
  const names: string[] = []
  const walk = (group: Group): void => {
    for (const run of runsOf(group)) {
      if (run.owner === part) names.push(run.fragment)
      else for (const [, member] of run.members) if ('members' in member) walk(member)
    }
  }
  walk(treeOf(fields))
  return names
}

/** Code of one encoder: constants to stand before its function, and the statements of its body. */
export interface EncoderCode {
  readonly constants: string
  readonly body: string
}

/**
 * Code that builds the text of a table's objects.
 *
 * Concatenation is what encoding costs most, so a text value is left without its closing quote, and what comes next is
 * chosen from three ready labels by what stands before it: nothing, an open text, or a closed value.
 */
export function encoderOf(fields: readonly Field[], owner: Owner, prefix: string): EncoderCode {
  const constants: string[] = []
  const lines: string[] = []
  let groups = 0
  const labels = (start: string): string => {
    const name = `${prefix}${constants.length}`
    constants.push(`const ${name} = ['${start}', '",${start}', ',${start}'] as const`)
    return name
  }
  let between: string | undefined
  const betweenLabels = () => (between ??= labels(''))
  const members = (run: Run['members'], text: Text): void => {
    for (const [name, member] of run) {
      if ('members' in member) {
        const inner = group(member)
        const value = `${labels(`"${name}":{`)}[${text.state}] + ${inner.name} + ${closing(inner, '}')}`
        lines.push(
          `  if (${inner.name} !== '') {`,
          `    ${text.name} += ${value}`,
          `    ${text.state} = ${CLOSED}`,
          '  }',
        )
      } else lines.push(...fieldLines(member, name, text, labels, betweenLabels))
    }
  }
  const group = (node: Group): Text => {
    const text = opened(`g${groups}`, lines)
    groups += 1
    for (const run of runsOf(node)) {
      if (run.owner === owner) members(run.members, text)
      else lines.push(...spliceLines(`value.${run.owner}`, run.fragment, text, betweenLabels()))
    }
    return text
  }
  const fragments = (node: Group): void => {
    for (const run of runsOf(node)) {
      if (run.owner === owner) {
        const text = opened(run.fragment, lines)
        members(run.members, text)
        lines.push(`  ${text.name} += ${closing(text, '')}`)
      } else for (const [, member] of run.members) if ('members' in member) fragments(member)
    }
  }
  if (owner === 'line') lines.push(`  g0 += ${closing(group(treeOf(fields)), '')}`)
  else fragments(treeOf(fields))
  return { constants: constants.join('\n'), body: lines.join('\n') }
}

/** A text that is being built, and the variable that says how it ends. */
interface Text {
  readonly name: string
  readonly state: string
}
const OPEN = 1
const CLOSED = 2

function opened(name: string, lines: string[]): Text {
  lines.push(`  let ${name} = ''`, `  let ${name}End: End = 0`)
  return { name, state: `${name}End` }
}

function closing({ state }: Text, end: string): string {
  return `(endsOpen(${state}) ? '"${end}' : '${end}')`
}

function spliceLines(part: string, fragment: string, { name, state }: Text, between: string): string[] {
  const value = `${part}.${fragment}`
  return [
    `  if (${part} !== undefined && ${value} !== '') {`,
    `    ${name} += ${between}[${state}] + ${value}`,
    `    ${state} = ${CLOSED}`,
    '  }',
  ]
}

function treeOf(fields: readonly Field[]): Group {
  const root: Group = { name: '', members: new Map() }
  for (const field of fields) place(root, field.name === '' ? [''] : field.name.split('.'), field)
  return root
}

function place(group: Group, path: readonly string[], field: Field): void {
  const [head = '', ...rest] = path
  if (rest.length === 0) {
    group.members.set(head, field)
    return
  }
  const inner = group.members.get(head) ?? { name: head, members: new Map<string, Group | Field>() }
  if (!('members' in inner)) throw new Error(`Cannot place field "${field.name}": "${head}" is a field itself`)
  if (group.members.has(head) && [...group.members.keys()].at(-1) !== head)
    throw new Error(`Cannot place field "${field.name}": rows of "${head}" must stand together`)
  group.members.set(head, inner)
  place(inner, rest, field)
}

function runsOf(group: Group): Run[] {
  const runs: { owner: Owner; fragment: string; members: (readonly [string, Group | Field])[] }[] = []
  for (const [name, member] of group.members) {
    const owner = ownerOf(member)
    const last = runs.at(-1)
    if (last?.owner === owner) last.members.push([name, member])
    else runs.push({ owner, fragment: `${group.name === '' ? name : group.name}Json`, members: [[name, member]] })
  }
  return runs
}

/** A group is a part's when all of it is. */
function ownerOf(member: Group | Field): Owner {
  if (!('members' in member)) return member.part ?? 'line'
  const [first, ...others] = [...member.members.values()].map(ownerOf)
  return first !== undefined && others.every((owner) => owner === first) ? first : 'line'
}

type Labels = (start: string) => string

function fieldLines(field: Field, name: string, text: Text, labels: Labels, between: () => string): string[] {
  const value = `value.${field.key}`
  const append = (start: string, what: string, end: number) =>
    `${text.name} += ${start}[${text.state}] + ${what}; ${text.state} = ${end}`
  if (field.constant !== undefined) return [`  ${append(labels(`"${name}":"`), `'${field.constant}'`, OPEN)}`]
  if (field.type === 'reporter')
    return [`  if (${value} !== undefined) { ${append(between(), `${value}.json`, CLOSED)} }`]
  const ready = readyJson(field, value)
  if (ready !== undefined) return [`  if (${value} !== undefined) { ${append(labels(`"${name}":`), ready, CLOSED)} }`]
  const unquoted = () => append(labels(`"${name}":"`), value, OPEN)
  if (field.text === 'word') return [`  if (${value} !== undefined) { ${unquoted()} }`]
  const checked = append(labels(`"${name}":`), `quote(${value})`, CLOSED)
  if (field.text === undefined) return [`  if (${value} !== undefined) { ${checked} }`]
  return [`  if (${value} !== undefined) {`, `    if (isPlain) { ${unquoted()} } else { ${checked} }`, '  }']
}

/** The value of a field as JSON; undefined for a text that has to be quoted. */
function readyJson({ type, many, text }: Field, value: string): string | undefined {
  if (type === 'endpoint') return `${value}.json`
  if (type === 'long' || type === 'float' || type === 'boolean' || type === 'flattened') return value
  if (many !== true) return undefined
  if (text === undefined) return `quoteAll(${value})`
  return text === 'word' ? `bare(${value})` : `(isPlain ? bare(${value}) : quoteAll(${value}))`
}
