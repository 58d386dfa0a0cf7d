/** Traces of the delivery model about what counts as answered, and when that is durable. */
import { describe, expect, test } from 'vitest'
import { DEFAULT_DEAD_LETTER } from '../../../../src/sinks/dead-letter-config.ts'
import { ProtocolBench } from './bench.ts'

describe('dead: a refused document is answered when it is durable in the dead letter, not before', () => {
  test('a crash while the dead letter takes nothing leaves the line unanswered', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    bench.server.isHolding = true
    bench.kubelet.piece('o', 'one')
    bench.kubelet.line('two')
    bench.deadLetterBytes = 1
    await bench.restart()
    await bench.pass()
    await bench.answer('two', { refused: ['two'] })
    await bench.crash()
    expect(bench.deadIds).toEqual([])
    bench.deadLetterBytes = DEFAULT_DEAD_LETTER.maxBytes
    bench.kubelet.end('o', ' and its end')
    await bench.rest()
  })
})

describe('dead_look: what stands in the dead letter is answered at the next start', () => {
  test('a document that was refused is not stored after a crash that came before the commit', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    bench.server.isHolding = true
    await bench.lines('two')
    bench.disk.hold()
    await bench.answer('two', { refused: ['two'] })
    expect(bench.deadIds).toHaveLength(1)
    await bench.crash()
    await bench.rest()
    expect(bench.server.texts()).toEqual(['zero'])
  })
})

describe('join: the first piece of a line is answered with the line', () => {
  test('a crash between the pieces reads the first one again', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    bench.kubelet.piece('o', 'one')
    await bench.lines('two')
    await bench.restart()
    bench.kubelet.end('o', ' and its end')
    await bench.rest()
    expect(bench.server.texts().sort()).toEqual(['one and its end', 'two', 'zero'])
  })

  test('a crash between the pieces reads the first one again when it is in the file before', async () => {
    const bench = new ProtocolBench()
    await bench.startAfterFirstRun()
    bench.kubelet.piece('o', 'one')
    await bench.lines('two')
    bench.kubelet.rotate()
    await bench.lines('three')
    await bench.pass(3_000)
    await bench.restart()
    bench.kubelet.end('o', ' and its end')
    await bench.rest()
    expect(bench.server.texts().sort()).toEqual(['one and its end', 'three', 'two', 'zero'])
  })
})

describe('commit: one record for all files', () => {
  test.each([1, 2, 3, 4, 5])(
    'a join over two files is answered in both or in none, crash after %i records',
    async (records) => {
      const bench = new ProtocolBench()
      await bench.startAfterFirstRun()
      bench.kubelet.piece('o', 'one')
      await bench.lines('two')
      bench.kubelet.rotate()
      await bench.lines('three')
      await bench.pass(3_000)
      bench.server.isHolding = true
      bench.kubelet.end('o', ' and its end')
      await bench.pass()
      bench.disk.holdAfter(records)
      await bench.answer('one and its end')
      await bench.crash()
      await bench.rest()
    },
  )
})
