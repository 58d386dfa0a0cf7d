import type { JsonText } from '../../record/field.ts'

/** What JSON.parse gives for `{...}`. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Deeper values are kept as text: Elasticsearch refuses flattened fields below 20 levels. */
const MAX_DEPTH = 16

/** Envoy writes null, `-` or nothing where a value is absent; numbers and booleans become text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' || value === '-' ? undefined : value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return undefined
}

/** A count or a time: a finite number or digits in a text, `200.0` included; undefined for everything else, and beyond 2^53. */
export function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value
  if (typeof number !== 'number') return undefined
  return number >= 0 && number <= Number.MAX_SAFE_INTEGER ? Math.trunc(number) : undefined
}

/** True for a number that a double cannot hold exactly: it is kept as text. */
export function isBeyondSafe(value: unknown): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value) && Number.isInteger(value)
}

/**
 * One JSON object of members that have no field of their own; undefined when there is none.
 * `text` is the line they came from: numbers beyond 2^53 are taken from it digit by digit.
 */
export function extraOf(members: JsonObject, text: string): JsonText | undefined {
  const kept: Record<string, unknown> = Object.create(null)
  let count = 0
  for (const [key, value] of Object.entries(members)) {
    if (value === undefined || value === null || value === '' || value === '-') continue
    kept[key] = keepable(value, key, text)
    count += 1
  }
  return count === 0 ? undefined : escapeControls(JSON.stringify(kept))
}

function keepable(value: unknown, key: string, text: string): unknown {
  if (isBeyondSafe(value)) return exactDigits(text, key) ?? String(value)
  if (typeof value === 'object' && value !== null && depthOf(value, MAX_DEPTH) > MAX_DEPTH) return JSON.stringify(value)
  return value
}

/** Digits of the top-level number `key`, as written. */
function exactDigits(text: string, key: string): string | undefined {
  let digits: string | undefined
  JSON.parse(text, function (this: unknown, name: string, value: unknown, context?: { readonly source?: string }) {
    if (name === key && typeof value === 'number') digits = context?.source
    return value
  })
  return digits
}

function depthOf(value: unknown, limit: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (limit < 0) return 1
  let deepest = 0
  for (const inner of Object.values(value)) deepest = Math.max(deepest, depthOf(inner, limit - 1))
  return deepest + 1
}

/** Nothing Envoy logs comes near; looking deeper would need as deep a stack. */
const MAX_NESTING = 100

/** Whether an object is nested too deep to be looked into. The text is scanned only where a member is nested at all. */
export function isTooDeep(object: JsonObject, text: string): boolean {
  for (const key in object) {
    const value = object[key]
    if (typeof value === 'object' && value !== null) return nestingOf(text) > MAX_NESTING
  }
  return false
}

/** Deepest nesting of brackets in a JSON text, found without building anything. */
function nestingOf(text: string): number {
  let depth = 0
  let deepest = 0
  let inText = false
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i)
    if (inText) {
      if (c === 92) i += 1
      else if (c === 34) inText = false
    } else if (c === 34) inText = true
    else if (c === 123 || c === 91) {
      depth += 1
      if (depth > deepest) deepest = depth
    } else if (c === 125 || c === 93) depth -= 1
  }
  return deepest
}

// oxlint-disable-next-line no-control-regex -- JSON.stringify leaves DEL and the C1 controls as they are, terminals obey them
const C1 = /[\u007f-\u009f]/g

function escapeControls(json: string): string {
  return json.replace(C1, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)
}
