import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import avsc from 'avsc'
import { describe, expect, test } from 'vitest'
import { avroSchema } from '../../../src/record/avro-schema.ts'

const RELEASED = join(import.meta.dirname, '../../fixtures/released')

interface Schema {
  readonly [attribute: string]: unknown
  readonly fields: readonly { readonly [attribute: string]: unknown; readonly name: string; readonly type: unknown }[]
}

/** Why what was written with `released` could not be read as before with `today`, or the other way round. */
function breaks(released: Schema, today: Schema): readonly string[] {
  const reasons: string[] = []
  for (const [writer, reader, what] of [
    [released, today, 'the new schema cannot read what the released one wrote'],
    [today, released, 'the released schema cannot read what the new one writes'],
  ] as const) {
    try {
      avsc.Type.forSchema(JSON.parse(JSON.stringify(reader))).createResolver(
        avsc.Type.forSchema(JSON.parse(JSON.stringify(writer))),
      )
    } catch (error) {
      reasons.push(`${what}: ${String(error)}`)
    }
  }
  return [...reasons, ...changedFields('', released, today)]
}

/** Resolving lets a field go, and a renamed one comes back as null: for those who read it both are a break. */
function changedFields(path: string, released: Schema, today: Schema): readonly string[] {
  const reasons: string[] = []
  for (const field of released.fields) {
    const name = `${path}${field.name}`
    const now = today.fields.find((each) => each.name === field.name)
    if (now === undefined) reasons.push(`${name} is gone`)
    else reasons.push(...changedField(name, field, now))
  }
  for (const field of today.fields)
    if (field['default'] !== null) reasons.push(`${path}${field.name} is not null by default`)
  return reasons
}

function changedField(
  name: string,
  before: Schema['fields'][number],
  now: Schema['fields'][number],
): readonly string[] {
  const [old, current] = [recordIn(before.type), recordIn(now.type)]
  if (old !== undefined && current !== undefined) return changedFields(`${name}.`, old, current)
  return JSON.stringify(before.type) === JSON.stringify(now.type) ? [] : [`${name} has another type`]
}

function recordIn(type: unknown): Schema | undefined {
  const branches: readonly unknown[] = Array.isArray(type) ? type : [type]
  return branches.find(isSchema)
}

function isSchema(type: unknown): type is Schema {
  return typeof type === 'object' && type !== null && 'fields' in type
}

const today: Schema = JSON.parse(JSON.stringify(avroSchema()))
const changed = (change: (fields: Schema['fields']) => readonly unknown[]): Schema =>
  JSON.parse(JSON.stringify({ ...today, fields: change(today.fields) }))

describe('avroSchema()', () => {
  test.for(readdirSync(RELEASED))('is compatible with the released %s, both ways', (file) => {
    expect(breaks(JSON.parse(readFileSync(join(RELEASED, file), 'utf8')), today)).toEqual([])
  })
})

describe('the check against released schemas', () => {
  const edited = (name: string, more: object) => (fields: Schema['fields']) =>
    fields.map((field) => (field.name === name ? { ...field, ...more } : field))

  test.for<readonly [what: string, next: Schema, reason: RegExp | undefined]>([
    [
      'a field more',
      changed((fields) => [{ name: 'added', type: ['null', 'string'], default: null }, ...fields]),
      undefined,
    ],
    ['other words', changed(edited('method', { doc: 'another' })), undefined],
    ['a field less', changed((fields) => fields.filter(({ name }) => name !== 'method')), /^method is gone/m],
    ['a renamed field', changed(edited('method', { name: 'verb' })), /^method is gone/m],
    ['a default less', changed(edited('method', { default: undefined })), /^method is not null by default/m],
    [
      'a field that must be there',
      changed((fields) => [{ name: 'added', type: 'string' }, ...fields]),
      /new schema cannot read/,
    ],
    ['another type', changed(edited('log_offset', { type: ['null', 'string'] })), /^log_offset has another type/m],
    [
      'a type that old readers do not take',
      changed(edited('log_offset', { type: ['null', 'double'] })),
      /released schema cannot read/,
    ],
    [
      'a field of an end less',
      changed((fields) => JSON.parse(JSON.stringify(fields).replace('"name":"pod_state"', '"name":"state"'))),
      /^source\.pod_state is gone/m,
    ],
    ['another name', { ...today, name: 'Record' }, /no alias found/],
  ])('takes or refuses %s', ([, next, reason]) => {
    expect(breaks(today, next).join('\n')).toMatch(reason ?? /^$/)
  })
})
