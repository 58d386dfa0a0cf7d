import * as fc from './fast-check.ts'
import type { Field, Part } from '../../src/record/field.ts'
import { ENDPOINT_FIELDS, FIELDS, REPORTER_FIELDS } from '../../src/record/fields.ts'
import {
  emptyEndpoint,
  emptyRecord,
  emptyReporter,
  encodeEndpoint,
  encodeReporter,
  type LogRecord,
  makeAuthority,
  makeCluster,
  makeHop,
  makeOutcome,
  makeStatus,
  makeTarget,
} from '../../src/record/generated/record.ts'

const TEXT = fc.oneof(
  { weight: 6, arbitrary: fc.string({ maxLength: 6 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }).map((text) => text.toWellFormed()) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('a', 'é', '☃'), fc.nat(70)).map(([unit, n]) => unit.repeat(n)) },
)
const COUNT = fc.oneof(
  fc.nat(200),
  fc.nat(),
  fc.maxSafeNat().filter((count) => count < Number.MAX_SAFE_INTEGER),
)
const DATE = fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
/** As `JSON.parse` gives them back in the same order. */
const NAME = TEXT.map((text) => `k${text}`)

/** Any record: any of its fields there or absent. Times have milliseconds. */
export const RANDOM_RECORD: fc.Arbitrary<LogRecord> = fc
  .record({
    line: valuesOf(FIELDS.filter((field: Field) => field.part === undefined)),
    outcome: partOf('outcome').map((fields) => makeOutcome(fields)),
    hop: fc
      .tuple(partOf('hop'), endpointOf(), endpointOf())
      .map(([fields, source, destination]) => makeHop({ ...fields, source, destination })),
    target: partOf('target').map((fields) => makeTarget(fields)),
    authority: partOf('authority').map((fields) => makeAuthority(fields)),
    status: partOf('status').map((fields) => makeStatus(fields)),
    cluster: partOf('cluster').map((fields) => makeCluster(fields)),
    reporter: fc.option(reporterOf(), { nil: undefined }),
  })
  .map(({ line, ...parts }) => Object.assign(emptyRecord(), line, parts))

function endpointOf() {
  const end = valuesOf(ENDPOINT_FIELDS).map((fields) => {
    const values = Object.assign(emptyEndpoint(), fields)
    return { ...values, json: encodeEndpoint(values) }
  })
  return fc.option(end, { nil: undefined })
}

function reporterOf() {
  return valuesOf(REPORTER_FIELDS).map((fields) => {
    const values = Object.assign(emptyReporter(), fields)
    return { ...values, json: encodeReporter(values) }
  })
}

function partOf(part: Part) {
  return valuesOf(FIELDS.filter((field: Field) => field.part === part))
}

function valuesOf(fields: readonly Field[]): fc.Arbitrary<Record<string, unknown>> {
  const own = fields.filter(
    ({ type, constant }) => type !== 'endpoint' && type !== 'reporter' && constant === undefined,
  )
  return fc.record(Object.fromEntries(own.map((field) => [field.key, fc.option(valueOf(field), { nil: undefined })])))
}

function valueOf({ type, many, hasTextValues, text }: Field): fc.Arbitrary<unknown> {
  // Words of ours never need a quote.
  const word = fc.constantFrom('exact', 'a-word', '10.0.0.7')
  if (many === true) return fc.array(text === 'word' ? word : TEXT, { maxLength: 3 })
  switch (type) {
    case 'long':
      return COUNT
    case 'float':
      return fc.double({ noNaN: true, noDefaultInfinity: true, min: 0 })
    case 'boolean':
      return fc.boolean()
    case 'date':
      return DATE.map((date) => date.toISOString())
    case 'flattened':
      return fc
        .dictionary(NAME, hasTextValues === true ? TEXT : fc.oneof(TEXT, COUNT, fc.array(COUNT, { maxLength: 2 })))
        .map((object) => JSON.stringify(object))
    default:
      return text === 'word' ? word : TEXT
  }
}
