import type { ResourceName } from './resources.ts'

/** Told what happens, to be counted; every label has few values. */
export interface ApiObserver {
  /** An object of a list (`LISTED`) or an event of a watch: `ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK`. */
  event(resource: ResourceName, type: string): void
  /** A whole list begins, the first one too. */
  list(resource: ResourceName): void
  /** An HTTP status, or `connection`, `timeout`, `silent`, `cut`, `malformed`, `credentials`, `content_type`. */
  failure(resource: ResourceName, code: string): void
  /** An object that cannot be read. */
  reject(resource: ResourceName): void
}

/** For who counts nothing. */
export const UNOBSERVED: ApiObserver = { event() {}, list() {}, failure() {}, reject() {} }
