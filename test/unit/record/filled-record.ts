import type { Field, Part } from '../../../src/record/field.ts'
import { ENDPOINT_FIELDS, FIELDS, REPORTER_FIELDS } from '../../../src/record/fields.ts'
import {
  emptyEndpoint,
  emptyRecord,
  emptyReporter,
  encodeEndpoint,
  encodeRecord,
  encodeReporter,
  makeAuthority,
  makeCluster,
  makeHop,
  makeOutcome,
  makeStatus,
  makeTarget,
} from '../../../src/record/generated/record.ts'

/** A document in which every field of every table stands. */
export function filledDocument(): unknown {
  const ends = Object.assign(emptyEndpoint(), valuesOf(ENDPOINT_FIELDS))
  const end = { ...ends, json: encodeEndpoint(ends) }
  const reporter = Object.assign(emptyReporter(), valuesOf(REPORTER_FIELDS))
  const line = valuesOf(FIELDS.filter((field: Field) => field.part === undefined))
  const record = Object.assign(emptyRecord(), line, {
    outcome: makeOutcome(partOf('outcome')),
    hop: makeHop({ ...partOf('hop'), source: end, destination: end }),
    target: makeTarget(partOf('target')),
    authority: makeAuthority(partOf('authority')),
    status: makeStatus(partOf('status')),
    cluster: makeCluster(partOf('cluster')),
    reporter: { ...reporter, json: encodeReporter(reporter) },
  })
  return JSON.parse(encodeRecord(record, false))
}

function partOf(part: Part): Record<string, unknown> {
  return valuesOf(FIELDS.filter((field: Field) => field.part === part))
}

function valuesOf(fields: readonly Field[]): Record<string, unknown> {
  return Object.fromEntries(fields.filter(isPlain).map((field) => [field.key, valueOf(field)]))
}

function isPlain({ type, constant }: Field): boolean {
  return type !== 'endpoint' && type !== 'reporter' && constant === undefined
}

function valueOf({ type, many, key }: Field): unknown {
  const value = scalarOf(type, key)
  return many === true ? [value, value] : value
}

function scalarOf(type: Field['type'], key: string): unknown {
  switch (type) {
    case 'long':
      return 42
    case 'float':
      return 0.25
    case 'boolean':
      return true
    case 'date':
      return '2026-11-22T09:00:00.123Z'
    case 'ip':
      return key.endsWith('Ip') ? '10.0.0.7' : 'fd00::7'
    case 'flattened':
      return '{"app":"reviews","nested":{"n":1}}'
    default:
      return `a ${key}`
  }
}
