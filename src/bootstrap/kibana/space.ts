import { createHash } from 'node:crypto'
import { DEFAULT_SPACE } from '../../clients/kibana.ts'

/**
 * The id of a saved object in a space. Kibana's ids are unique over all spaces: an import of one that another space has
 * would get a random id, and no upgrade would find it.
 */
export function idIn(space: string, id: string): string {
  return space === DEFAULT_SPACE ? id : `${id}-${space}`
}

/** The same for ids that must be UUIDs of version 4: one for each space, and always the same. */
export function uuidIn(space: string, uuid: string): string {
  if (space === DEFAULT_SPACE) return uuid
  const hex = createHash('sha256').update(`${uuid}/${space}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
