import type { Clock } from '../../../src/clock.ts'
import { FlagshipError } from '../../../src/errors.ts'
import type { Batch } from '../../../src/sinks/batch.ts'
import { ACCEPTED, type Buried, type Outcome, type Sink, type Transaction } from '../../../src/sinks/sink.ts'
import { textsOf } from './batches.ts'

/** What becomes of the next request: nobody gets it, its answer is lost, or it arrives when nobody waits any more. */
export type Fault = 'lose' | 'mute' | 'late'

interface OpenTransaction {
  readonly texts: string[]
  readonly ids: string[]
}

/** A broker with one transactional identity: what is committed, and what is open. */
export class TransactionLog {
  readonly texts: string[] = []
  readonly ids: string[] = []
  cursor = new Map<string, unknown>()
  commits = 0
  #epoch = 0
  /** The epoch was raised by the broker, not by another agent. */
  #isExpired = false
  #open: OpenTransaction = { texts: [], ids: [] }
  readonly #faults: Fault[] = []
  readonly #late: (() => void)[] = []

  plan(fault: Fault): void {
    this.#faults.push(fault)
  }

  /** Nothing goes wrong any more. */
  calm(): void {
    this.#faults.length = 0
    this.arrive()
  }

  /** What was late comes now. */
  arrive(): void {
    for (const request of this.#late.splice(0)) request()
  }

  /** The open transaction took too long. */
  expire(): void {
    this.#begin()
    this.#isExpired = true
  }

  init(): number {
    return this.#request(() => {
      this.#begin()
      this.#isExpired = false
      return this.#epoch
    })
  }

  read(): ReadonlyMap<string, unknown> {
    return this.#request(() => new Map(this.cursor))
  }

  write(epoch: number, texts: readonly string[], ids: readonly string[]): void {
    this.#request(() => {
      this.#expect(epoch)
      this.#open.texts.push(...texts)
      this.#open.ids.push(...ids)
    })
  }

  commit(epoch: number, changes: ReadonlyMap<string, unknown>): void {
    const stored = JSON.parse(JSON.stringify([...changes].map(([key, value]) => [key, value ?? null])))
    this.#request(() => {
      this.#expect(epoch)
      this.texts.push(...this.#open.texts)
      this.ids.push(...this.#open.ids)
      for (const [key, value] of stored)
        if (value === null) this.cursor.delete(key)
        else this.cursor.set(key, value)
      this.commits += 1
      this.#open = { texts: [], ids: [] }
    })
  }

  #begin(): void {
    this.#epoch += 1
    this.#open = { texts: [], ids: [] }
  }

  #expect(epoch: number): void {
    if (epoch === this.#epoch) return
    throw new FlagshipError(this.#isExpired ? 'TRANSACTION_LOST' : 'SINK_FENCED', 'Cannot write: outdated')
  }

  #request<T>(work: () => T): T {
    const fault = this.#faults.shift()
    if (fault === undefined) return work()
    if (fault === 'mute') work()
    if (fault === 'late') {
      this.#late.push(() => {
        const epoch = this.#epoch
        try {
          work()
        } catch {
          // Nobody waits for it.
        }
        if (this.#epoch !== epoch) this.#isExpired = true // a late init: the sink knows that it may be its own
      })
    }
    throw new FlagshipError('TRANSACTION_LOST', 'no answer')
  }
}

const REQUEST_MS = 20

/** Writes to it as `ExactKafkaSink` does; what `isDead` says no more reaches the log. */
export class TransactionSink implements Sink, Transaction {
  readonly name = 'stream'
  readonly concurrency = 1
  readonly regroups = false
  readonly transaction = this
  readonly #log: TransactionLog
  readonly #isDead: () => boolean
  readonly #clock: Clock
  #epoch: number | undefined
  #over: unknown

  constructor(log: TransactionLog, clock: Clock, isDead: () => boolean) {
    this.#clock = clock
    this.#log = log
    this.#isDead = isDead
  }

  async open(): Promise<void> {}

  async recover(): Promise<ReadonlyMap<string, unknown> | undefined> {
    this.#expectLife()
    this.#epoch = undefined
    const epoch = this.#log.init()
    const values = this.#log.read()
    this.#epoch = epoch
    return values.size === 0 ? undefined : values
  }

  async deliver({ segments }: Batch): Promise<readonly Outcome[]> {
    const texts = segments.flatMap(({ bytes }) => textsOf(bytes.toString()))
    const ids = segments.flatMap((segment) => segment.ids)
    const isRefused = (index: number) => texts[index]?.startsWith('poison') === true
    await this.#do((epoch) => {
      this.#log.write(
        epoch,
        texts.filter((_, index) => !isRefused(index)),
        ids.filter((_, index) => !isRefused(index)),
      )
    })
    return ids.map((_, index) => (isRefused(index) ? { kind: 'refused', reason: 'poison' } : ACCEPTED))
  }

  async bury(documents: readonly Buried[]): Promise<readonly Buried[]> {
    await this.#do((epoch) => {
      this.#log.write(
        epoch,
        documents.map(({ line }) => `dead ${textIn(line)}`),
        documents.map(({ id }) => id),
      )
    })
    return []
  }

  async commit(changes: ReadonlyMap<string, unknown>): Promise<void> {
    await this.#do((epoch) => this.#log.commit(epoch, changes))
  }

  async close(): Promise<void> {}

  /** It takes its time to get there and back. */
  async #do(work: (epoch: number) => void): Promise<void> {
    await this.#clock.sleep(REQUEST_MS)
    this.#expectLife()
    if (this.#epoch === undefined) throw this.#over
    try {
      work(this.#epoch)
      await this.#clock.sleep(REQUEST_MS)
      this.#expectLife()
    } catch (error) {
      this.#epoch = undefined
      this.#over = error
      throw error
    }
  }

  #expectLife(): void {
    if (this.#isDead()) throw new FlagshipError('TRANSACTION_LOST', 'killed')
  }
}

function textIn(line: Buffer): string {
  const { document }: { readonly document: { readonly n: string } } = JSON.parse(line.toString())
  return document.n
}
