/**
 * What one row of a field table says. Every generated form (TypeScript type, Elasticsearch mapping, Avro schema,
 * JSON Schema, documentation) is derived from these rows and from nothing else.
 */

/** The type of a value: Elasticsearch's names, plus the two nested tables a record refers to. */
export type FieldType =
  | 'keyword'
  | 'constant_keyword'
  | 'wildcard'
  | 'match_only_text'
  | 'ip'
  | 'date'
  | 'long'
  | 'float'
  | 'boolean'
  | 'flattened'
  | 'endpoint'
  | 'reporter'

/**
 * Fields that take few different values together are held by an object of their own, `record.outcome` and so on, which
 * is made once for each combination and keeps its part of the document ready. `outcome`: what kind of line it is and
 * what happened. `hop`: who talked to whom. `target`: the address that was called. `authority`: the host that was asked
 * for. `status`: status and details. `cluster`: the parts of a cluster name.
 */
export const PARTS = ['outcome', 'hop', 'target', 'authority', 'status', 'cluster'] as const
export type Part = (typeof PARTS)[number]

export interface Field {
  /** Property of the typed object in the code. */
  readonly key: string
  /** Dotted path in the document (ECS where ECS has a field, `envoy.*` otherwise). */
  readonly name: string
  readonly type: FieldType
  /** One sentence: what the value is, its unit, and what absence means where that is not "unknown". */
  readonly meaning: string
  /** The Envoy format operator the value comes from. */
  readonly operator?: string
  /**
   * Where a text comes from, which decides how it is quoted. `line`: it is a part of the line, so it needs no escaping
   * where the line needed none. `word`: a word of ours that never does. `steady`: the same as in the document before,
   * mostly, so its quoted form is kept. Absent: it is looked at each time.
   */
  readonly text?: 'line' | 'word' | 'steady'
  /** The object that holds the field, where that is not the record itself. */
  readonly part?: Part
  /** True for a list of values. */
  readonly many?: true
  /** Of a flattened field: every value is a text. */
  readonly hasTextValues?: true
  /** A value every document of ours carries; the record need not hold it. */
  readonly constant?: string
  /** Elasticsearch mapping parameters beyond the type. */
  readonly mapping?: Readonly<Record<string, unknown>>
}

/** Text of one JSON object, ready to stand in a document: what a `flattened` field holds. */
export type JsonText = string
