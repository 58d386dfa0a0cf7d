import * as fc from '../../../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { ProtocolBench, SETTLE_MS } from './bench.ts'
import type { Bulk } from './scripted-elasticsearch.ts'

/** More runs, for who has the time: the seed changes with them. */
const RUNS = Number(process.env['PROTOCOL_RUNS'] ?? 60)
/** What may be on its way, and what a node may not know, is over before this: the assumption of the protocol. */
const BOUND_MS = SETTLE_MS * 0.8

const STREAMS = ['o', 'e'] as const
const KINDS = ['line', 'piece', 'end', 'rotate', 'delete', 'remove', 'pass', 'pass', 'wait', 'crash', 'start'] as const
const FAULTS = [
  'hold',
  'release',
  'lose',
  'rollover',
  'lag',
  'route',
  'run',
  'answer',
  'answer',
  'give up',
  'die',
  'primary',
] as const

const step = fc.record({ kind: fc.constantFrom(...KINDS, ...FAULTS), pick: fc.nat({ max: 11 }) })
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Takes steps of the delivery model on the bench, those that are possible at the time. */
class Walk {
  readonly #bench = new ProtocolBench()
  #count = 0
  #isLost = false
  #laggedMs = 0
  /** When bulks were given up. */
  readonly #abandoned = new Map<Bulk, number>()

  async all(steps: readonly Step[]): Promise<readonly string[]> {
    await this.#bench.startAfterFirstRun()
    this.#bench.server.isHolding = true
    for (const each of steps) await this.#take(each)
    for (const bulk of this.#bench.server.bulks) if (!bulk.isAwaited && !bulk.isOver) this.#goOn(bulk)
    this.#bench.kubelet.endAll()
    return this.#bench.rest()
  }

  end(): Promise<void> {
    return this.#bench.stop()
  }

  async #take({ kind, pick }: Step): Promise<void> {
    const { server, disk } = this.#bench
    const stream = STREAMS[pick % STREAMS.length] ?? 'o'
    switch (kind) {
      case 'line':
      case 'piece':
      case 'end':
        return this.#write(kind, stream)
      case 'pass':
        return this.#pass(pick % 2 === 0 ? 600 : 100)
      case 'wait':
        return this.#pass(SETTLE_MS * 2)
      case 'hold':
        return disk.hold()
      case 'release':
        return disk.release()
      case 'rollover':
        return server.isLagging ? undefined : server.rollover()
      case 'lag':
        return this.#lag(pick)
      case 'crash':
      case 'start':
      case 'lose':
        return this.#live(kind)
      case 'rotate':
      case 'delete':
      case 'remove':
        return this.#clean(kind)
      default:
        return this.#serve(kind, pick)
    }
  }

  #write(kind: 'line' | 'piece' | 'end', stream: string): void {
    const { kubelet } = this.#bench
    this.#count += 1
    if (!kubelet.isGone) kubelet[kind](...textFor(kind, stream, `n${this.#count}.`))
  }

  async #live(kind: 'crash' | 'start' | 'lose'): Promise<void> {
    const bench = this.#bench
    if (kind === 'start' && !bench.isRunning) await bench.start()
    if (kind === 'crash' && bench.isRunning) {
      for (const bulk of bench.server.waiting) this.#abandoned.set(bulk, bench.clock.elapsedMs())
      await bench.crash()
    }
    if (kind !== 'lose' || bench.isRunning || this.#isLost) return
    this.#isLost = true
    bench.disk.lose()
  }

  async #clean(kind: 'rotate' | 'delete' | 'remove'): Promise<void> {
    const { kubelet, isRunning } = this.#bench
    if (kubelet.isGone) return
    if (kind === 'rotate') return kubelet.rotate()
    if (kind === 'delete') return void kubelet.deleteOldest()
    if (isRunning) await this.#pass(1_200) // what comes and goes between two looks, the last of its chain, nobody can name
    kubelet.remove()
  }

  #lag(pick: number): void {
    const { server, clock } = this.#bench
    server.answersOf = pick % 2 === 0 ? 'old' : 'new'
    if (server.isLagging) return
    server.isLagging = true
    server.rollover()
    this.#laggedMs = clock.elapsedMs()
  }

  /** The next step of one bulk. */
  #serve(kind: 'route' | 'run' | 'answer' | 'give up' | 'die' | 'primary', pick: number): void {
    const { server } = this.#bench
    const open = server.bulks.filter((bulk) => bulk.isAwaited || !bulk.isOver)
    const bulk = open[pick % Math.max(open.length, 1)]
    if (bulk === undefined) return
    if (kind === 'give up' && bulk.isAwaited) this.#abandon(bulk.giveUp())
    if (kind === 'die' && !bulk.isAwaited) bulk.die()
    if (kind === 'primary' && bulk.isCopying) bulk.losePrimary()
    if (kind === 'route') this.#route(bulk, pick)
    if (kind === 'run' && !bulk.hasRun) bulk.run({ ...outcomesOf(bulk, pick), isCopying: pick % 3 === 0 })
    if (kind !== 'answer' || !bulk.isAwaited) return
    if (!bulk.hasRun) bulk.run(outcomesOf(bulk, pick))
    bulk.copied().answer()
  }

  #route(bulk: Bulk, pick: number): void {
    const { server } = this.#bench
    if (bulk.isOnItsWay)
      bulk.route(Math.max(0, server.newest(bulk.stream) - (server.isLagging && pick % 2 === 0 ? 1 : 0)))
  }

  #abandon(bulk: Bulk): void {
    this.#abandoned.set(bulk, this.#bench.clock.elapsedMs())
  }

  #goOn(bulk: Bulk): void {
    if (bulk.isOnItsWay) bulk.route()
    if (!bulk.hasRun) bulk.run()
    bulk.copied()
  }

  /** Let time pass; what has a bound is over before it. */
  async #pass(ms: number): Promise<void> {
    const { server, clock } = this.#bench
    const untilMs = clock.elapsedMs() + ms
    if (server.isLagging && untilMs - this.#laggedMs >= BOUND_MS) server.isLagging = false
    for (const [bulk, sinceMs] of this.#abandoned) if (bulk.isOnItsWay && untilMs - sinceMs >= BOUND_MS) bulk.route()
    await this.#bench.pass(ms)
  }
}

function textFor(kind: 'line' | 'piece' | 'end', stream: string, text: string): [string, string] {
  return kind === 'line' ? [text, ''] : [stream, text]
}

/** One document of a bulk gets another answer than the rest. */
function outcomesOf({ texts }: Bulk, pick: number) {
  const one = texts.slice(pick % Math.max(texts.length, 1)).slice(0, 1)
  return [{}, {}, { refused: one }, { busy: one }, { failed: one }][pick % 5] ?? {}
}

describe('startAgent()', () => {
  test('keeps the law of delivery over random steps of the delivery model', {
    timeout: 60_000 + RUNS * 1_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (steps) => {
        const walk = new Walk()
        expect(await walk.all(steps).finally(() => walk.end())).toEqual([])
      }),
      { seed: RUNS, numRuns: RUNS, endOnFailure: true },
    )
  })
})
