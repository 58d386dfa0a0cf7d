import { ISTIO_KEYS } from '../../src/bootstrap/elasticsearch/istio-keys.ts'
import { code, generatedFrom, table } from './markdown.ts'

/** docs/generated/istio-keys.md: what became of each key of Istio's JSON log. */
export function istioKeysDoc(): string {
  const rows = ISTIO_KEYS.map(({ key, field, note = '' }) => [code(key), field === undefined ? '-' : code(field), note])
  return `${generatedFrom('src/bootstrap/elasticsearch/istio-keys.ts')}

# Istio's keys

\`flagship bootstrap elasticsearch\` makes the keys of Istio's JSON access log alias fields, so that searches and dashboards
made for them go on working; \`--no-aliases\` leaves them out. A key whose value differs from every field's in unit or text
has no alias: the last column says where the value is. An alias searches, sorts and aggregates as its field does; it is
not in \`_source\`.

${table(['Key', 'Alias of', 'To know'], rows)}
`
}
