import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import {
  emptyRecord,
  emptyReporter,
  encodeRecord,
  encodeReporter,
  makeOutcome,
} from '../../../src/record/generated/record.ts'
import { recordJsonSchema } from '../../../src/record/json-schema.ts'
import { filledDocument } from './filled-record.ts'

const schema = recordJsonSchema()

function smallest(): Record<string, unknown> {
  const reporter = { ...emptyReporter(), json: encodeReporter(emptyReporter()) }
  return JSON.parse(encodeRecord({ ...emptyRecord(), outcome: makeOutcome({}), reporter }, false))
}

describe('recordJsonSchema()', () => {
  test('accepts a document with every field', () => {
    expect(Value.Errors(schema, filledDocument())).toEqual([])
  })

  test('accepts a document with nothing but its constants', () => {
    expect(Value.Errors(schema, smallest())).toEqual([])
  })

  test.for([
    ['an unknown field', { envoi: 1 }],
    ['an unknown field deep inside', { envoy: { upstream: { hosts: 'x' } } }],
    ['a number as text', { http: { response: { status_code: '200' } } }],
    ['a fraction', { envoy: { response_code: 200.5 } }],
    ['a list as text', { envoy: { response_flags: 'UF' } }],
    ['a name for an address', { source: { ip: 'reviews' } }],
    ['a time without a zone', { '@timestamp': 'yesterday' }],
    ['another constant', { ecs: { version: '1.0.0' } }],
  ] as const)('refuses %s', ([, part]) => {
    expect(Value.Check(schema, { ...smallest(), ...part })).toBe(false)
  })
})
