import type { Target } from '../../bootstrap/object.ts'
import type { OutputFile } from '../../bootstrap/output.ts'

/** A server that is connected: what belongs on it, and what goes with installing and removing. */
export interface Connected {
  readonly target: Target
  /** Lines about what was found, before anything is done. */
  readonly notes: readonly string[]
  /** What else an installation does, once all objects are there; lines to print. */
  afterInstall(): Promise<readonly string[]>
  /** What a removal does before any object goes, or with `isDry` would do; lines to print. */
  beforeRemove(isDry: boolean): Promise<readonly string[]>
  /** How what could not be removed is freed. */
  readonly remedy: string
  close(): Promise<void>
}

/** One kind of server that can be bootstrapped. */
export interface Product {
  /** What belongs on it as files, without asking it. */
  files(): readonly OutputFile[]
  connect(): Promise<Connected>
}
