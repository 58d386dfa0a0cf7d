import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FlagshipError } from '../../../../src/errors.ts'
import type { LineTaker } from '../../../../src/ingest/http/server.ts'
import { RequestAnswers } from '../../../../src/pipeline/stream/request-answers.ts'
import { startRequestStream } from '../../../../src/pipeline/stream/start-request-stream.ts'
import { DEFAULT_DEAD_LETTER } from '../../../../src/sinks/dead-letter-config.ts'
import type { Sink } from '../../../../src/sinks/sink.ts'
import { createMetrics } from '../../../../src/telemetry/metrics.ts'
import { segmentOf } from '../../fakes/batches.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { RecordedLog } from '../../fakes/recorded-log.ts'
import { scratch } from '../../fakes/scratch.ts'

/** A sink that refuses everything. */
const REFUSING: Sink = {
  name: 'search',
  concurrency: 1,
  regroups: true,
  open: async () => {},
  deliver: async ({ documentCount }) =>
    Array.from({ length: documentCount }, () => ({ kind: 'refused', reason: 'no mapping' })),
  close: async () => {},
}

function benchOf(stateDirectory: string) {
  const clock = new ManualClock()
  const takers: LineTaker[] = []
  const settings = {
    name: 'search',
    batch: { maxBytes: 300, maxDocuments: 20, maxAgeMs: 20 },
    createSink: () => REFUSING,
    inflightBytes: 1_000,
    deadLetter: DEFAULT_DEAD_LETTER,
    stateDirectory,
    lockWaitMs: 0,
  }
  const parts = {
    clock,
    random: () => 0.5,
    logger: new RecordedLog(),
    metrics: createMetrics(false),
    transcode: () => ({ segments: [segmentOf(['a', 'b'])], misses: [] }),
  }
  const start = (
    listen = async (taker: LineTaker) => {
      takers.push(taker)
      return { url: 'http://here', close: async () => {} }
    },
  ) => clock.drive(startRequestStream(settings, { ...parts, listen }))
  return { clock, start, takers, log: parts.logger }
}

describe('startRequestStream()', () => {
  test('keeps what the sink refuses in the state directory, and answers', async () => {
    const directory = scratch()
    const { clock, start, takers, log } = benchOf(directory)
    const agent = await start()
    await clock.advance(1)
    const taken = takers[0]?.take({ messages: [], body: Buffer.from('x'), key: undefined })
    expect(await clock.drive(taken ?? Promise.resolve('closed'))).toBe('answered')
    await clock.drive(agent.stop(1_000))
    const lines = readFileSync(join(directory, 'search', 'dead-letter.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
    expect(lines.map((line) => JSON.parse(line).reason)).toEqual(['no mapping', 'no mapping'])
    expect(log.lines).toContain('info takes requests')
  })

  test('gives the state directory back where it cannot listen, and when it ends', async () => {
    const { clock, start } = benchOf(scratch())
    const failing = start(async () => {
      throw new FlagshipError('LISTEN_FAILED', 'taken')
    })
    await expect(failing).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
    const agent = await start()
    await expect(start()).rejects.toMatchObject({ code: 'STATE_LOCKED' })
    await clock.drive(agent.stop(0))
    const next = await start()
    await clock.drive(next.stop(0))
  })
})

describe('RequestAnswers', () => {
  test('counts every answer, and says once in a while what is wrong', async () => {
    const clock = new ManualClock()
    const [logger, metrics] = [new RecordedLog(), createMetrics(false)]
    const answers = new RequestAnswers('search', { clock, logger, metrics })
    for (const status of [200, 429, 400, 400, 413]) answers.add(status, `reason ${status}`)
    expect(logger.take()).toEqual(['warn Cannot take request: reason 400', 'warn Cannot take request: reason 413'])
    await clock.advance(10_000)
    answers.add(400, 'another reason')
    expect(logger.take()).toEqual(['warn Cannot take request: another reason'])
    expect(await metrics.render()).toContain('flagship_requests_total{pipeline="search",status="400"} 3')
  })
})
