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
   * where the line needed none. `word`: a word of ours that never does. Absent: it is looked at each time.
   */
  readonly text?: 'line' | 'word'
  /**
   * Set for fields that take few different values together: they are held by an object of their own, `record.outcome`,
   * which is made once for each combination and keeps its part of the document ready.
   */
  readonly part?: 'outcome'
  /** True for a list of values. */
  readonly many?: true
  /** A value every document of ours carries; the record need not hold it. */
  readonly constant?: string
  /** Elasticsearch mapping parameters beyond the type. */
  readonly mapping?: Readonly<Record<string, unknown>>
}

/** Text of one JSON object, ready to stand in a document: what a `flattened` field holds. */
export type JsonText = string
