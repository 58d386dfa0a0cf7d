import type { Field } from './field.ts'
import { ENDPOINT_FIELDS, FIELDS, REPORTER_FIELDS } from './fields.ts'

/** The members of one JSON object of a document, in order: a field, or an object of its own. */
export type FieldTree = ReadonlyMap<string, Field | FieldTree>

/** The shape of a document: dotted names as nested objects, both ends and the reporter in their places. */
export function documentTree(): FieldTree {
  const tree = new Map<string, Field | FieldTree>()
  for (const field of FIELDS) {
    if (field.type === 'reporter') for (const inner of REPORTER_FIELDS) place(tree, inner.name.split('.'), inner)
    else if (field.type === 'endpoint') place(tree, field.name.split('.'), endpointTree())
    else place(tree, field.name.split('.'), field)
  }
  return tree
}

export function isTree(member: Field | FieldTree): member is FieldTree {
  return member instanceof Map
}

function endpointTree(): FieldTree {
  return new Map(ENDPOINT_FIELDS.map((field) => [field.name, field]))
}

function place(tree: Map<string, Field | FieldTree>, path: readonly string[], member: Field | FieldTree): void {
  const [head = '', ...rest] = path
  const there = tree.get(head)
  if (rest.length === 0) {
    if (there !== undefined) throw new Error(`Cannot place field "${head}": the name is taken`)
    tree.set(head, member)
    return
  }
  const inner = there ?? new Map<string, Field | FieldTree>()
  if (!(inner instanceof Map)) throw new Error(`Cannot place field "${path.join('.')}": "${head}" is a field itself`)
  tree.set(head, inner)
  place(inner, rest, member)
}
