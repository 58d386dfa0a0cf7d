/** A YAML mapping as JavaScript has it. */
export type Mapping = Record<string, unknown>

/** Whether `value` is a mapping: an object that is no list. */
export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
