import { isAbsolute, join } from 'node:path'
import { FlagshipError } from '../../../errors.ts'
import { quote } from '../../../record/quote.ts'
import { foundText, isObject, type JsonObject } from '../field-reader.ts'

/** A kubeconfig that cannot be used: which file, where in it, and what to do. Values that may be secret are never in it. */
export function kubeconfigError(file: string, place: string, state: string, cause?: unknown): FlagshipError {
  const where = place === '' ? '' : `, ${place}`
  return new FlagshipError('KUBECONFIG_INVALID', `Cannot use kubeconfig ${quote(file)}${where}: ${state}`, cause)
}

/** An object in a kubeconfig that knows where it stands; every method throws FlagshipError KUBECONFIG_INVALID. */
export class KubeconfigEntry {
  readonly file: string
  readonly #directory: string
  readonly #place: string
  readonly #object: JsonObject

  constructor(file: string, directory: string, place: string, object: JsonObject) {
    this.file = file
    this.#directory = directory
    this.#place = place
    this.#object = object
  }

  /** Absent where it is missing or empty, as for kubectl. */
  text(name: string): string | undefined {
    const value = this.#object[name] ?? ''
    if (typeof value !== 'string') throw this.not(name, `it is ${kindOf(value)}, expected a text`)
    return value === '' ? undefined : value
  }

  requiredText(name: string, remedy: string): string {
    const value = this.text(name)
    if (value === undefined) throw this.not(name, `it is missing; ${remedy}`)
    return value
  }

  isTrue(name: string): boolean {
    const value = this.#object[name] ?? false
    if (typeof value !== 'boolean') throw this.not(name, `it is ${kindOf(value)}, expected true or false`)
    return value
  }

  object(name: string): KubeconfigEntry | undefined {
    const value = this.#object[name] ?? undefined
    if (value === undefined) return undefined
    if (!isObject(value)) throw this.not(name, `it is ${kindOf(value)}, expected a mapping`)
    return new KubeconfigEntry(this.file, this.#directory, this.#at(name), value)
  }

  objects(name: string): readonly KubeconfigEntry[] {
    const value = this.#object[name] ?? []
    if (!Array.isArray(value)) throw this.not(name, `it is ${kindOf(value)}, expected a list`)
    return value.map((each: unknown, at) => {
      if (!isObject(each)) throw this.not(`${name}[${at}]`, `it is ${kindOf(each)}, expected a mapping`)
      return new KubeconfigEntry(this.file, this.#directory, this.#at(`${name}[${at}]`), each)
    })
  }

  texts(name: string): readonly string[] {
    const value = this.#object[name] ?? []
    if (!Array.isArray(value)) throw this.not(name, `it is ${kindOf(value)}, expected a list`)
    return value.map((each: unknown, at) => {
      if (typeof each !== 'string') throw this.not(`${name}[${at}]`, `it is ${kindOf(each)}, expected a text`)
      return each
    })
  }

  /** What stands there in base64. */
  decoded(name: string): string | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    if (!/^[A-Za-z0-9+/\s]+=*\s*$/.test(value)) throw this.not(name, 'it is not base64')
    return Buffer.from(value, 'base64').toString()
  }

  /** A path, which is relative to the file it stands in. */
  path(name: string): string | undefined {
    const value = this.text(name)
    return value === undefined ? undefined : this.resolved(value)
  }

  resolved(path: string): string {
    return isAbsolute(path) ? path : join(this.#directory, path)
  }

  /** Whatever is there is something we cannot do. */
  refuse(name: string, remedy: string): void {
    const value = this.#object[name] ?? ''
    const isEmpty = value === '' || (Array.isArray(value) && value.length === 0)
    if (!isEmpty) throw this.not(name, `it is not supported; ${remedy}`)
  }

  not(name: string, state: string, cause?: unknown): FlagshipError {
    return kubeconfigError(this.file, this.#at(name), state, cause)
  }

  #at(name: string): string {
    return this.#place === '' ? name : `${this.#place}.${name}`
  }
}

/** Never the value: it may be a password. */
function kindOf(value: unknown): string {
  return typeof value === 'object' ? foundText(value) : `a ${typeof value}`
}
