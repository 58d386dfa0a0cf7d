import { onTestFinished } from 'vitest'
import type { Clock } from '../../../../src/clock.ts'
import { SYSTEM_CLOCK } from '../../../../src/clock.ts'
import type { ElasticsearchSinkConfig } from '../../../../src/sinks/elasticsearch/config.ts'
import type { ElasticsearchSink } from '../../../../src/sinks/elasticsearch/sink.ts'
import { makeSink, sinkConfig } from '../../../support/elasticsearch-sink.ts'
import { type RecordingServer, startRecordingServer } from '../../../support/recording-server.ts'
import { opened, type SinkBench } from '../contract.ts'

export const STREAM = 'logs-envoy.access-default'

/** A recording server in this process, and sinks that write to it. */
export class ElasticsearchBench implements SinkBench {
  readonly server: RecordingServer
  readonly clock: Clock
  readonly warnings: string[] = []
  failureStoreCount = 0
  doubledCount = 0

  private constructor(server: RecordingServer, clock: Clock) {
    this.server = server
    this.clock = clock
    onTestFinished(() => server.close())
  }

  static async make(clock: Clock = SYSTEM_CLOCK): Promise<ElasticsearchBench> {
    return new ElasticsearchBench(await startRecordingServer({ extract: '"n":"([^"]*)"' }), clock)
  }

  create(settings: Partial<ElasticsearchSinkConfig> = {}): ElasticsearchSink {
    return makeSink(sinkConfig({ nodes: [this.server.url], ...settings }), this.warnings, {
      clock: this.clock,
      agentId: 'prod/worker 1',
      onFailureStore: (count) => (this.failureStoreCount += count),
      onPossiblyDoubled: (count) => (this.doubledCount += count),
    })
  }

  async opened(settings: Partial<ElasticsearchSinkConfig> = {}): Promise<ElasticsearchSink> {
    const sink = this.create(settings)
    await opened(sink)
    return sink
  }

  async stored(): Promise<readonly string[]> {
    return [...this.server.elasticsearch.store.documents(STREAM)].map(({ text }) => text)
  }

  breakPlace(): void {
    this.server.elasticsearch.faults.set([{ kind: 'status', status: 503, target: 'any' }])
  }

  mend(): void {
    this.server.elasticsearch.faults.set([])
  }
}
