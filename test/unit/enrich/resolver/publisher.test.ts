import { randomBytes } from 'node:crypto'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import { NO_VERSIONS, type Versions } from '../../../../src/enrich/kubernetes/resource-version.ts'
import { LastTold } from '../../../../src/enrich/resolver/last-told.ts'
import type { Position, ResolverFreshness } from '../../../../src/enrich/resolver/protocol.ts'
import { Publisher } from '../../../../src/enrich/resolver/publisher.ts'
import { StreamState } from '../../../../src/enrich/resolver/stream-state.ts'
import { SILENT } from '../../../../src/logger.ts'
import { ManualClock, settle } from '../../fakes/manual-clock.ts'
import { StreamOutput } from './stream-output.ts'
import { change, indexOf, recordLines, type Things, thingsOf } from './things.ts'

function benchOf(things: Things = { a: 1, b: 1 }) {
  const source = indexOf(things)
  const clock = new ManualClock()
  const events: string[] = []
  const state: { freshness: ResolverFreshness; versions: Versions } = {
    freshness: 'current',
    versions: { knows: '9', told: '7' },
  }
  const parts = {
    clock,
    epoch: 'e-1',
    freshness: () => state.freshness,
    versions: () => state.versions,
    onEvent: (event: string) => events.push(event),
  }
  const publisher = new Publisher(source, parts)
  onTestFinished(() => publisher.stop())
  const open = async (position?: Position, output = new StreamOutput()) => {
    const answer = publisher.add(output, position)
    // A snapshot is packed on another thread.
    if (answer === 'snapshot') await vi.waitUntil(() => output.isStuck || output.hasEnded, PATIENCE)
    await settle()
    return { output, answer }
  }
  return { source, clock, publisher, events, state, open }
}

/** What a reader of these lines knows. */
function readBy(output: StreamOutput) {
  const index = new EndpointIndex()
  const state = new StreamState(index, new LastTold(new ManualClock(), SILENT))
  state.connect()
  const problems = output.lines.map((line) => state.take(line)).filter((problem) => problem !== undefined)
  return { things: thingsOf(index), position: state.position, problems }
}

/** The machine may be busy. */
const PATIENCE = { timeout: 20_000 }

/** Changes that are megabytes when packed. */
function fill(source: EndpointIndex, count: number): void {
  for (let at = 0; at < count * 20; at += 1) change(source, { [`big${at}`]: at }, randomBytes(1_500).toString('base64'))
}

/** Long enough for any number of changes to be told, which takes turns of the event loop. */
async function flushed(clock: ManualClock): Promise<void> {
  await clock.advance(250)
  for (let turns = 0; turns < 40; turns += 1) await settle()
}

