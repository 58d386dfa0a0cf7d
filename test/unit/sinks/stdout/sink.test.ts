import { describe, expect, test } from 'vitest'
import { type LineOutput, StdoutSink } from '../../../../src/sinks/stdout/sink.ts'
import { batchOfTexts, textsOf } from '../../fakes/batches.ts'
import { sinkContract, type SinkBench } from '../contract.ts'

/** A reader that takes what it is given, refuses it, or has stopped to read. */
class Reader implements LineOutput, SinkBench {
  #taken = ''
  isBroken = false
  isAsleep = false

  create(): StdoutSink {
    return new StdoutSink('out', this)
  }

  write(bytes: Buffer, done: (error?: Error | null) => void): void {
    if (this.isAsleep) return
    if (this.isBroken) return done(new Error('EIO: made to fail'))
    this.#taken += bytes.toString()
    done()
  }

  async stored(): Promise<readonly string[]> {
    return textsOf(this.#taken)
  }

  breakPlace(): void {
    this.isBroken = true
  }

  mend(): void {
    this.isBroken = false
  }
}

sinkContract('StdoutSink', async () => new Reader())

describe('StdoutSink.deliver()', () => {
  test('waits until a slow reader has taken the batch', async () => {
    const reader = new Reader()
    reader.isAsleep = true
    const sink = reader.create()
    const stop = new AbortController()
    let isAnswered = false
    const delivering = sink.deliver(batchOfTexts(['a']), stop.signal).then((outcomes) => {
      isAnswered = true
      return outcomes
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(isAnswered).toBe(false)
    stop.abort()
    expect(await delivering).toEqual([{ kind: 'in_doubt', reason: 'stopped before the reader took it' }])
  })

  test('says why a batch is in doubt', async () => {
    const reader = new Reader()
    reader.isBroken = true
    const [outcome] = await reader.create().deliver(batchOfTexts(['a']), new AbortController().signal)
    expect(outcome).toEqual({ kind: 'in_doubt', reason: 'Cannot write standard output: EIO: made to fail' })
  })
})
