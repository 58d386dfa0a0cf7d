import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Clock, SYSTEM_CLOCK } from '../../src/clock.ts'
import type { ApiAccess, Credentials } from '../../src/enrich/kubernetes/api/access.ts'
import type { ApiObserver } from '../../src/enrich/kubernetes/api/observer.ts'
import type { WatchParts } from '../../src/enrich/kubernetes/api/watch-cluster.ts'
import type { Logger } from '../../src/logger.ts'

/** Waits are over at once, and kept. */
export class HastyClock implements Clock {
  readonly waitsMs: number[] = []

  nowMs(): number {
    return SYSTEM_CLOCK.nowMs()
  }

  elapsedMs(): number {
    return SYSTEM_CLOCK.elapsedMs()
  }

  async sleep(ms: number): Promise<void> {
    this.waitsMs.push(ms)
    await nextTurn()
  }
}

/** Counts by what is counted: `pods ADDED`, `pods list`, `pods 410`, `pods rejected`. */
export class CountingObserver implements ApiObserver {
  readonly counts = new Map<string, number>()

  of(what: string): number {
    return this.counts.get(what) ?? 0
  }

  event(resource: string, type: string): void {
    this.#count(`${resource} ${type}`)
  }

  list(resource: string): void {
    this.#count(`${resource} list`)
  }

  failure(resource: string, code: string): void {
    this.#count(`${resource} ${code}`)
  }

  reject(resource: string): void {
    this.#count(`${resource} rejected`)
  }

  #count(what: string): void {
    this.counts.set(what, this.of(what) + 1)
  }
}

/** Keeps what is said. */
export class KeptLog implements Logger {
  readonly lines: string[] = []

  info(_: object, message: string): void {
    this.lines.push(`info ${message}`)
  }

  warn(_: object, message: string): void {
    this.lines.push(`warn ${message}`)
  }

  error(_: object, message: string): void {
    this.lines.push(`error ${message}`)
  }
}

/** A server with these credentials, which never change. */
export function plainAccess(url: string, token?: string, tls: Partial<Credentials['tls']> = {}): ApiAccess {
  const trust = { ca: undefined, cert: undefined, key: undefined, servername: undefined, isVerified: true, ...tls }
  const authorization = token === undefined ? undefined : `Bearer ${token}`
  return { server: new URL(url), current: async () => ({ authorization, tls: trust }) }
}

/** Parts of a watch, with what it counts and says. */
export type TestedParts = WatchParts & { readonly logger: KeptLog; readonly observer: CountingObserver }

/** Parts of a watch that does not wait. */
export function watchParts(parts: Partial<TestedParts> = {}): TestedParts {
  return {
    encoding: 'protobuf',
    labels: ['app', 'version'],
    namespaceLabels: [],
    clock: new HastyClock(),
    random: () => 0,
    logger: new KeptLog(),
    observer: new CountingObserver(),
    ...parts,
  }
}
