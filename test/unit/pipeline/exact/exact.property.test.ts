import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as fc from '../../../support/fast-check.ts'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Agent, startAgent } from '../../../../src/pipeline/agent.ts'
import { openStateStore } from '../../../../src/pipeline/state/store.ts'
import { DEFAULT_DEAD_LETTER } from '../../../../src/sinks/dead-letter-config.ts'
import { createMetrics } from '../../../../src/telemetry/metrics.ts'
import { ALWAYS_LISTED } from '../../fakes/always-listed.ts'
import { lineTranscoder } from '../../fakes/line-transcoder.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { RecordedLog } from '../../fakes/recorded-log.ts'
import { put, scratch } from '../../fakes/scratch.ts'
import { type Fault, TransactionLog, TransactionSink } from '../../fakes/transaction-log.ts'

const LOG = 'pods/shop_payments-0_5fb132a4-4083-4da2-8177-d5ebf6081906/envoy/0.log'
const RUNS = Number(process.env['PROTOCOL_RUNS'] ?? 15)

interface Life {
  readonly agent: Agent
  readonly ended: Promise<unknown>
  isDead: boolean
}

/** Files, agents with a state each, and one log that all of them write to. */
class ExactBench {
  readonly root = scratch()
  readonly clock = new ManualClock()
  readonly log = new TransactionLog()
  readonly logger = new RecordedLog()
  readonly written: string[] = []
  readonly #lives = new Map<string, Life>()
  #rotated = 0

