/**
 * Versions of one resource, as decimal integers, in the order in which things happened; undefined where there is none,
 * or none that can be compared. A later one is never known without all before it.
 */
export interface Versions {
  /** Everything that happened up to this version is known. */
  readonly knows: string | undefined
  /** The newest version of an object that was handed over, told of as deleted or not. */
  readonly told: string | undefined
}

/** Where nothing is known yet. */
export const NO_VERSIONS: Versions = { knows: undefined, told: undefined }

/** Far more digits than any server counts to: nobody promises how many there are. */
const COMPARABLE = /^[1-9][0-9]{0,127}$/

/**
 * Whether a resource version says which of two is newer.
 * Source: kubernetes/website#52848 for KEP-5504: from Kubernetes 1.35 on versions of one resource may be compared as
 * integers of any size. The API servers before it counted the same way without a promise to clients.
 */
export function isComparable(version: unknown): version is string {
  return typeof version === 'string' && COMPARABLE.test(version)
}

/** Whether `one` is older than `other`; both are comparable. */
export function isOlder(one: string, other: string): boolean {
  return one.length === other.length ? one < other : one.length < other.length
}

/** The newer of two comparable versions. */
export function newerOf(one: string | undefined, other: string): string {
  return one === undefined || isOlder(one, other) ? other : one
}
