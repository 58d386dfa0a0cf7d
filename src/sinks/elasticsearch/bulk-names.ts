import { createHash, randomBytes } from 'node:crypto'

const LONGEST_AGENT_ID = 200

/** The name of one bulk, its `X-Opaque-Id`: what the server shows of it in its list of tasks. */
export interface BulkName {
  readonly number: number
  readonly opaqueId: string
}

/** A bulk as the server's list of tasks shows it. */
export interface BulkTask {
  readonly opaqueId: string
  readonly runningMs: number
}

/** Names bulks, and knows which of those that still run are no longer waited for. */
export class BulkNames {
  readonly #pipelinePrefix: string
  readonly #bootPrefix: string
  readonly #patienceMs: number
  readonly #abandoned = new Map<number, number>()
  #count = 0

  /**
   * `agentId` tells agents of one cluster apart: CLUSTER/NODE. `patienceMs`: so long another process of the same name
   * waits for its bulks; 0 where there is no other at the same time.
   */
  constructor(agentId: string, pipeline: string, patienceMs = 0, boot = randomBytes(6).toString('base64url')) {
    this.#patienceMs = patienceMs
    this.#pipelinePrefix = `flagship/${headerText(agentId)}/${pipeline}/`
    this.#bootPrefix = `${this.#pipelinePrefix}${boot}/`
  }

  next(): BulkName {
    this.#count += 1
    return { number: this.#count, opaqueId: `${this.#bootPrefix}${this.#count}` }
  }

  /** Its answer, or a part of it, is not waited for any more: it may still run. */
  abandon({ number }: BulkName, nowMs: number): void {
    this.#abandoned.set(number, nowMs)
  }

  /** Whether a running task is of a bulk of this pipeline that nobody waits for: from an earlier run, or abandoned. */
  isLeftOver({ opaqueId, runningMs }: BulkTask): boolean {
    if (!opaqueId.startsWith(this.#pipelinePrefix)) return false
    if (!opaqueId.startsWith(this.#bootPrefix)) return runningMs >= this.#patienceMs
    return this.#abandoned.has(Number(opaqueId.slice(this.#bootPrefix.length)))
  }

  /** What was abandoned before is over, so that the list does not grow. */
  forget(beforeMs: number): void {
    for (const [number, abandonedMs] of this.#abandoned) if (abandonedMs < beforeMs) this.#abandoned.delete(number)
  }
}

/** Fit for a header, and different for different agents. */
function headerText(agentId: string): string {
  const text = agentId.toWellFormed().split('/').map(encodeURIComponent).join('/')
  return text.length <= LONGEST_AGENT_ID ? text : createHash('sha256').update(agentId).digest('base64url')
}
