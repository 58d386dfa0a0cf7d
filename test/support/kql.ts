import { createRequire } from 'node:module'

/** What the parser of Kibana's query language gives; the package has no types. */
interface EsQuery {
  fromKueryExpression(kql: string): unknown
  toElasticsearchQuery(tree: unknown): object
}

const esQuery: EsQuery = createRequire(import.meta.url)('@cybernetex/kbn-es-query')

/** A KQL text as the query Elasticsearch is given for it. Throws where it is no KQL. */
export function dslOfKql(kql: string): object {
  return kql === '' ? { match_all: {} } : esQuery.toElasticsearchQuery(esQuery.fromKueryExpression(kql))
}

/** The fields a compiled query names. */
export function fieldsOfDsl(query: unknown): readonly string[] {
  if (Array.isArray(query)) return [...new Set(query.flatMap(fieldsOfDsl))]
  if (typeof query !== 'object' || query === null) return []
  const found = Object.entries(query).flatMap(([name, value]) => {
    if (name === 'exists') return [String(Reflect.get(Object(value), 'field'))]
    return LEAVES.includes(name) ? Object.keys(Object(value)) : fieldsOfDsl(value)
  })
  return [...new Set(found)]
}

const LEAVES = ['match', 'match_phrase', 'range', 'term', 'query_string', 'multi_match']
