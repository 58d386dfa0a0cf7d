import { describe, expect, test } from 'vitest'
import { batchOf } from '../../src/pipeline/segments.ts'
import type { ElasticsearchSink } from '../../src/sinks/elasticsearch/sink.ts'
import { makeSink, sinkConfig } from '../support/elasticsearch-sink.ts'
import { RecordingProcess } from '../support/recording-process.ts'
import { segmentOf } from '../unit/fakes/batches.ts'

const STREAM = 'logs-envoy.access-default'
const signal = new AbortController().signal

function sinkTo(url: string): ElasticsearchSink {
  return makeSink(sinkConfig({ nodes: [url], settleMs: 500 }), [], { agentId: 'c/n' })
}

describe('RecordingProcess', () => {
  test('stores what a sink sends, and tells of it', async () => {
    const server = await RecordingProcess.start({ extract: '"n":"([^"]*)"' })
    const sink = sinkTo(server.url)
    await sink.open()
    await server.faults({ kind: 'lose_answer', next: 1 }, { kind: 'rollover', skip: 1, next: 1 })
    for (let attempt = 0; attempt < 2; attempt += 1) await sink.deliver(batchOf([segmentOf(['a', 'b'])]), signal)
    expect(await server.count()).toEqual({
      [STREAM]: { documents: 4, distinctIds: 2, doubledTexts: 2, indices: [expect.any(String), expect.any(String)] },
    })
    expect((await server.documents()).map(({ text }) => text)).toEqual(['a', 'b', 'a', 'b'])
    expect(await server.state()).toEqual({ bulkCount: 2, used: { lose_answer: 1, rollover: 1 } })
    await sink.close()
  })

  test('refuses connections while it is down, and keeps what it has', async () => {
    const server = await RecordingProcess.start({ extract: '"n":"([^"]*)"' })
    const sink = sinkTo(server.url)
    await sink.open()
    await sink.deliver(batchOf([segmentOf(['a'])]), signal)
    await server.down()
    expect(await sink.deliver(batchOf([segmentOf(['a', 'b'])]), signal)).toMatchObject([{ kind: 'retry' }, {}])
    await server.up()
    expect(await sink.deliver(batchOf([segmentOf(['a', 'b'])]), signal)).toMatchObject([{ kind: 'accepted' }, {}])
    expect((await server.documents()).map(({ text }) => text)).toEqual(['a', 'b'])
    await sink.close()
  })
})
