import { createHash } from 'node:crypto'

/** Kibana keeps no metadata of ours, so this stands in a text of the object: `flagship:v1:0123456789abcdef`. */
const MARK = /flagship:v([0-9]{1,9}):([0-9a-f]{16})/

/** Version and fingerprint of what flagship wrote. */
export interface Mark {
  readonly version: number
  readonly text: string
}

/** Says who made an object and what it was. Equal content has an equal mark. */
export function markOf(content: object, version: number): string {
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex')
  return `flagship:v${version}:${digest.slice(0, 16)}`
}

/** The first mark in a text; undefined where there is none, so it was not made by flagship. */
export function findMark(text: string): Mark | undefined {
  const found = MARK.exec(text)
  return found === null ? undefined : { version: Number(found[1]), text: found[0] }
}
