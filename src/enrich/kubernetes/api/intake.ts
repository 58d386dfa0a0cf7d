import type { Clock } from '../../../clock.ts'
import { reasonOf } from '../../../errors.ts'
import type { Logger } from '../../../logger.ts'
import { quote } from '../../../record/quote.ts'
import { type FieldProblem, isObject, type JsonObject } from '../field-reader.ts'
import type { ApiObserver } from './observer.ts'
import { Progress } from './progress.ts'
import type { Resource } from './resources.ts'
import type { Part } from './splitter.ts'

/** Objects that are told of; the others are only counted. */
const MOST_TOLD = 5

/** What hands objects of one resource over: a bad one is counted and the first few are told, and never stops the others. */
export class Intake {
  readonly resource: Resource
  readonly observer: ApiObserver
  readonly progress = new Progress()
  readonly #clock: Clock
  readonly #logger: Logger
  #told = 0
  /** Objects that could not be used. */
  rejectedCount = 0

  constructor(resource: Resource, observer: ApiObserver, clock: Clock, logger: Logger) {
    this.resource = resource
    this.observer = observer
    this.#clock = clock
    this.#logger = logger
  }

  /** What `read` makes of a part; undefined where it is nothing we can use. */
  read<T>(part: Part, read: (bytes: Buffer) => T): T | undefined {
    if (part.what === 'oversize') {
      this.#reject('an object', 'larger than any that the API server stores')
      return undefined
    }
    try {
      return read(part.bytes)
    } catch (error) {
      this.#reject('an object', reasonOf(error))
      return undefined
    }
  }

  put(object: JsonObject): void {
    this.#attempt(object, () => this.resource.put(object, this.#clock.nowMs()))
  }

  remove(object: JsonObject): void {
    this.#attempt(object, () => this.resource.remove(object, this.#clock.nowMs()))
  }

  #attempt(object: JsonObject, act: () => FieldProblem | undefined): void {
    this.progress.hand(versionOf(object))
    try {
      const problem = act()
      if (problem === undefined) return
      this.#reject(titleOf(object), `${problem.field} is ${problem.found}, expected ${problem.expected}`)
    } catch (error) {
      this.#reject(titleOf(object), reasonOf(error)) // a bug, which must not stop all that follow
    }
  }

  /** A whole list was handed over: what is not in it is gone. */
  async retain(keys: ReadonlySet<string>): Promise<void> {
    await this.resource.retain(keys, this.#clock.nowMs())
  }

  #reject(title: string, reason: string): void {
    this.rejectedCount += 1
    this.observer.reject(this.resource.name)
    if (this.#told >= MOST_TOLD) return
    this.#told += 1
    this.#logger.warn({ resource: this.resource.name }, `Cannot use ${title} of ${this.resource.name}: ${reason}`)
  }
}

/** `shop/web-0`, as far as the object tells. */
function titleOf({ metadata }: JsonObject): string {
  const { namespace, name } = isObject(metadata) ? metadata : {}
  const names = [namespace, name].filter((text) => typeof text === 'string')
  return names.length === 0 ? 'an object' : quote(names.join('/').slice(0, 200))
}

/** The version a list or an object has, as it is given back. */
export function versionOf({ metadata }: JsonObject): string | undefined {
  const version = isObject(metadata) ? metadata['resourceVersion'] : undefined
  return typeof version === 'string' && version !== '' ? version : undefined
}
