import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lockReplay, Replay } from '../../../../src/cli/dead-letter/replay.ts'
import { FlagshipError } from '../../../../src/errors.ts'
import { DeadLetter } from '../../../../src/pipeline/dead-letter.ts'
import { deadLetterLine } from '../../../../src/pipeline/dead-letter-line.ts'
import { DEFAULT_DEAD_LETTER } from '../../../../src/sinks/dead-letter-config.ts'
import type { Outcome } from '../../../../src/sinks/sink.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { scratch } from '../../fakes/scratch.ts'
import { KnowingSink } from './knowing-sink.ts'

const TIME = '2026-11-22T12:00:00.000Z'
const ADDRESS = { dataset: 'envoy.access', recordClass: 'failed', reporterNamespace: 'shop' } as const
const REFUSED: Outcome = { kind: 'refused', reason: 'again' }

function line(id: string, reason = 'mapper_parsing', text = id): string {
  const document = Buffer.from(`{"n":"${text}"}\n`)
  return deadLetterLine({ id, reason, ...ADDRESS, document }, TIME)
}

function refused(id: string) {
  return { id, reason: 'x', ...ADDRESS, document: Buffer.from('{}\n') }
}

/** A directory whose dead letter has these lines. */
function stage(lines: readonly string[], name = 'dead-letter.ndjson') {
  const directory = scratch()
  writeFileSync(join(directory, name), lines.join(''))
  const sink = new KnowingSink()
  const clock = new ManualClock()
  const run = (reason?: string, maxDocuments = 2, hasLookup = true) => {
    const isChosen = (each: { readonly reason: string }) => reason === undefined || each.reason === reason
    const batch = { maxBytes: 1_000, maxDocuments }
    const lookup = hasLookup ? sink.lookup : undefined
    const outside = { sink, lookup, clock, random: () => 0.5, onLookup: () => {} }
    const replay = new Replay({ ...outside, directory, batch, isChosen })
    return { replay, ended: clock.drive(replay.run()) }
  }
  /** All that is in the directory, by name. */
  const content = () =>
    Object.fromEntries(readdirSync(directory).map((each) => [each, readFileSync(join(directory, each), 'utf8')]))
  const ids = () => sink.stored.map(({ id }) => id).sort()
  return { directory, sink, run, content, ids }
}

function killAt(batch: number) {
  return (before: number) => {
    if (before === batch) throw new Error('killed')
  }
}

