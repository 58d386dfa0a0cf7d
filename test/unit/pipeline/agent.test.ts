import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as fc from '../../support/fast-check.ts'
import { describe, expect, onTestFinished, test } from 'vitest'
import { DEFAULT_CONTAINERS } from '../../../src/ingest/discover.ts'
import { type Agent, startAgent } from '../../../src/pipeline/agent.ts'
import { DEFAULT_DEAD_LETTER } from '../../../src/sinks/dead-letter-config.ts'
import { openStateStore } from '../../../src/pipeline/state/store.ts'
import type { Sink } from '../../../src/sinks/sink.ts'
import { FileSink } from '../../../src/sinks/file/sink.ts'
import { createMetrics } from '../../../src/telemetry/metrics.ts'
import { textsOf } from '../fakes/batches.ts'
import { lineTranscoder } from '../fakes/line-transcoder.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { RecordedLog } from '../fakes/recorded-log.ts'
import { put, scratch } from '../fakes/scratch.ts'
import { ALWAYS_LISTED } from '../fakes/always-listed.ts'
import { seededRandom } from '../../support/seeded-random.ts'

const LOG = 'shop_payments-0_5fb132a4-4083-4da2-8177-d5ebf6081906/envoy/0.log'
const LIMITS = { maxBytes: 1_000, maxDocuments: 10, maxAgeMs: 50 }
const NEVER_ROTATE = { maxBytes: 1_000_000_000, maxAgeHours: 8_760, keep: 5 }

/** An agent on real files, by a clock of its own. It can be started and stopped at will. */
class AgentBench {
  readonly root = scratch()
  readonly log = new RecordedLog()
  readonly metrics = createMetrics(false)
  readonly clock = new ManualClock()
  readonly #wrap: (sink: Sink) => Sink
  readonly #names: readonly string[]
  agent: Agent | undefined

  constructor(names: readonly string[] = ['copy'], wrap: (sink: Sink) => Sink = (sink) => sink) {
    this.#names = names
    this.#wrap = wrap
    mkdirSync(join(this.root, 'pods'))
    onTestFinished(async () => this.stop())
  }

  get live(): string {
    return join(this.root, 'pods', LOG)
  }

  async start(inflightBytes = 1_000_000): Promise<Agent> {
    const { clock, log: logger, metrics } = this
    const pods = join(this.root, 'pods')
    const settings = {
      stateDirectory: join(this.root, 'state'),
      spool: { directory: join(this.root, 'spool'), maxBytes: 1_000_000_000, minFreePercent: 0 },
      lockWaitMs: 0,
      discovery: { pods, containers: DEFAULT_CONTAINERS, files: [], nodeName: 'n' },
      inflightBytes,
      pipelines: this.#names.map((name) => ({
        name,
        batch: LIMITS,
        deadLetter: DEFAULT_DEAD_LETTER,
        createSink: () => this.#wrap(this.#sink(name)),
      })),
    }
    const parts = {
      clock,
      random: () => 0.5,
      logger,
      metrics,
      fileSystem: ALWAYS_LISTED,
      openStore: (directory: string) => openStateStore(directory, { clock, slotBytes: 65_536 }),
      makeTranscoder: lineTranscoder,
    }
    this.agent = await clock.drive(startAgent(settings, parts))
    return this.agent
  }

  async stop(graceMs = 1_000): Promise<void> {
    const agent = this.agent
    this.agent = undefined
    if (agent !== undefined) await this.clock.drive(agent.stop(graceMs))
  }

  /** Let time pass until `condition` holds; give up after ten minutes of it. */
  async until(condition: () => boolean): Promise<void> {
    for (let passedMs = 0; passedMs < 600_000 && !condition(); passedMs += 100) await this.clock.advance(100)
    if (!condition()) throw new Error(`it did not come to that; stored: ${this.stored().join(' ')}`)
  }

  stored(name = 'copy'): string[] {
    try {
      return textsOf(readFileSync(join(this.root, `${name}.ndjson`), 'utf8'))
    } catch {
      return []
    }
  }

  #sink(name: string): Sink {
    const path = join(this.root, `${name}.ndjson`)
    return new FileSink(name, { type: 'file', path, rotate: NEVER_ROTATE, batch: LIMITS }, this.clock)
  }
}

