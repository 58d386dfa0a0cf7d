import type { Clock } from '../../clock.ts'
import { RotatingFile } from '../../clients/rotating-file.ts'
import type { Credentials } from '../../ingest/http/authorization.ts'

/** Tokens or passwords of a file, one a line, as it is now. */
export function secretsIn(path: string, clock: Clock): Credentials['secrets'] {
  const file = new RotatingFile(path, () => undefined, clock)
  return async (isUrgent) => (await file.text(isUrgent)).split(/\r?\n/).filter((line) => line !== '')
}