  constructor() {
    put(this.root, LOG)
    onTestFinished(async () => {
      for (const state of this.#lives.keys()) await this.stop(state)
    })
  }

  isRunning(state = 'one'): boolean {
    return this.#lives.has(state)
  }

  line(kind = 'line', log = LOG): void {
    const text = `${kind}-${this.written.length}`
    this.written.push(text)
    const path = join(this.root, log)
    mkdirSync(dirname(path), { recursive: true })
    appendFileSync(path, `${text}\n`)
  }

  /** Lines of many files, which make a batch each: one is delivered while another one is committed. */
  burst(): void {
    for (let line = 0; line < 12; line += 1) this.line('line', LOG.replace('5fb132a4', `5fb132a${4 + (line % 4)}`))
  }

  rotate(): void {
    this.#rotated += 1
    renameSync(join(this.root, LOG), join(this.root, `${LOG}.20261122-${130_000 + this.#rotated}`))
    put(this.root, LOG)
  }

  async start(state = 'one'): Promise<Life> {
    const life = { isDead: false }
    const isDead = () => life.isDead
    const { clock, logger, log } = this
    mkdirSync(join(this.root, state), { recursive: true })
    const settings = {
      stateDirectory: join(this.root, state),
      lockWaitMs: 0,
      discovery: { pods: join(this.root, 'pods'), containers: ['envoy'], files: [], nodeName: 'n' },
      inflightBytes: 1_000_000,
      spool: { directory: join(this.root, state, 'spool'), maxBytes: 1_000_000_000, minFreePercent: 0 },
      pipelines: [
        {
          name: 'stream',
          batch: { maxBytes: 1_000, maxDocuments: 3, maxAgeMs: 20 },
          deadLetter: DEFAULT_DEAD_LETTER,
          createSink: () => new TransactionSink(log, clock, isDead),
        },
      ],
    }
    const starting = startAgent(settings, {
      clock,
      random: () => 0.5,
      logger,
      metrics: createMetrics(false),
      fileSystem: ALWAYS_LISTED,
      openStore: (directory) => mortalStore(directory, isDead),
      makeTranscoder: lineTranscoder,
    })
    const agent = await clock.drive(starting)
    const started = Object.assign(life, { agent, ended: agent.done.catch((error: unknown) => error) })
    this.#lives.set(state, started)
    return started
  }

  /** SIGKILL: nothing of it reaches the log or the disk any more. */
  async crash(state = 'one'): Promise<void> {
    const life = this.#lives.get(state)
    if (life !== undefined) life.isDead = true
    await this.stop(state)
  }

  async stop(state = 'one'): Promise<void> {
    const life = this.#lives.get(state)
    this.#lives.delete(state)
    if (life !== undefined) await this.clock.drive(life.agent.stop(100))
  }

  /** Let time pass until all that was written is committed; what is missing or doubled. */
  async rest(): Promise<readonly string[]> {
    for (let passedMs = 0; passedMs < 300_000 && this.#wrong().length > 0; passedMs += 500)
      await this.clock.advance(500)
    await this.clock.advance(1_000)
    return this.#wrong()
  }

  #wrong(): readonly string[] {
    const counts = new Map(this.written.map((text) => [text, 0]))
    for (const text of this.log.texts) {
      const line = text.replace(/^dead /, '')
      counts.set(line, (counts.get(line) ?? 0) + 1)
    }
    return [...counts].filter(([, count]) => count !== 1).map(([text, count]) => `${text}: ${count} times`)
  }
}

async function mortalStore(directory: string, isDead: () => boolean) {
  const opened = await openStateStore(directory, { slotBytes: 65_536 })
  const { store } = opened
  const commit = async (changes: ReadonlyMap<string, unknown>) => {
    if (isDead()) throw new Error('killed')
    return store.commit(changes)
  }
  return { ...opened, store: { commit, close: () => store.close() } }
}

const STEPS = ['line', 'burst', 'poison', 'rotate', 'delete', 'pass', 'pass', 'crash', 'stop', 'start'] as const
const FAULTS = ['lose', 'mute', 'late', 'arrive', 'expire'] as const
const step = fc.record({ kind: fc.constantFrom(...STEPS, ...FAULTS), pick: fc.nat({ max: 9 }) })
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function take(bench: ExactBench, { kind, pick }: Step): Promise<void> {
  switch (kind) {
    case 'line':
    case 'poison':
      return bench.line(kind)
    case 'burst':
      return bench.burst()
    case 'rotate':
      return bench.rotate()
    case 'delete':
      return deleteOldest(bench)
    case 'pass':
      return bench.clock.advance(pick * 30)
    case 'crash':
      return bench.crash()
    case 'stop':
      return bench.stop()
    case 'start':
      if (!bench.isRunning()) await bench.start()
      return
    case 'arrive':
      return bench.log.arrive()
    case 'expire':
      return bench.log.expire()
    default:
      return bench.log.plan(kind satisfies Fault)
  }
}

/** As kubelet does, of files that an agent has had time to see. */
async function deleteOldest(bench: ExactBench): Promise<void> {
  if (!bench.isRunning()) return
  await bench.clock.advance(2_500)
  const directory = dirname(join(bench.root, LOG))
  const path = join(directory, '0.log.20261122-130001')
  if (existsSync(path)) rmSync(path)
}

describe('a sink with transactions', () => {
  test('has each line once, whatever is lost, late, expired or killed on the way', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const bench = new ExactBench()
        await bench.start()
        for (const each of steps) await take(bench, each)
        bench.log.calm()
        if (!bench.isRunning()) await bench.start()
        const wrong = await bench.rest()
        await bench.stop()
        expect(wrong).toEqual([])
      }),
      { numRuns: RUNS },
    )
  }, 60_000)

  test('has each line once, at whatever moment of a burst it is killed', async () => {
    const bench = new ExactBench()
    for (let atMs = 300; atMs < 700; atMs += 10) {
      await bench.start()
      bench.burst()
      await bench.clock.advance(atMs)
      await bench.crash()
    }
    await bench.start()
    expect(await bench.rest()).toEqual([])
  })

  test('has each line once, killed at whatever moment after its transaction was lost', async () => {
    for (let loseMs = 1_000; loseMs < 1_400; loseMs += 40)
      for (let gapMs = 200; gapMs <= 1_400; gapMs += 200) {
        const bench = new ExactBench()
        await bench.start()
        bench.burst()
        await bench.clock.advance(loseMs)
        bench.log.plan('lose')
        await bench.clock.advance(gapMs)
        await bench.crash()
        bench.log.calm()
        await bench.start()
        expect(await bench.rest(), `lost after ${loseMs} ms, killed ${gapMs} ms later`).toEqual([])
        await bench.stop()
      }
  }, 60_000)

  test('ends the agent that another one shuts out, and each line is there once', async () => {
    const bench = new ExactBench()
    const first = await bench.start()
    for (let line = 0; line < 10; line += 1) bench.line()
    await bench.clock.advance(500)
    await bench.start('two')
    for (let line = 0; line < 10; line += 1) bench.line()
    expect(await bench.rest()).toEqual([])
    expect(await first.ended).toMatchObject({ code: 'SINK_FENCED' })
  })

  test('begins with what is on disk where the log knows nothing, and gives it all to the log', async () => {
    const bench = new ExactBench()
    await bench.start()
    bench.line()
    expect(await bench.rest()).toEqual([])
    await bench.stop()
    const keys = [...bench.log.cursor.keys()].sort()
    bench.log.cursor.clear()
    await bench.start()
    bench.line()
    expect(await bench.rest()).toEqual([])
    expect([...bench.log.cursor.keys()].sort()).toEqual(keys)
  })

  test('names no loss where files grow while it asks the log how far it is', async () => {
    const bench = new ExactBench()
    bench.line()
    await bench.start()
    for (let passedMs = 0; passedMs < 3_000; passedMs += 30) {
      bench.line()
      if (passedMs === 600) bench.log.plan('lose')
      await bench.clock.advance(30)
    }
    expect(await bench.rest()).toEqual([])
    await bench.clock.advance(20_000)
    expect(bench.logger.lines.filter((line) => line.startsWith('error'))).toEqual([])
  })

  test('goes by the log where the disk is older or was wiped', async () => {
    const bench = new ExactBench()
    await bench.start()
    bench.line()
    expect(await bench.rest()).toEqual([])
    await bench.stop()
    await bench.start('wiped')
    bench.line()
    expect(await bench.rest()).toEqual([])
  })
})
