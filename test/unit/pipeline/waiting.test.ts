import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ChainSource } from '../../../src/ingest/chain.ts'
import { DEFAULT_CONTAINERS } from '../../../src/ingest/discover.ts'
import { type Agent, startAgent } from '../../../src/pipeline/agent.ts'
import type { Transcoder } from '../../../src/pipeline/contract.ts'
import { openStateStore } from '../../../src/pipeline/state/store.ts'
import { DEFAULT_DEAD_LETTER } from '../../../src/sinks/dead-letter-config.ts'
import { FileSink } from '../../../src/sinks/file/sink.ts'
import { createMetrics } from '../../../src/telemetry/metrics.ts'
import { ALWAYS_LISTED } from '../fakes/always-listed.ts'
import { textsOf } from '../fakes/batches.ts'
import { lineTranscoder } from '../fakes/line-transcoder.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { RecordedLog } from '../fakes/recorded-log.ts'
import { scratch } from '../fakes/scratch.ts'

const LIMITS = { maxBytes: 1_000, maxDocuments: 10, maxAgeMs: 50 }
const NEVER_ROTATE = { maxBytes: 1_000_000_000, maxAgeHours: 8_760, keep: 5 }
const POD = 'shop_web-0_5fb132a4-4083-4da2-8177-d5ebf6081906'

/** An agent with names that come when a test says so: a line `@ADDRESS` becomes `ADDRESS known` or `ADDRESS unknown`. */
class NamesBench {
  readonly root = scratch()
  readonly clock = new ManualClock()
  readonly known = new Set<string>()
  agent: Agent | undefined

  readonly #waitMs: number

  constructor(waitMs: number) {
    this.#waitMs = waitMs
    onTestFinished(async () => this.stop())
  }

  write(file: string, ...lines: readonly string[]): void {
    const path = join(this.root, 'pods', POD, file, '0.log')
    mkdirSync(dirname(path), { recursive: true })
    appendFileSync(path, lines.map((line) => `${line}\n`).join(''))
  }

  async start(): Promise<void> {
    const { clock, root } = this
    const path = join(root, 'copy.ndjson')
    const sink = () => new FileSink('copy', { type: 'file', path, rotate: NEVER_ROTATE, batch: LIMITS }, clock)
    const settings = {
      stateDirectory: join(root, 'state'),
      spool: { directory: join(root, 'spool'), maxBytes: 1_000_000_000, minFreePercent: 0 },
      lockWaitMs: 0,
      discovery: { pods: join(root, 'pods'), containers: [...DEFAULT_CONTAINERS, 'other'], files: [], nodeName: 'n' },
      inflightBytes: 1_000_000,
      pipelines: [{ name: 'copy', batch: LIMITS, deadLetter: DEFAULT_DEAD_LETTER, createSink: sink }],
    }
    const parts = {
      clock,
      random: () => 0.5,
      logger: new RecordedLog(),
      metrics: createMetrics(false),
      fileSystem: ALWAYS_LISTED,
      openStore: (directory: string) => openStateStore(directory, { clock, slotBytes: 65_536 }),
      makeTranscoder: (source: ChainSource) => this.#transcoder(source),
      news: { waitMs: this.#waitMs, awaits: ({ ip }: { ip: string }) => !this.known.has(ip) },
    }
    this.agent = await clock.drive(startAgent(settings, parts))
  }

  async stop(): Promise<void> {
    const { agent } = this
    this.agent = undefined
    if (agent !== undefined) await this.clock.drive(agent.stop(1_000))
  }

  /** Let time pass until `condition` holds: file systems answer when they do. How much of it has passed. */
  async reach(condition: () => boolean): Promise<number> {
    const beginMs = this.clock.elapsedMs()
    while (!condition()) {
      if (this.clock.elapsedMs() > beginMs + 120_000) throw new Error(`it never came to that: ${this.stored.join()}`)
      await this.clock.advance(100)
    }
    return this.clock.elapsedMs() - beginMs
  }

  get status() {
    const [status] = this.agent?.status().pipelines ?? []
    if (status === undefined) throw new Error('no agent is running')
    return status
  }

  get stored(): readonly string[] {
    try {
      return textsOf(readFileSync(join(this.root, 'copy.ndjson'), 'utf8'))
    } catch {
      return []
    }
  }

  #transcoder(source: ChainSource): Transcoder {
    const inner = lineTranscoder(source)
    const nameOf = (ip: string) => `${ip} ${this.known.has(ip) ? 'known' : 'unknown'}`
    return {
      ...inner,
      transcode: (chunk, carry) => {
        const text = chunk.bytes.toString()
        const ips = Array.from(text.matchAll(/@([\d.]+)/g), ([, ip = '']) => ip).filter((ip) => !this.known.has(ip))
        const bytes = Buffer.from(text.replace(/@([\d.]+)/g, (_, ip: string) => nameOf(ip)))
        const misses = ips.map((ip) => ({ ip, atMs: this.clock.nowMs() }))
        return { ...inner.transcode({ ...chunk, bytes }, carry), misses }
      },
    }
  }
}

