import { type Field, type Part, PARTS } from '../../src/record/field.ts'
import { ENDPOINT_FIELDS, FIELDS, REPORTER_FIELDS } from '../../src/record/fields.ts'

/** Fields next to each other that one object holds: the record itself or one of its parts. */
interface Run {
  readonly part: Part | undefined
  readonly fields: Field[]
}

/**
 * The code that writes a record in the Avro encoding of `src/record/avro-schema.ts`, straight from the typed object.
 *
 * A library would be handed an object with the schema's names and would write 121 fields one by one: that alone cost as
 * much as all of transcoding (avsc 5.7.9, 14 CPU s per million records, 2026-11-23). Most of what a record says is said
 * by parts that it shares with other records, so those are encoded once and copied.
 */
export function avroCode(): string {
  const runs = runsOf(FIELDS)
  return `// Generated from src/record/fields.ts by \`npm run generate\`. Do not edit.
import { AvroParts } from '../avro-parts.ts'
import { AvroWriter } from '../avro-writer.ts'
import type { ${[...PARTS.map(typeName), 'EndpointFields', 'LogRecord', 'Reporter', 'ReporterFields'].sort().join(', ')} } from './record.ts'

${fieldsWriter('Endpoint', ENDPOINT_FIELDS)}

${fieldsWriter('Reporter', REPORTER_FIELDS)}

${PARTS.map((part) => partConstant(part, runs)).join('\n')}
const REPORTER = new AvroParts<Reporter>([(to, value) => to.record(value, writeReporter)])

const writer = new AvroWriter()

/**
 * Write a record into \`bytes\` from \`at\` on, in the binary encoding of \`avroSchema()\`. Returns the place after it, or -1
 * when there is too little room. Times are cut to milliseconds; whole numbers beyond 2^53 - 2 are null.
 */
export function encodeAvro(value: LogRecord, bytes: Buffer, at: number): number {
  const to = writer
  to.start(bytes, at)
${PARTS.map((part) => `  const ${part} = value.${part} && ${part.toUpperCase()}.of(value.${part})`).join('\n')}
${statements(runs)}
  return to.end
}
`
}

function fieldsWriter(name: string, fields: readonly Field[]): string {
  return `function write${name}(to: AvroWriter, value: ${name}Fields): void {\n${writes(stored(fields), '  ')}\n}`
}

function partConstant(part: Part, runs: readonly Run[]): string {
  const own = runs.filter((run) => run.part === part)
  const writers = own.map(({ fields }) => `  (to, value) => {\n${writes(fields, '    ')}\n  },`)
  return `const ${part.toUpperCase()} = new AvroParts<${typeName(part)}>([\n${writers.join('\n')}\n])`
}

function statements(runs: readonly Run[]): string {
  const counts = new Map<Part, number>()
  return runs
    .map(({ part, fields }) => {
      if (part === undefined) return writes(fields, '  ')
      const index = counts.get(part) ?? 0
      counts.set(part, index + 1)
      return `  to.ready(${part}?.[${index}], ${fields.length})`
    })
    .join('\n')
}

function writes(fields: readonly Field[], indent: string): string {
  return fields.map((field) => `${indent}${write(field)}`).join('\n')
}

function write({ key, type, many, hasTextValues }: Field): string {
  const value = `value.${key}`
  if (many === true) return `to.texts(${value})`
  switch (type) {
    case 'long':
      return `to.count(${value})`
    case 'float':
      return `to.number(${value})`
    case 'boolean':
      return `to.flag(${value})`
    case 'date':
      return `to.date(${value})`
    case 'flattened':
      return `to.${hasTextValues === true ? 'labels' : 'text'}(${value})`
    case 'endpoint':
      return `to.record(${value}, writeEndpoint)`
    case 'reporter':
      return `to.ready(${value} && REPORTER.of(${value})[0], 1)`
    default:
      return `to.text(${value})`
  }
}

function runsOf(fields: readonly Field[]): readonly Run[] {
  const runs: Run[] = []
  for (const field of stored(fields)) {
    const last = runs.at(-1)
    if (last !== undefined && last.part === field.part) last.fields.push(field)
    else runs.push({ part: field.part, fields: [field] })
  }
  return runs
}

function stored(fields: readonly Field[]): readonly Field[] {
  return fields.filter(({ constant }) => constant === undefined)
}

function typeName(part: Part): string {
  return part.charAt(0).toUpperCase() + part.slice(1)
}
