import type { Workload } from '../../../../src/enrich/endpoint/row.ts'

/**
 * One copy of what many pods have in common: namespaces, nodes, accounts, labels, workloads. Starts over when full,
 * which costs sharing and nothing else.
 */
export class Shared {
  readonly #texts = new Map<string, string>()
  readonly #workloads = new Map<string, Workload>()

  text(text: string): string {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    if (this.#texts.size >= MAX_SHARED) this.#texts.clear()
    this.#texts.set(text, text)
    return text
  }

  workload({ kind, name }: Workload): Workload {
    const key = `${kind}/${name}`
    const known = this.#workloads.get(key)
    if (known !== undefined) return known
    const workload = { kind: this.text(kind), name: this.text(name) }
    if (this.#workloads.size >= MAX_SHARED) this.#workloads.clear()
    this.#workloads.set(key, workload)
    return workload
  }
}

const MAX_SHARED = 65_536