describe('startAgent()', () => {
  test('delivers what is there and what comes, each line once over a stop and a start', async () => {
    const bench = new AgentBench()
    put(bench.root, `pods/${LOG}`, 'one\n#dropped\ntwo\n')
    await bench.start()
    await bench.until(() => bench.stored().length === 2)
    appendFileSync(bench.live, 'three\nfo')
    await bench.until(() => bench.stored().length === 3)
    await bench.stop()
    appendFileSync(bench.live, 'ur\n')
    renameSync(bench.live, `${bench.live}.20261122-130000`)
    writeFileSync(bench.live, 'five\n')
    await bench.start()
    await bench.until(() => bench.stored().length === 5)
    expect(bench.stored()).toEqual(['one', 'two', 'three', 'four', 'five'])
  })

  test('has a watermark that never passes a line that is not delivered, and never goes back', async () => {
    const [bench, random] = [new AgentBench(), seededRandom(7)]
    const written: { readonly text: string; readonly atMs: number }[] = []
    put(bench.root, `pods/${LOG}`, '')
    const agent = await bench.start()
    let reachedMs = 0
    for (let turn = 0; turn < 150; turn += 1) {
      if (random() < 0.2) put(bench.root, `pods/shop_new-${turn}_${turn}/envoy/0.log`, `${turn}\n`)
      else {
        if (random() < 0.4) renameSync(bench.live, `${bench.live}.20261122-${130_000 + turn}`)
        appendFileSync(bench.live, `${turn}\n`)
      }
      written.push({ text: String(turn), atMs: bench.clock.nowMs() })
      for (let steps = random() * 20; steps > 0; steps -= 1) {
        await bench.clock.advance(50)
        const { watermarkMs = 0 } = agent.status().pipelines[0] ?? {}
        const stored = new Set(bench.stored())
        expect(written.filter(({ text, atMs }) => atMs < watermarkMs && !stored.has(text))).toEqual([])
        expect(watermarkMs).toBeGreaterThanOrEqual(reachedMs)
        reachedMs = watermarkMs
      }
    }
    expect(reachedMs).toBeGreaterThan(bench.clock.nowMs() - 10_000)
  })

  test('says what it does', async () => {
    const bench = new AgentBench()
    put(bench.root, `pods/${LOG}`, 'one\n#dropped\ntwo\n')
    const agent = await bench.start()
    await bench.until(() => bench.stored().length === 2)
    await bench.clock.advance(2_000)
    expect(agent.status()).toEqual({
      unreadablePlaces: 0,
      pipelines: [
        {
          name: 'copy',
          state: 'delivering',
          trouble: undefined,
          filesFollowed: 1,
          unreadBytes: 0,
          unacknowledgedBytes: 0,
          watermarkMs: expect.closeTo(bench.clock.nowMs(), -4),
          spooledBytes: 0,
          losses: 0,
          lostBytes: 0,
          documentsInDoubt: 0,
          inflightBytes: 0,
          deadLetterBytes: 0,
          bytesRead: 17,
          linesRead: 3,
          linesDropped: 1,
          documentsDelivered: 2,
          documentsRefused: 0,
          documentsRetried: 0,
        },
      ],
    })
    const exposed = await bench.metrics.render()
    expect(exposed).toContain('flagship_documents_delivered_total{pipeline="copy"} 2')
    expect(exposed).toContain('flagship_documents_dropped_total{pipeline="copy",policy="level"} 1')
    expect(exposed).toContain('flagship_pipeline_state{pipeline="copy",state="delivering"} 1')
    expect(bench.log.lines).toEqual([])
  })

  test('follows pods that come later', async () => {
    const bench = new AgentBench()
    await bench.start()
    await bench.clock.advance(5_000)
    put(bench.root, `pods/${LOG}`, 'one\n')
    await bench.until(() => bench.stored().length === 1)
    rmSync(join(bench.root, 'pods', dirname(dirname(LOG))), { recursive: true })
    await bench.until(() => bench.agent?.status().pipelines[0]?.filesFollowed === 0)
    expect(bench.stored()).toEqual(['one'])
  })

  test('ends a line that has no end when its pod is gone', async () => {
    const bench = new AgentBench()
    put(bench.root, `pods/${LOG}`, 'one\n>o begun')
    await bench.start()
    await bench.until(() => bench.stored().length === 1)
    rmSync(join(bench.root, 'pods', dirname(dirname(LOG))), { recursive: true })
    await bench.until(() => bench.stored().length === 2)
    expect(bench.stored()).toEqual(['one', 'begun (cut)'])
  })

  test('keeps one sink that fails from holding up another', async () => {
    const bench = new AgentBench(['copy', 'down'], (sink) =>
      sink.name === 'copy' ? sink : Object.assign(sink, { deliver: async () => [] }),
    )
    put(bench.root, `pods/${LOG}`, 'one\ntwo\n')
    const agent = await bench.start()
    await bench.until(() => bench.stored().length === 2)
    await bench.until(() => agent.status().pipelines[1]?.state === 'retrying')
    expect(agent.status().pipelines[0]?.state).toBe('delivering')
    expect(bench.stored('down')).toEqual([])
  })

  test('reads no more than the budget while a sink takes nothing', async () => {
    const bench = new AgentBench(['copy'], (sink) =>
      Object.assign(sink, {
        deliver: async (batch: { documentCount: number }) =>
          Array.from({ length: batch.documentCount }, () => ({ kind: 'retry', reason: 'busy' })),
      }),
    )
    for (let pod = 0; pod < 20; pod += 1)
      put(bench.root, `pods/shop_p${pod}_u${pod}/envoy/0.log`, 'x'.repeat(91) + '\n')
    const agent = await bench.start(1_000)
    await bench.clock.advance(60_000)
    const [status] = agent.status().pipelines
    expect(status?.inflightBytes).toBe(1_000)
    expect(status?.unreadBytes).toBe(920)
    expect(status?.unacknowledgedBytes).toBe(1_840)
  })

  test('lets a busy file not starve a quiet one', async () => {
    const bench = new AgentBench()
    put(bench.root, 'pods/shop_busy_1/envoy/0.log', `${'b'.repeat(99)}\n`.repeat(100_000))
    put(bench.root, 'pods/shop_quiet_2/envoy/0.log', 'quiet\n')
    await bench.start(600_000)
    await bench.until(() => bench.stored().includes('quiet'))
    expect(bench.stored().indexOf('quiet')).toBeLessThan(10_000)
  })

  test('ends when a sink can never work, and says so', async () => {
    const bench = new AgentBench()
    mkdirSync(join(bench.root, 'copy.ndjson'))
    const agent = await bench.start()
    await expect(agent.done).rejects.toMatchObject({ code: 'SINK_MISCONFIGURED' })
    await bench.stop()
  })

  test('ends with a cursor that cannot be read, and gives the state directory back', async () => {
    const bench = new AgentBench()
    const cursor = put(bench.root, 'state/copy', 'a file in its place')
    await expect(bench.start()).rejects.toMatchObject({ code: 'STATE_UNREADABLE' })
    rmSync(cursor)
    await bench.start()
  })

  test('stops within the grace period though the sink does not answer, and loses nothing', async () => {
    let isDown = true
    const bench = new AgentBench(['copy'], (sink) => {
      const deliver = sink.deliver.bind(sink)
      return Object.assign(sink, {
        deliver: (batch: Parameters<typeof deliver>[0], signal: AbortSignal) =>
          isDown ? Promise.resolve([]) : deliver(batch, signal),
      })
    })
    put(bench.root, `pods/${LOG}`, 'one\ntwo\n')
    await bench.start()
    await bench.clock.advance(5_000)
    await bench.stop(500)
    expect(bench.stored()).toEqual([])
    isDown = false
    await bench.start()
    await bench.until(() => bench.stored().length === 2)
  })

  test('gives each line once over stops at any moment, with lines in pieces across rotations', {
    timeout: 60_000,
  }, async () => {
    const stream = fc.constantFrom('o', 'e')
    const action = fc.oneof(
      { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('line', 'end'), stream }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('piece'), stream }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('rotate', 'restart', 'wait'), stream }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 30 }), async (actions) => {
        const bench = new AgentBench()
        put(bench.root, `pods/${LOG}`, '')
        const writer = new PieceWriter(bench.live)
        await bench.start()
        for (const step of actions) {
          if (step.do === 'wait') await bench.clock.advance(600)
          else if (step.do === 'restart') {
            await bench.clock.advance(2_500) // enough to follow a rotation
            await bench.stop()
            await bench.start()
          } else writer.write(step.do, step.stream)
        }
        writer.endAll()
        await bench.until(() => bench.stored().length >= writer.whole.length)
        await bench.clock.advance(3_000)
        expect(bench.stored().sort()).toEqual([...writer.whole].sort())
        await bench.stop()
      }),
      { seed: 21, numRuns: 60 },
    )
  })
})