describe('Replay', () => {
  test('offers each document once, as it was, and leaves nothing', async () => {
    const { run, sink, content } = stage([line('a'), line('b'), line('c', 'x', 'ü')])
    const { replay, ended } = run()
    await ended
    expect(sink.stored).toEqual([
      { id: 'a', text: '{"n":"a"}\n' },
      { id: 'b', text: '{"n":"b"}\n' },
      { id: 'c', text: '{"n":"ü"}\n' },
    ])
    expect(sink.lookups).toEqual([])
    expect(replay.counts).toEqual({ accepted: 3, refused: 0, notChosen: 0, unreadable: 0 })
    expect(content()).toEqual({})
  })

  test('keeps what is refused again with its new reason, and the rest as it was', async () => {
    const { run, sink, content } = stage([line('a'), line('b', 'other'), 'no line of ours\n', line('c')])
    sink.outcomeOf = (text) => (text.includes('"c"') ? REFUSED : undefined)
    const { replay, ended } = run('mapper_parsing', 10)
    await ended
    expect(replay.counts).toEqual({ accepted: 1, refused: 1, notChosen: 1, unreadable: 1 })
    const [[name, text] = []] = Object.entries(content())
    expect(name).toMatch(/^dead-letter\.kept-2026-11-22T13-00-00\.000Z\.ndjson$/)
    const again = expect.stringMatching(/^\{"id":"c","time":"2026-11-22T13:[^"]+","reason":"again",.*"n":"c"\}\}\n$/)
    expect(text?.split(/(?<=\n)/).sort()).toEqual(['no line of ours\n', line('b', 'other'), again])
  })

  test('takes what an earlier run kept, without a look-up, together with what is new', async () => {
    const { run, sink, directory, content, ids } = stage([line('a')])
    sink.outcomeOf = () => REFUSED
    await run().ended
    writeFileSync(join(directory, 'dead-letter.ndjson'), line('b'))
    sink.outcomeOf = () => undefined
    await run().ended
    expect(ids()).toEqual(['a', 'b'])
    expect(sink.lookups).toEqual([])
    expect(content()).toEqual({})
  })

  test.for([
    ['before a batch is stored', 'onDeliver'],
    ['after it is stored and before the answer', 'onStored'],
  ] as const)('stores each document once when it was killed %s', async ([, step]) => {
    const { run, sink, ids, content } = stage(['a', 'b', 'c', 'd', 'e'].map((id) => line(id)))
    sink[step] = killAt(1)
    await expect(run().ended).rejects.toThrow('killed')
    sink[step] = () => {}
    const { replay, ended } = run()
    await ended
    expect(ids()).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(replay.counts.accepted).toBe(5)
    expect(content()).toEqual({})
  })

  test('does not forget that documents may have been sent when the next run chooses others', async () => {
    const { run, sink, ids, content } = stage([line('a'), line('b'), line('c', 'other')])
    sink.onDeliver = killAt(1)
    await expect(run().ended).rejects.toThrow('killed')
    sink.onDeliver = () => {}
    const { replay, ended } = run('other')
    await ended
    expect(replay.counts).toEqual({ accepted: 3, refused: 0, notChosen: 0, unreadable: 0 })
    expect(ids()).toEqual(['a', 'b', 'c'])
    expect(content()).toEqual({})
  })

  test('answers nothing twice when it was killed after its last step but one', async () => {
    const { run, sink, directory, content } = stage(
      [line('a')],
      'dead-letter.replaying-2026-11-22T12-00-00.000Z.ndjson',
    )
    writeFileSync(join(directory, 'dead-letter.kept-2026-11-22T12-00-00.000Z.ndjson'), line('b'))
    await run().ended
    expect(sink.stored.map(({ id }) => id)).toEqual(['b'])
    expect(content()).toEqual({})
  })

  test('looks up what is in doubt, and sends only what is not there', async () => {
    const { run, sink, ids } = stage([line('a'), line('b')])
    sink.onStored = (before) => {
      if (before > 0) return
      sink.stored.pop()
      throw new FlagshipError('SINK_UNAVAILABLE', 'the answer was lost')
    }
    const { replay, ended } = run()
    await ended
    expect(sink.lookups).toEqual([['a', 'b']])
    expect(sink.batches).toEqual([2, 1])
    expect(ids()).toEqual(['a', 'b'])
    expect(replay.counts.accepted).toBe(2)
  })

  test('offers again what was surely not stored, and asks again for what nobody could tell', async () => {
    const { run, sink, ids } = stage([line('a'), line('b')])
    const told = new Map<string, number>()
    const first = (text: string) => told.set(text, (told.get(text) ?? 0) + 1).get(text) === 1
    sink.outcomeOf = (text) => {
      if (!first(text)) return undefined
      return { kind: text.includes('"a"') ? 'retry' : 'in_doubt', reason: 'HTTP 429' }
    }
    sink.findingOf = ({ id }) => (first(id) ? { kind: 'unknown', reason: 'x' } : undefined)
    await run().ended
    expect(sink.lookups).toEqual([['b'], ['b']])
    expect(ids()).toEqual(['a', 'b'])
  })

  test('sends each document to where it would have gone, in the order of the file', async () => {
    const places = [
      ['a', 'healthy', 'shop'],
      ['b', 'failed', 'shop'],
      ['c', 'failed', 'pay'],
      ['d', 'failed', 'shop'],
    ] as const
    const lines = places.map(([id, recordClass, reporterNamespace]) => {
      const address = { dataset: 'envoy.access', recordClass, reporterNamespace } as const
      return deadLetterLine({ id, reason: 'x', ...address, document: Buffer.from('{}\n') }, TIME)
    })
    const old = `{"id":"e","time":"${TIME}","reason":"x","dataset":"envoy.log","document":{}}\n`
    const { run, sink, ids } = stage([...lines, old])
    await run().ended
    expect(ids()).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(sink.addresses).toEqual([
      ...places.map(([, recordClass, reporterNamespace]) => ({
        dataset: 'envoy.access',
        recordClass,
        reporterNamespace,
      })),
      { dataset: 'envoy.log', recordClass: 'healthy', reporterNamespace: undefined },
    ])
  })

  test('sends again what is in doubt where nobody can look it up', async () => {
    const { run, sink, ids } = stage([line('a'), line('b')])
    const doubts: Outcome[] = [{ kind: 'in_doubt', reason: 'no answer' }]
    sink.outcomeOf = (text) => (text.includes('"b"') ? doubts.shift() : undefined)
    const { replay, ended } = run(undefined, 2, false)
    await ended
    expect({ ids: ids(), lookups: sink.lookups }).toEqual({ ids: ['a', 'b'], lookups: [] })
    expect(replay.counts.accepted).toBe(2)
  })

  test('gives up when the sink has no answer, and leaves everything for the next run', async () => {
    const { run, sink, content, ids } = stage([line('a'), line('b'), line('c')])
    sink.outcomeOf = (text) => (text.includes('"c"') ? { kind: 'retry', reason: 'HTTP 429' } : undefined)
    const { replay, ended } = run()
    await expect(ended).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
      message: 'Cannot replay into sink "search": HTTP 429',
    })
    expect(replay.counts.accepted).toBe(2)
    expect(Object.values(content()).join('')).toContain([line('a'), line('b'), line('c')].join(''))
    sink.outcomeOf = () => undefined
    await run().ended
    expect(ids()).toEqual(['a', 'b', 'c'])
  })

  test('answers what an agent that was late wrote into the file it took', async () => {
    const { run, sink, directory, ids, content } = stage([line('a'), line('b')])
    sink.onStored = (before) => {
      const [taken = ''] = readdirSync(directory).filter((name) => name.includes('replaying'))
      if (before === 0) appendFileSync(join(directory, taken), line('c'))
    }
    await run().ended
    expect(ids()).toEqual(['a', 'b', 'c'])
    expect(content()).toEqual({})
  })

  test('leaves to the agent what it refuses meanwhile', async () => {
    const { run, sink, directory, ids, content } = stage([])
    const deadLetter = new DeadLetter(join(directory, 'dead-letter.ndjson'), DEFAULT_DEAD_LETTER)
    await deadLetter.open()
    await deadLetter.write([refused('a')], TIME)
    const meanwhile: Promise<unknown>[] = []
    sink.onDeliver = () => void meanwhile.push(deadLetter.write([refused('b')], TIME))
    await run().ended
    await Promise.all(meanwhile)
    await deadLetter.close()
    expect(ids()).toEqual(['a'])
    expect(content()['dead-letter.ndjson']).toMatch(/^\{"id":"b"[^\n]*\n$/)
    expect(Object.keys(content())).toHaveLength(1)
  })

  test('takes a name that is free when the clock has stepped back', async () => {
    const { run, sink, directory, ids } = stage([line('a')], 'dead-letter.replaying-2026-11-22T13-00-00.000Z.ndjson')
    writeFileSync(join(directory, 'dead-letter.ndjson'), line('b'))
    await run().ended
    expect(ids()).toEqual(['a', 'b'])
    expect(sink.lookups).toEqual([['a']])
  })

  test('splits into batches by bytes and count', async () => {
    const { run, sink } = stage([
      line('a', 'x', 'a'.repeat(600)),
      line('b', 'x', 'b'.repeat(600)),
      line('c'),
      line('d'),
    ])
    await run(undefined, 2).ended
    expect(sink.batches).toEqual([1, 2, 1])
  })
})

describe('lockReplay()', () => {
  test('refuses a second replay, and says who runs the first', async () => {
    const directory = scratch()
    const clock = new ManualClock()
    const lock = await clock.drive(lockReplay(directory, clock))
    await expect(lockReplay(directory, clock)).rejects.toMatchObject({
      code: 'STATE_LOCKED',
      message: expect.stringMatching(`^Cannot replay dead letter in .*: held by process ${process.pid} on `),
    })
    await lock.release()
    const next = await clock.drive(lockReplay(directory, clock))
    await next.release()
  })
})
