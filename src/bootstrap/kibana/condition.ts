/** Which documents: one condition that is written out as KQL for searches and as ES|QL for rules. */
export type Condition =
  /** Has one of these values; of a list, any member. */
  | { readonly field: string; readonly is: readonly (string | number)[] }
  | { readonly field: string; readonly atLeast: number }
  | { readonly exists: string }
  | { readonly not: Condition }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }

/** A condition as KQL. */
export function kqlOf(condition: Condition): string {
  if ('is' in condition) {
    const values = condition.is.map((value) => JSON.stringify(value))
    return `${condition.field} : ${values.length === 1 ? values.join('') : `(${values.join(' or ')})`}`
  }
  if ('atLeast' in condition) return `${condition.field} >= ${condition.atLeast}`
  if ('exists' in condition) return `${condition.exists} : *`
  if ('not' in condition) return `not ${grouped(condition.not, kqlOf)}`
  if ('all' in condition) return condition.all.map((one) => grouped(one, kqlOf)).join(' and ')
  return condition.any.map((one) => grouped(one, kqlOf)).join(' or ')
}

/**
 * A condition as ES|QL, true or false for every document and never null: an absent field is written out, because
 * there `not (null == "x")` is not true. For fields with one value only: a comparison with a list gives null.
 */
export function esqlOf(condition: Condition): string {
  if ('is' in condition) {
    const list = condition.is.map((value) => JSON.stringify(value)).join(', ')
    return `COALESCE(${condition.field} IN (${list}), false)`
  }
  if ('atLeast' in condition) return `COALESCE(${condition.field} >= ${condition.atLeast}, false)`
  if ('exists' in condition) return `${condition.exists} IS NOT NULL`
  if ('not' in condition) return `NOT ${grouped(condition.not, esqlOf)}`
  if ('all' in condition) return condition.all.map((one) => grouped(one, esqlOf)).join(' AND ')
  return condition.any.map((one) => grouped(one, esqlOf)).join(' OR ')
}

function grouped(condition: Condition, write: (condition: Condition) => string): string {
  const isCompound = 'all' in condition || 'any' in condition
  return isCompound ? `(${write(condition)})` : write(condition)
}

/** Every field a condition looks at, each once. */
export function fieldsOf(condition: Condition): readonly string[] {
  if ('field' in condition) return [condition.field]
  if ('exists' in condition) return [condition.exists]
  if ('not' in condition) return fieldsOf(condition.not)
  const parts = 'all' in condition ? condition.all : condition.any
  return [...new Set(parts.flatMap(fieldsOf))]
}