const HOUR_MS = 3_600_000

describe('Lane', () => {
  test('keeps a chunk with an unknown pod address until there is news of it; other files go on', async () => {
    const bench = new NamesBench(HOUR_MS)
    await bench.start()
    bench.write('istio-proxy', '@10.0.0.9', 'behind it')
    bench.write('other', 'one')
    await bench.reach(() => bench.stored.length === 1)
    bench.write('other', 'two')
    bench.write('istio-proxy', 'last')
    await bench.reach(() => bench.stored.length === 2)
    expect(bench.stored).toEqual(['one', 'two'])
    bench.known.add('10.0.0.9')
    await bench.reach(() => bench.stored.length === 5)
    expect(bench.stored).toEqual(['one', 'two', '10.0.0.9 known', 'behind it', 'last'])
  })

  test('sends the chunk on without the name after the wait, and does not wait again within a minute', async () => {
    const bench = new NamesBench(30_000)
    await bench.start()
    bench.write('istio-proxy', '@10.0.0.9')
    expect(await bench.reach(() => bench.stored.length === 1)).toBeGreaterThanOrEqual(30_000)
    expect(bench.stored).toEqual(['10.0.0.9 unknown'])
    bench.write('istio-proxy', '@10.0.0.9 again')
    expect(await bench.reach(() => bench.stored.length === 2)).toBeLessThan(15_000)
    expect(bench.stored).toEqual(['10.0.0.9 unknown', '10.0.0.9 unknown again'])
  })

  test('counts what waits as not delivered: neither cursor nor watermark passes it', async () => {
    const bench = new NamesBench(HOUR_MS)
    bench.write('istio-proxy', 'one')
    await bench.start()
    await bench.reach(() => bench.stored.length === 1)
    const writtenMs = bench.clock.nowMs()
    bench.write('istio-proxy', '@10.0.0.9')
    await bench.reach(() => bench.status.unacknowledgedBytes === '@10.0.0.9\n'.length)
    await bench.clock.advance(5_000)
    expect(bench.stored).toEqual(['one'])
    expect(bench.status.unacknowledgedBytes).toBe('@10.0.0.9\n'.length)
    expect(bench.status.watermarkMs).toBeLessThanOrEqual(writtenMs)
    bench.known.add('10.0.0.9')
    await bench.reach(() => bench.status.unacknowledgedBytes === 0 && (bench.status.watermarkMs ?? 0) > writtenMs)
  })

  test('sends what waits when the agent stops, however long it would have waited', async () => {
    const bench = new NamesBench(HOUR_MS)
    await bench.start()
    bench.write('istio-proxy', '@10.0.0.9', 'two')
    await bench.reach(() => bench.status.unacknowledgedBytes > 0)
    await bench.clock.advance(5_000)
    expect(bench.stored).toEqual([])
    await bench.stop()
    expect(bench.stored).toEqual(['10.0.0.9 unknown', 'two'])
  })

  test('reads again after a crash what waited for names', async () => {
    const bench = new NamesBench(HOUR_MS)
    bench.write('istio-proxy', 'one')
    await bench.start()
    await bench.reach(() => bench.stored.length === 1)
    bench.write('istio-proxy', '@10.0.0.9')
    await bench.reach(() => bench.status.unacknowledgedBytes > 0)
    const [state, copy] = [join(bench.root, 'state'), join(bench.root, 'copy')]
    cpSync(state, copy, { recursive: true, filter: (path) => !path.endsWith('lock') })
    const delivered = readFileSync(join(bench.root, 'copy.ndjson'))
    await bench.stop()
    rmSync(state, { recursive: true })
    cpSync(copy, state, { recursive: true })
    writeFileSync(join(bench.root, 'copy.ndjson'), delivered)
    bench.known.add('10.0.0.9')
    await bench.start()
    await bench.reach(() => bench.stored.length === 2)
    expect(bench.stored).toEqual(['one', '10.0.0.9 known'])
  })
})
