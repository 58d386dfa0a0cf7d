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
 * Concatenation is what encoding costs most, so nothing is written alone: a text value is left without its closing
 * quote and an object without its brace, and what comes next is chosen from ready labels by what stands before it
 * (`src/record/labels.ts`). A label also opens the objects around its member that are not open yet.
 */
export function encoderOf(fields: readonly Field[], owner: Owner, prefix: string): EncoderCode {
  const writer = new CodeWriter(owner, prefix)
  if (owner === 'line') {
    writer.open('text')
    writer.group(treeOf(fields), [])
  } else writer.fragments(treeOf(fields))
  return writer.code
}

/** An object around a member: what opens it, the variable that says whether it is open, and whether it may be yet. */
interface Around {
  readonly start: string
  readonly isOpen: string
  mayBeOpen: boolean
}

/** State of the text before a member. */
const OPEN = 1
const CLOSED = 2

class CodeWriter {
  readonly #owner: Owner
  readonly #prefix: string
  readonly #constants = new Map<string, string>()
  readonly #lines: string[] = []
  #groups = 0
  #steadies = 0
  #text = ''

  constructor(owner: Owner, prefix: string) {
    this.#owner = owner
    this.#prefix = prefix
  }

  get code(): EncoderCode {
    const constants = [...this.#constants].map(([start, name]) => `const ${name} = labels('${start}')`)
    for (let i = 1; i <= this.#steadies; i += 1) constants.push(`const Q${i} = steadyQuote()`)
    return { constants: constants.join('\n'), body: this.#lines.join('\n') }
  }

  open(text: string): void {
    this.#text = text
    this.#lines.push(`  let ${text} = ''`, `  let ${text}End: End = 0`)
  }

  group(node: Group, around: readonly Around[]): void {
    for (const run of runsOf(node)) {
      if (run.owner === this.#owner) this.#members(run.members, around)
      else this.#splice(`value.${run.owner}`, run.fragment, around)
    }
  }

  fragments(node: Group): void {
    for (const run of runsOf(node)) {
      if (run.owner === this.#owner) {
        this.open(run.fragment)
        this.#members(run.members, [])
        this.#lines.push(`  ${run.fragment} += ENDINGS[${run.fragment}End]`)
      } else for (const [, member] of run.members) if ('members' in member) this.fragments(member)
    }
  }

  #members(members: Run['members'], around: readonly Around[]): void {
    for (const [name, member] of members) {
      if ('members' in member) this.#object(name, member, around)
      else this.#field(member, name, around)
    }
  }

  #object(name: string, node: Group, around: readonly Around[]): void {
    const isOpen = `g${this.#groups}`
    this.#groups += 1
    this.#lines.push(`  let ${isOpen} = false`)
    this.group(node, [...around, { start: `"${name}":{`, isOpen, mayBeOpen: false }])
    this.#lines.push(`  if (${isOpen}) ${this.#text}End = CLOSING[${this.#text}End]`)
  }

  #splice(part: string, fragment: string, around: readonly Around[]): void {
    const value = `${part}.${fragment}`
    this.#when(`${part} !== undefined && ${value} !== ''`, around, this.#append('', value, CLOSED, around))
  }

  #field(field: Field, name: string, around: readonly Around[]): void {
    const value = `value.${field.key}`
    const isThere = `${value} !== undefined`
    const append = (start: string, what: string, end: number) => this.#append(start, what, end, around)
    if (field.constant !== undefined) {
      this.#when('', around, append(`"${name}":"`, `'${field.constant}'`, OPEN))
      return
    }
    if (field.type === 'reporter') {
      this.#when(isThere, around, append('', `${value}.json`, CLOSED))
      return
    }
    const ready = readyJson(field, value)
    if (ready !== undefined) {
      this.#when(isThere, around, append(`"${name}":`, ready, CLOSED))
      return
    }
    if (field.text === 'steady') {
      this.#when(isThere, around, append(`"${name}":`, `${this.#steady()}(${value})`, CLOSED))
      return
    }
    const checked = () => append(`"${name}":`, `quote(${value})`, CLOSED)
    const unquoted = () => append(`"${name}":"`, value, OPEN)
    if (field.text === undefined) this.#when(isThere, around, checked())
    else if (field.text === 'word') this.#when(isThere, around, unquoted())
    else this.#when(isThere, around, `if (isPlain) { ${unquoted()} } else { ${checked()} }`)
  }

  /** Append where `condition` holds; the objects around are open then. */
  #when(condition: string, around: readonly Around[], append: string): void {
    const opened = around.map(({ isOpen }) => `; ${isOpen} = true`).join('')
    this.#lines.push(condition === '' ? `  ${append}${opened}` : `  if (${condition}) { ${append}${opened} }`)
    for (const each of around) each.mayBeOpen = true
  }

  #append(start: string, what: string, end: number, around: readonly Around[]): string {
    const text = this.#text
    return `${text} += ${this.#label(start, around)}[${text}End] + ${what}; ${text}End = ${end}`
  }

  /** The labels that open what is not open; which that is may be known only for each document. */
  #label(start: string, around: readonly Around[]): string {
    const names: string[] = []
    for (let open = around.length; open > 0; open -= 1) {
      const inner = around[open - 1]
      if (inner?.mayBeOpen === true) names.push(`${inner.isOpen} ? ${this.#constant(start, around.slice(open))} : `)
    }
    const closed = this.#constant(start, around)
    return names.length === 0 ? closed : `(${names.join('')}${closed})`
  }

  #steady(): string {
    this.#steadies += 1
    return `Q${this.#steadies}`
  }

  #constant(start: string, around: readonly Around[]): string {
    const whole = around.map((each) => each.start).join('') + start
    const known = this.#constants.get(whole)
    if (known !== undefined) return known
    const name = `${this.#prefix}${this.#constants.size}`
    this.#constants.set(whole, name)
    return name
  }
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

/** The value of a field as JSON; undefined for a text that has to be quoted. */
function readyJson({ type, many, text }: Field, value: string): string | undefined {
  if (type === 'endpoint') return `${value}.json`
  if (type === 'long' || type === 'float' || type === 'boolean' || type === 'flattened') return value
  if (many !== true) return undefined
  if (text === undefined) return `quoteAll(${value})`
  return text === 'word' ? `bare(${value})` : `(isPlain ? bare(${value}) : quoteAll(${value}))`
}