/** Writes numbered lines, whole and in pieces, and rotates between them as kubelet does. */
class PieceWriter {
  readonly whole: string[] = []
  readonly #live: string
  readonly #open = new Map<string, string>()
  #count = 0
  #rotations = 0

  constructor(live: string) {
    this.#live = live
  }

  write(what: 'line' | 'piece' | 'end' | 'rotate', stream: string): void {
    const text = `n${this.#count}`
    this.#count += 1
    const begun = this.#open.get(stream)
    if (what === 'rotate') return this.#rotate()
    if (what === 'piece') {
      this.#open.set(stream, (begun ?? '') + text)
      return appendFileSync(this.#live, `>${stream} ${text}\n`)
    }
    if (begun === undefined || what === 'line') {
      if (begun !== undefined) return
      this.whole.push(text)
      return appendFileSync(this.#live, `${text}\n`)
    }
    this.#open.delete(stream)
    this.whole.push(begun + text)
    appendFileSync(this.#live, `.${stream} ${text}\n`)
  }

  endAll(): void {
    for (const stream of this.#open.keys()) this.write('end', stream)
  }

  #rotate(): void {
    this.#rotations += 1
    renameSync(this.#live, `${this.#live}.20261122-1300${String(this.#rotations).padStart(2, '0')}`)
    writeFileSync(this.#live, '')
  }
}
