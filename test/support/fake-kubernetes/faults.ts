import type { Resource } from './object.ts'
import type { Failure } from './status.ts'

/**
 * What happens to one request. `hang`: it is taken and never answered. `destroy`: its connection ends at once.
 * `answer`: this is answered. The others are about the body of a good answer. `cut`: the connection ends after so many
 * bytes, on the wire. `silence`: nothing comes after so many bytes, and the connection stays. `drip`: so many bytes at
 * a time. `repeat`: each change of a watch comes twice. `reorder`: so many changes at a time come in reverse.
 */
export type Fault =
  | { readonly kind: 'hang' }
  | { readonly kind: 'destroy' }
  | { readonly kind: 'answer'; readonly failure: Failure }
  | { readonly kind: 'cut'; readonly afterBytes: number }
  | { readonly kind: 'silence'; readonly afterBytes: number }
  | { readonly kind: 'drip'; readonly bytes: number; readonly everyMs: number }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'reorder'; readonly count: number }

/** Which requests a fault meets; all when nothing is said. */
export interface FaultScope {
  readonly verb?: 'list' | 'watch'
  readonly resource?: Resource
  /** How many; 1 unless said. */
  readonly times?: number
}

interface Planned {
  readonly fault: Fault
  readonly scope: FaultScope
  left: number
}

/** Faults that are still to come, first planned first. */
export class Faults {
  #planned: Planned[] = []

  add(fault: Fault, scope: FaultScope = {}): void {
    this.#planned.push({ fault, scope, left: scope.times ?? 1 })
  }

  clear(): void {
    this.#planned = []
  }

  /** The fault of a request, which is used up. */
  take(verb: string, resource: string): Fault | undefined {
    const planned = this.#planned.find(
      ({ scope }) => (scope.verb ?? verb) === verb && (scope.resource ?? resource) === resource,
    )
    if (planned === undefined) return undefined
    planned.left -= 1
    if (planned.left <= 0) this.#planned = this.#planned.filter((other) => other !== planned)
    return planned.fault
  }
}
