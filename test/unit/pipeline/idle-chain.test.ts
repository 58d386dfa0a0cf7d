import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { FILE_SYSTEM, type FileSystem } from '../../../src/ingest/file-system.ts'
import { startAgent } from '../../../src/pipeline/agent.ts'
import { openStateStore } from '../../../src/pipeline/state/store.ts'
import { DEFAULT_DEAD_LETTER } from '../../../src/sinks/dead-letter-config.ts'
import { FileSink } from '../../../src/sinks/file/sink.ts'
import { createMetrics } from '../../../src/telemetry/metrics.ts'
import { textsOf } from '../fakes/batches.ts'
import { lineTranscoder } from '../fakes/line-transcoder.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { RecordedLog } from '../fakes/recorded-log.ts'
import { put, scratch } from '../fakes/scratch.ts'
import { WatchedFileSystem } from '../fakes/watched-file-system.ts'

const BATCH = { maxBytes: 1_000, maxDocuments: 10, maxAgeMs: 50 }
const ROTATE = { maxBytes: 1_000_000_000, maxAgeHours: 8_760, keep: 5 }

/** An agent that follows one pod, how often it asks the open log for its size, and what it has delivered. */
async function idleBench() {
  const root = scratch()
  const live = put(root, 'pods/shop_payments-0_a/envoy/0.log', 'one\n')
  const [clock, watched] = [new ManualClock(), new WatchedFileSystem()]
  const asked = { times: 0 }
  const fileSystem: FileSystem = {
    ...watched.fileSystem,
    open: (path, roots) => {
      const open = FILE_SYSTEM.open(path, roots)
      const stat = () => {
        asked.times += 1
        return open.stat()
      }
      return { ...open, stat }
    },
  }
  const path = join(root, 'out.ndjson')
  const createSink = () => new FileSink('out', { type: 'file', path, rotate: ROTATE, batch: BATCH }, clock)
  const settings = {
    stateDirectory: join(root, 'state'),
    lockWaitMs: 0,
    spool: { directory: join(root, 'spool'), maxBytes: 1_000_000_000, minFreePercent: 0 },
    discovery: { pods: join(root, 'pods'), containers: ['envoy'], files: [], nodeName: 'n' },
    inflightBytes: 1_000_000,
    pipelines: [{ name: 'out', batch: BATCH, deadLetter: DEFAULT_DEAD_LETTER, createSink }],
  }
  const outside = { clock, random: () => 0.5, logger: new RecordedLog(), metrics: createMetrics(false), fileSystem }
  const parts = { ...outside, openStore: openStateStore }
  const agent = await clock.drive(startAgent(settings, { ...parts, makeTranscoder: lineTranscoder }))
  onTestFinished(async () => clock.drive(agent.stop(1_000)))
  return { live, clock, watched, asked, stored: () => textsOf(readFileSync(path, 'utf8')) }
}

test('startAgent() asks an idle log for its size four times a minute at most', async () => {
  const { clock, asked, stored } = await idleBench()
  await clock.advance(30_000)
  expect(stored()).toEqual(['one'])
  asked.times = 0
  await clock.advance(60_000)
  expect(asked.times).toBeLessThanOrEqual(4) // the container's directory and the log have a safety look each
})

test('startAgent() reads a line in an idle log when it is told of it, long before the next sweep', async () => {
  const { live, clock, watched, stored } = await idleBench()
  await clock.advance(30_100)
  appendFileSync(live, 'two\n')
  await clock.advance(300)
  watched.tell(live)
  await clock.advance(200)
  expect(stored()).toEqual(['one', 'two'])
})

test('startAgent() reads a line in an idle log that nobody tells of within thirty seconds', async () => {
  const { live, clock, stored } = await idleBench()
  await clock.advance(30_100)
  appendFileSync(live, 'two\n')
  await clock.advance(31_000)
  expect(stored()).toEqual(['one', 'two'])
})
