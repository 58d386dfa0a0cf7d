import { describe, expect, test } from 'vitest'
import { ProtocolBench } from './bench.ts'

describe('ProtocolBench', () => {
  test('comes to rest without a fault', async () => {
    const bench = new ProtocolBench()
    await bench.start()
    await bench.lines('one', 'two')
    bench.kubelet.piece('o', 'thr')
    bench.kubelet.line('four')
    bench.kubelet.end('o', 'ee')
    await bench.rest()
    expect(bench.server.texts()).toEqual(['one', 'two', 'four', 'three'])
    await bench.crash()
    await bench.rest()
  })
})
