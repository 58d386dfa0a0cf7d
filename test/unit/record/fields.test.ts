import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Field } from '../../../src/record/field.ts'
import { documentTree, type FieldTree, isTree } from '../../../src/record/field-tree.ts'
import { ENDPOINT_FIELDS, FIELDS, REPORTER_FIELDS } from '../../../src/record/fields.ts'
import { BINDING_FIELDS } from './binding-fields.ts'
import { filledDocument } from './filled-record.ts'

const TABLES: Readonly<Record<string, readonly Field[]>> = { FIELDS, REPORTER_FIELDS, ENDPOINT_FIELDS }
const page = readFileSync(join(import.meta.dirname, '../../../docs/generated/fields.md'), 'utf8')

function typesOf(tree: FieldTree, path = ''): readonly (readonly [string, string])[] {
  return [...tree].flatMap(([name, member]) => {
    const full = path === '' ? name : `${path}.${name}`
    return isTree(member) ? typesOf(member, full) : [[full, member.type + (member.many === true ? '[]' : '')] as const]
  })
}

const TYPES = new Map(typesOf(documentTree()))

describe('FIELDS', () => {
  test.for(BINDING_FIELDS)('has %s of type %s', ([name, type]) => {
    expect(TYPES.get(name)).toBe(type)
  })

  test('has nothing that is not in the list of binding fields', () => {
    const binding = new Set(BINDING_FIELDS.map(([name]) => name))
    expect([...TYPES.keys()].filter((name) => !binding.has(name))).toEqual([])
  })
})

describe.for(Object.entries(TABLES))('%s', ([, fields]) => {
  test('names every key and every field once', () => {
    expect(new Set(fields.map(({ key }) => key)).size).toBe(fields.length)
    expect(new Set(fields.map(({ name }) => name)).size).toBe(fields.length)
  })

  test('explains every field in a sentence', () => {
    expect(fields.filter(({ meaning }) => !/^\S.*\.$/.test(meaning))).toEqual([])
  })

  test('stands in docs/generated/fields.md', () => {
    expect(fields.filter(({ name }) => name !== '' && !page.includes(`| \`${name}\` |`))).toEqual([])
  })
})

describe('documentTree()', () => {
  test('has every place a document fills, in the order of the document', () => {
    expect(keysOf(filledDocument(), documentTree())).toEqual([...TYPES.keys()])
  })
})

/** Dotted names of `value`, down to where `tree` has a field. */
function keysOf(value: unknown, tree: FieldTree, path = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([name, inner]) => {
    const full = path === '' ? name : `${path}.${name}`
    const member = tree.get(name)
    return member !== undefined && isTree(member) ? keysOf(inner, member, full) : [full]
  })
}