describe('Publisher', () => {
  test('tells a new reader everything, then what changes', async () => {
    const { source, clock, open } = benchOf()
    const { output, answer } = await open()
    expect([answer, output.types]).toEqual(['snapshot', ['hello', 'snapshot', 'record', 'record', 'end']])
    change(source, { a: 2 })
    change(source, { c: 1 })
    change(source, { a: 3 })
    await clock.advance(250)
    expect(output.lines.slice(-3)).toEqual([
      { type: 'delta', seq: 1, records: 2, told: '7' },
      ...recordLines({ a: 3, c: 1 }),
    ])
    expect(readBy(output)).toEqual({
      things: { a: 3, b: 1, c: 1 },
      position: { epoch: 'e-1', seq: 1 },
      problems: [],
    })
  })

  test('goes on where a reader was', async () => {
    const { source, clock, open } = benchOf()
    for (const value of [2, 3, 4]) {
      change(source, { a: value })
      await clock.advance(250)
    }
    const { output, answer } = await open({ epoch: 'e-1', seq: 1 })
    expect(answer).toBe('resume')
    expect(output.lines.slice(1)).toEqual([
      { type: 'resume', seq: 1 },
      { type: 'delta', seq: 2, records: 1, told: '7' },
      ...recordLines({ a: 3 }),
      { type: 'delta', seq: 3, records: 1, told: '7' },
      ...recordLines({ a: 4 }),
    ])
  })

  test.for([
    ['another epoch', { epoch: 'e-2', seq: 0 }],
    ['a number that was never given', { epoch: 'e-1', seq: 7 }],
    ['nothing', undefined],
  ] as const)('gives a snapshot to a reader with %s', async ([, position]) => {
    const { open } = benchOf()
    expect((await open(position)).answer).toBe('snapshot')
  })

  test('gives a snapshot to a reader of more than 10 minutes ago', async () => {
    const { source, clock, open } = benchOf()
    change(source, { a: 2 })
    await clock.advance(250)
    expect((await open({ epoch: 'e-1', seq: 0 })).answer).toBe('resume')
    await clock.advance(605_000)
    expect((await open({ epoch: 'e-1', seq: 0 })).answer).toBe('snapshot')
    expect((await open({ epoch: 'e-1', seq: 1 })).answer).toBe('resume')
  })

  test('loses no change that happens while a snapshot is made and sent', async () => {
    const { source, clock, publisher } = benchOf()
    for (let at = 0; at < 5_000; at += 1) change(source, { [`p${at}`]: 0 })
    const output = new StreamOutput(1)
    publisher.add(output, undefined)
    for (let at = 0; at < 5_000; at += 7) {
      change(source, { [`p${at}`]: at % 2 === 0 ? 'gone' : at, [`new${at}`]: at })
      await new Promise((resolve) => setImmediate(resolve))
      if (at % 350 === 0) await clock.advance(100)
    }
    await vi.waitUntil(() => output.hasEnded, PATIENCE)
    await flushed(clock)
    expect(readBy(output)).toMatchObject({ things: thingsOf(source), problems: [] })
  })

  test('makes one snapshot for all who ask within 30 s, and brings it up to date', async () => {
    const { source, clock, open } = benchOf()
    let count = 0
    const records = source.records.bind(source)
    vi.spyOn(source, 'records').mockImplementation(() => ((count += 1), records()))
    await open()
    await clock.advance(20_000)
    change(source, { b: 'gone', c: 1 })
    const { output } = await open()
    expect(count).toBe(1)
    expect(output.types.slice(2)).toEqual(['record', 'record', 'delta', 'record', 'record', 'end'])
    expect(readBy(output)).toMatchObject({ things: { a: 1, c: 1 }, problems: [] })
    await clock.advance(11_000)
    expect(readBy((await open()).output)).toMatchObject({ things: { a: 1, c: 1 }, problems: [] })
    expect(count).toBe(2)
  })

  test('has 32 snapshots under way at most, and takes more when one is through', async () => {
    const { publisher, open, events } = benchOf()
    await open() // so that it is packed
    const stuck = Array.from({ length: 32 }, () => new StreamOutput(1))
    for (const output of stuck) {
      output.isStuck = true
      await open(undefined, output)
    }
    expect((await open()).answer).toBe('busy')
    expect(publisher.status.readers).toBe(33)
    expect((await open({ epoch: 'e-1', seq: 0 })).answer).toBe('resume')
    const [first] = stuck
    if (first !== undefined) first.isStuck = false
    await vi.waitUntil(() => first?.hasEnded, PATIENCE)
    await settle()
    expect((await open()).answer).toBe('snapshot')
    expect(events.filter((event) => event === 'busy')).toHaveLength(1)
  })

  test('lets go of a reader that does not take its snapshot within a minute', async () => {
    const { clock, events, open } = benchOf()
    await open() // so that it is packed
    const output = new StreamOutput(1)
    output.isStuck = true
    await open(undefined, output)
    await clock.advance(29_000)
    expect(output.destroyed).toBe(false)
    await clock.advance(36_000)
    expect([output.destroyed, events]).toEqual([true, ['snapshot', 'snapshot', 'too_slow']])
  })

  test('lets go of a reader that takes nothing for 4 MiB, and of nobody else', async () => {
    const { source, clock, events, publisher, open } = benchOf()
    const [slow, quick] = [new StreamOutput(), new StreamOutput()]
    await open(undefined, slow)
    await open(undefined, quick)
    slow.isStuck = true
    for (let round = 0; round < 2; round += 1) {
      fill(source, 50)
      await flushed(clock)
    }
    expect([slow.destroyed, slow.writableLength < 300_000]).toEqual([false, true])
    fill(source, 100)
    await flushed(clock)
    expect([slow.destroyed, quick.destroyed, publisher.status.readers]).toEqual([true, false, 1])
    expect(events).toEqual(['snapshot', 'snapshot', 'too_slow'])
    expect(readBy(quick)).toMatchObject({ things: thingsOf(source), problems: [] })
  })

  test('lets go of a reader that takes nothing for 30 s', async () => {
    const { source, clock, open } = benchOf()
    const { output } = await open()
    output.isStuck = true
    fill(source, 2)
    await clock.advance(29_000)
    expect(output.destroyed).toBe(false)
    await clock.advance(7_000)
    expect(output.destroyed).toBe(true)
  })

  test('sends a reader that was slow all it has missed', async () => {
    const { source, clock, open } = benchOf()
    const { output } = await open()
    output.isStuck = true
    for (let round = 0; round < 20; round += 1) {
      fill(source, 2)
      await flushed(clock)
    }
    output.isStuck = false
    const isAllRead = () => expect(readBy(output)).toMatchObject({ things: thingsOf(source), problems: [] })
    await vi.waitFor(isAllRead, PATIENCE)
  })

  test('says every 5 s that it is there, and how old what it knows is', async () => {
    const { clock, state, open } = benchOf()
    const { output } = await open()
    await clock.advance(5_000)
    state.freshness = 'stale'
    await clock.advance(5_000)
    expect(output.lines.slice(-2)).toMatchObject([
      { type: 'heartbeat', seq: 0, freshness: 'current', nowMs: clock.nowMs() - 5_000 },
      { type: 'heartbeat', seq: 0, freshness: 'stale' },
    ])
    expect((await open()).output.lines[0]).toMatchObject({ type: 'hello', freshness: 'stale' })
  })

  test('says how far it knows and has told pods: in hello as of then, in a delta as of when that was made', async () => {
    const { source, clock, state, open } = benchOf()
    const first = await open()
    expect(first.output.lines[0]).toMatchObject({ type: 'hello', knows: '9', told: '7' })
    change(source, { a: 2 })
    state.versions = { knows: '12', told: '11' }
    await clock.advance(250)
    state.versions = { knows: '20', told: '19' }
    change(source, { a: 3 })
    await clock.advance(250)
    expect(first.output.lines.filter(({ type }) => type === 'delta')).toMatchObject([{ told: '11' }, { told: '19' }])
    const { output } = await open({ epoch: 'e-1', seq: 0 })
    expect(output.lines.filter(({ type }) => type !== 'record')).toMatchObject([
      { type: 'hello', knows: '20', told: '19' },
      { type: 'resume' },
      { type: 'delta', told: '11' },
      { type: 'delta', told: '19' },
    ])
  })

  test('says nothing of versions that cannot be compared', async () => {
    const { source, clock, state, open } = benchOf()
    state.versions = NO_VERSIONS
    const { output } = await open()
    change(source, { a: 2 })
    await clock.advance(250)
    const [hello, delta] = output.lines.filter(({ type }) => type === 'hello' || type === 'delta')
    expect(Object.keys({ ...hello, ...delta })).not.toEqual(expect.arrayContaining(['told']))
    expect(Object.keys({ ...hello })).not.toContain('knows')
  })

  test('forgets a reader whose connection is gone, and ends all streams when it stops', async () => {
    const { publisher, open } = benchOf()
    const [one, two] = [(await open()).output, (await open()).output]
    one.destroy(new Error('ECONNRESET'))
    await settle()
    expect(publisher.status.readers).toBe(1)
    publisher.stop()
    await settle()
    expect([two.writableFinished, publisher.status.readers]).toEqual([true, 0])
  })
})
