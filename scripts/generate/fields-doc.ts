import type { Field } from '../../src/record/field.ts'
import { ENDPOINT_FIELDS, FIELDS, REPORTER_FIELDS } from '../../src/record/fields.ts'
import { code, generatedFrom, table } from './markdown.ts'

/** docs/generated/fields.md: every field of a document. */
export function fieldsDoc(): string {
  return `${generatedFrom('src/record/fields.ts')}

# Fields

A document is nested JSON; dotted names stand for nested objects. Fields come in this order, and what is absent is left
out. Names are those of ECS 9 where ECS has one, of Beats for \`kubernetes.*\`, and \`envoy.*\` otherwise. Types are those
of the [Elasticsearch mapping](elasticsearch-mapping.json); a type with \`[]\` is a list. The same table gives the
[JSON Schema](record.schema.json) of a document and the [Avro schema](record.avsc) of a record.

## The line

${fieldTable(FIELDS.filter((field: Field) => field.type !== 'reporter'))}

## The proxy that wrote it

${fieldTable(REPORTER_FIELDS)}

## Both ends

Below \`envoy.source\` and \`envoy.destination\`:

${fieldTable(ENDPOINT_FIELDS)}
`
}

function fieldTable(fields: readonly Field[]): string {
  return table(['Field', 'Type', 'Envoy operator', 'Meaning'], fields.map(row))
}

function row({ name, type, many, operator, meaning }: Field): readonly string[] {
  const shown = type === 'endpoint' ? '[endpoint](#both-ends)' : type
  return [code(name), many === true ? `${shown}[]` : shown, operator === undefined ? '' : code(operator), meaning]
}
