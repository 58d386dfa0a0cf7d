import type { Clock } from '../../../clock.ts'
import { type Complain, RotatingFile } from '../../../clients/rotating-file.ts'

/** A text that stands in a kubeconfig, or in a file that is replaced from time to time. */
export type Secret = string | RotatingFile

/** What is in `path`; undefined without a path. */
export function secretFile(path: string | undefined, complain: Complain, clock: Clock): RotatingFile | undefined {
  return path === undefined ? undefined : new RotatingFile(path, complain, clock)
}

/** Its newest text. Rejects with an Error where the file never was there. */
export async function textOf(secret: Secret | undefined, isUrgent: boolean): Promise<string | undefined> {
  return typeof secret === 'object' ? secret.text(isUrgent) : secret
}
