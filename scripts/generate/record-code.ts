import { type Field, type Part, PARTS } from '../../src/record/field.ts'
import { ENDPOINT_FIELDS, FIELDS, REPORTER_FIELDS } from '../../src/record/fields.ts'
import { type EncoderCode, encoderOf, fragmentsOf } from './record-encoder.ts'

const LINE_FIELDS: readonly Field[] = FIELDS.filter((field: Field) => field.part === undefined)

const PART_DOCS: Readonly<Record<Part, string>> = {
  outcome: 'What kind of line it is and what happened.',
  hop: 'Who talked to whom.',
  target: 'The address that was called.',
  authority: 'The host that was asked for.',
  status: 'Status and details.',
  cluster: 'The parts of a cluster name.',
}

/** The TypeScript form of the field tables: one interface, one empty value and one encoder per table. */
export function recordCode(): string {
  const record = encoderOf(FIELDS, 'line', 'R')
  const reporter = encoderOf(REPORTER_FIELDS, 'line', 'P')
  const endpoint = encoderOf(ENDPOINT_FIELDS, 'line', 'E')
  const parts = PARTS.map((part): [Part, EncoderCode] => [part, encoderOf(FIELDS, part, part[0]?.toUpperCase() ?? '')])
  const constants = [record, reporter, endpoint, ...parts.map(([, code]) => code)].map((code) => code.constants)
  return `// Generated from src/record/fields.ts by \`npm run generate\`. Do not edit.
import type { JsonText } from '../field.ts'
import { CLOSING, type End, endings, labels } from '../labels.ts'
import { bare, flat, quote, quoteAll, steadyQuote } from '../quote.ts'

/** One line, parsed and enriched. Every property exists; \`undefined\` means absent. */
${interfaceOf(
  'LogRecord',
  LINE_FIELDS,
  PARTS.flatMap((part) => [`  /** ${PART_DOCS[part]} */`, `  ${part}: ${typeName(part)} | undefined`]),
)}

${PARTS.map(partInterfaces).join('\n\n')}

${ownInterfaces()}

${emptyValues()}

const ENDINGS = endings('')
const ENDINGS_OF_OBJECT = endings('}')

// What stands before a member, by how the text before it ends.
${constants.join('\n')}

/**
 * The document of a record: one JSON object, fields in the order of the table, absent fields left out.
 * \`isPlain\`: no part of the line needs escaping in JSON.
 */
export function encodeRecord(value: LogRecord, isPlain: boolean): string {
${record.body}
  return '{' + text + ENDINGS_OF_OBJECT[textEnd]
}

${parts.map(([part, code]) => partMaker(part, code)).join('\n\n')}

/** The reporter's members of a document, without braces. */
export function encodeReporter(value: ReporterFields): string {
${reporter.body}
  return flat(text + ENDINGS[textEnd])
}

/** The JSON object of one end of a hop. */
export function encodeEndpoint(value: EndpointFields): JsonText {
${endpoint.body}
  return flat('{' + text + ENDINGS_OF_OBJECT[textEnd])
}
`
}

/** Types of what stands for itself in a record. */
function ownInterfaces(): string {
  return `/** The proxy that wrote a line. */
${interfaceOf('ReporterFields', REPORTER_FIELDS)}
/** The same with its part of the document ready made. */
export interface Reporter extends ReporterFields {
  /** Members of the document's top level, without braces. */
  readonly json: string
}

/** One end of a hop. */
${interfaceOf('EndpointFields', ENDPOINT_FIELDS)}
/** The same with its part of the document ready made. */
export interface Endpoint extends EndpointFields {
  /** The JSON object. */
  readonly json: JsonText
}`
}

function emptyValues(): string {
  return `/** A record with nothing in it. */
${emptyOf(
  'emptyRecord',
  'LogRecord',
  LINE_FIELDS,
  PARTS.map((part) => `    ${part}: undefined,`),
)}

/** A reporter of whom nothing is known. */
${emptyOf('emptyReporter', 'ReporterFields', REPORTER_FIELDS)}

/** An endpoint of which nothing is known. */
${emptyOf('emptyEndpoint', 'EndpointFields', ENDPOINT_FIELDS)}`
}

function partInterfaces(part: Part): string {
  const name = typeName(part)
  return `/** ${PART_DOCS[part]} */
${interfaceOf(`${name}Fields`, partFields(part))}
/** The same with its parts of the document ready made: members of objects, without braces. */
export interface ${name} extends ${name}Fields {
${fragmentsOf(FIELDS, part)
  .map((fragment) => `  readonly ${fragment}: string`)
  .join('\n')}
}`
}

function partMaker(part: Part, { body }: EncoderCode): string {
  const name = typeName(part)
  const fragments = fragmentsOf(FIELDS, part).map((fragment) => `${fragment}: flat(${fragment})`)
  return `${emptyOf(`empty${name}`, `${name}Fields`, partFields(part), [], '')}

/** The part with its JSON. What \`fields\` leaves out is absent. */
export function make${name}(fields: Partial<${name}Fields>): ${name} {
  const value = { ...empty${name}(), ...fields }
${body}
  return { ...value, ${fragments.join(', ')} }
}`
}

function partFields(part: Part): readonly Field[] {
  return FIELDS.filter((field: Field) => field.part === part)
}

function typeName(part: Part): string {
  return part.charAt(0).toUpperCase() + part.slice(1)
}

function interfaceOf(name: string, fields: readonly Field[], more: readonly string[] = []): string {
  const members = stored(fields).map(
    (field) =>
      `  /** ${field.meaning}${field.operator === undefined ? '' : ` \`%${field.operator}%\``} */\n  ${field.key}: ${typeOf(field)} | undefined`,
  )
  return `export interface ${name} {\n${[...members, ...more].join('\n')}\n}`
}

function emptyOf(
  functionName: string,
  type: string,
  fields: readonly Field[],
  more: readonly string[] = [],
  exported = 'export ',
): string {
  const members = stored(fields).map((field) => `    ${field.key}: undefined,`)
  return `${exported}function ${functionName}(): ${type} {\n  return {\n${[...members, ...more].join('\n')}\n  }\n}`
}

/** Constants are written by the encoder and need no place in the object. */
function stored(fields: readonly Field[]): readonly Field[] {
  return fields.filter((field) => field.constant === undefined)
}

function typeOf(field: Field): string {
  switch (field.type) {
    case 'long':
    case 'float':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'flattened':
      return 'JsonText'
    case 'endpoint':
      return 'Endpoint'
    case 'reporter':
      return 'Reporter'
    default:
      return field.many === true ? 'readonly string[]' : 'string'
  }
}
