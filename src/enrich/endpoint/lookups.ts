import type { Confidence } from './resolution.ts'

/**
 * How often addresses were looked up and what came of it. Answers that repeat are kept, so that it counts what was
 * worked out and not lines.
 */
export class Lookups {
  readonly #counts: Record<Confidence, number> = { exact: 0, ambiguous: 0, none: 0 }
  /** The address says another pod than the certificate: with one cluster and one trust domain, a wrong answer. */
  sanMismatches = 0

  count(confidence: Confidence): void {
    this.#counts[confidence] += 1
  }

  get totals(): Readonly<Record<Confidence, number>> {
    return this.#counts
  }
}
