import { hash, timingSafeEqual } from 'node:crypto'

/** Who may send. */
export interface Credentials {
  /** With it requests show a user and password; without it a bearer token. */
  readonly username: string | undefined
  /** Passwords or tokens of which each is good; `isUrgent` where the last ones did not fit. Rejects while there are none. */
  readonly secrets: (isUrgent: boolean) => Promise<readonly string[]>
}

/** Whether the header `authorization` shows one of the secrets. Rejects while there are none. */
export async function isAuthorized(header: string | undefined, credentials: Credentials): Promise<boolean> {
  if (header === undefined) return false
  if (fits(header, credentials.username, await credentials.secrets(false))) return true
  return fits(header, credentials.username, await credentials.secrets(true)) // it may have been replaced just now
}

/** What is asked of somebody who shows nothing. */
export function challengeOf({ username }: Credentials): string {
  return username === undefined ? 'Bearer' : 'Basic realm="flagship"'
}

/** Takes as long whichever secret fits, or none. */
function fits(header: string, username: string | undefined, secrets: readonly string[]): boolean {
  const [scheme = '', shown = ''] = header.trim().split(/ +/, 2)
  const isKind = scheme.toLowerCase() === (username === undefined ? 'bearer' : 'basic')
  const digest = digestOf(shown)
  const same = secrets.filter((secret) => timingSafeEqual(digest, digestOf(wanted(username, secret))))
  return isKind && same.length > 0
}

function wanted(username: string | undefined, secret: string): string {
  return username === undefined ? secret : Buffer.from(`${username}:${secret}`).toString('base64')
}

/** Of one length, so that they can be compared. */
function digestOf(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
