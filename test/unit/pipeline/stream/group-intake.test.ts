import { describe, expect, onTestFinished, test } from 'vitest'
import { FlagshipError } from '../../../../src/errors.ts'
import type { ReadMessages } from '../../../../src/pipeline/stream/group-intake.ts'
import { ACCEPTED, type Outcome, type Sink, STORED } from '../../../../src/sinks/sink.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { type CommitFault, ScriptedTopic } from '../../fakes/scripted-group.ts'
import { startMember } from './bench.ts'

const NEVER: readonly Outcome[] = []

/** A sink that keeps what it was offered and answers when it is told to. */
function heldSink(isHeld: (ids: readonly string[]) => boolean, lookup: Sink['lookup'], concurrency: number) {
  const offered: string[] = []
  const held: { readonly ids: readonly string[]; readonly answer: () => void }[] = []
  const sink: Sink = {
    name: 'search',
    concurrency,
    regroups: true,
    lookup,
    open: async () => {},
    deliver: async ({ segments }, signal) => {
      const ids = segments.flatMap((segment) => segment.ids)
      offered.push(...ids)
      if (isHeld(ids))
        await new Promise<void>((resolve) => {
          held.push({ ids, answer: resolve })
          signal.addEventListener('abort', () => resolve())
        })
      return signal.aborted ? NEVER : ids.map(() => ACCEPTED)
    },
    close: async () => {},
  }
  return { sink, offered, held }
}

function benchOf(
  isHeld: (ids: readonly string[]) => boolean = () => false,
  fault: () => CommitFault = () => 'none',
  concurrency = 4,
  read?: ReadMessages,
) {
  const clock = new ManualClock()
  const topic = new ScriptedTopic(clock, 1)
  const asked: string[] = []
  const lookup = {
    mark: () => '',
    find: async (doubts: readonly { readonly id: string }[]) => {
      asked.push(...doubts.map(({ id }) => id))
      return doubts.map(() => STORED)
    },
  }
  const { sink, offered, held } = heldSink(isHeld, lookup, concurrency)
  const group = topic.member(fault)
  const { agent, log } = startMember(group, sink, clock, undefined, read)
  onTestFinished(() => clock.drive(agent.stop(1_000)))
  const append = (...texts: readonly string[]) => {
    for (const text of texts) topic.append(0, text)
  }
  return { clock, topic, group, agent, log, append, offered, held, asked, offset: () => topic.positions.get(0)?.offset }
}

/** Comes to nothing until it is told to stop. */
const readNothing: ReadMessages = (_messages, signal) =>
  new Promise((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(new FlagshipError('SOURCE_UNAVAILABLE', 'stopped'))),
  )

describe('GroupIntake', () => {
  test('takes in parts what was packed when it was fetched, each when there is room', async () => {
    const large = ['a', 'b', 'c'].map((letter) => letter.repeat(300_000))
    const { clock, append, held, offered, offset } = benchOf((ids) => ids.includes(large[0] ?? ''))
    append(...large)
    await clock.advance(1_000)
    expect(offered.map((id) => id[0])).toEqual(['a', 'b'])
    held[0]?.answer()
    await clock.advance(1_000)
    expect(offered.map((id) => id[0])).toEqual(['a', 'b', 'c'])
    expect(offset()).toBe(3)
  })

  test('tells the group only what is answered, in the order of the messages', async () => {
    const { clock, append, held, offset } = benchOf((ids) => ids.includes('a'))
    append('a')
    await clock.advance(100)
    append('b')
    await clock.advance(1_000)
    expect(offset()).toBe(0)
    held[0]?.answer()
    await clock.advance(1_000)
    expect(offset()).toBe(2)
  })

  test('waits with messages that cannot be read yet, and says so', async () => {
    let isReadable = false
    const read: ReadMessages = async (messages) => {
      if (isReadable) return messages
      throw new FlagshipError('SOURCE_UNAVAILABLE', 'Cannot read schema "7"')
    }
    const { clock, append, offered, offset, agent, log } = benchOf(
      () => false,
      () => 'none',
      4,
      read,
    )
    append('a', 'b')
    await clock.advance(60_000)
    expect([offered, offset()]).toEqual([[], undefined])
    const reason = 'Cannot read schema "7" (partition 0 of topic "lines", from offset 0 on)'
    expect(agent.status().pipelines[0]?.trouble?.reason).toBe(reason)
    expect(log.take()).toContain(`warn Cannot take messages, trying again: ${reason}`)
    isReadable = true
    await clock.advance(60_000)
    expect([offered, offset()]).toEqual([['a', 'b'], 2])
    expect(agent.status().pipelines[0]?.trouble).toBeUndefined()
  })

  test('leaves messages that it could not read to whoever has their partition next', async () => {
    const { clock, topic, append, offered, offset, log } = benchOf(
      () => false,
      () => 'none',
      4,
      readNothing,
    )
    append('a')
    await clock.advance(1_000)
    topic.form()
    await clock.advance(1_000)
    expect([offered, offset()]).toEqual([[], undefined])
    expect(log.take()).toEqual([])
  })

  test('tells the group what may be sent before it is sent', async () => {
    let fault: CommitFault = 'refused'
    const { clock, append, offered } = benchOf(
      () => false,
      () => fault,
    )
    append('a')
    await clock.advance(5_000)
    expect(offered).toEqual([])
    fault = 'none'
    await clock.advance(5_000)
    expect(offered).toEqual(['a'])
  })

  test('takes nothing more while too much waits for an answer', async () => {
    const { clock, append, held, agent } = benchOf(() => true)
    append(...Array.from({ length: 400 }, (_, index) => `m${index}`))
    await clock.advance(10_000)
    const { linesRead } = agent.status().pipelines[0] ?? {}
    expect(linesRead).toBeLessThan(200)
    for (const { answer } of held) answer()
  })

  test('looks up what an earlier member may have sent, and sends what it cannot have', async () => {
    const { clock, topic, append, offered, asked } = benchOf()
    topic.positions.set(0, { offset: 1, metadata: 'sent=3' })
    append('a', 'b', 'c', 'd')
    await clock.advance(1_000)
    expect([asked, offered]).toEqual([['b', 'c'], ['d']])
  })

  test('looks up everything that is there where somebody else has told the group an offset', async () => {
    const { clock, topic, append, offered, asked } = benchOf()
    topic.positions.set(0, { offset: 1, metadata: 'by hand' })
    append('a', 'b')
    await clock.advance(1_000)
    append('c')
    await clock.advance(1_000)
    expect([asked, offered]).toEqual([['b'], ['c']])
  })

  test('takes what is there, and looks it up, where the topic was made anew while it was read', async () => {
    const { clock, topic, append, offered, asked, offset } = benchOf()
    append('a', 'b', 'c')
    await clock.advance(1_000)
    topic.empty(0)
    topic.positions.set(0, { offset: 1, metadata: 'sent=1' }) // as it was told last, from memory
    append('d', 'e')
    await clock.advance(1_000)
    append('f', 'g')
    await clock.advance(1_000)
    expect([offered, asked, offset()]).toEqual([['a', 'b', 'c', 'f', 'g'], ['d', 'e'], 4])
  })

  test('takes what is there, and looks it up, where the group stands beyond the end', async () => {
    const { clock, topic, append, offered, asked, offset } = benchOf()
    topic.positions.set(0, { offset: 9, metadata: 'sent=10009' })
    append('a', 'b')
    await clock.advance(1_000)
    append('c')
    await clock.advance(1_000)
    expect([offered, asked, offset()]).toEqual([['c'], ['a', 'b'], 3])
  })

  test('goes on where it was when it keeps a partition', async () => {
    const { clock, topic, append, offered, held, asked, offset } = benchOf((ids) => ids.includes('a'))
    append('a', 'b')
    await clock.advance(1_000)
    topic.form()
    append('c')
    await clock.advance(1_000)
    held[0]?.answer()
    await clock.advance(1_000)
    expect([offered, asked, offset()]).toEqual([['a', 'b', 'c'], [], 3])
  })

  test('begins anew with what it kept when somebody else has told the group something meanwhile', async () => {
    const { clock, topic, append, held, asked, offset } = benchOf((ids) => ids.includes('a'))
    append('a', 'b')
    await clock.advance(1_000)
    topic.positions.set(0, { offset: 1, metadata: 'sent=9' })
    topic.form()
    await clock.advance(1_000)
    expect([asked, offset()]).toEqual([['b'], 2])
    held[0]?.answer()
    await clock.advance(1_000)
    expect(offset()).toBe(2)
  })

  test('sends nothing more of a partition that it has lost', async () => {
    const { clock, group, append, offered, held } = benchOf((ids) => ids.includes('a'), undefined, 1)
    append('a')
    await clock.advance(100)
    append('b', 'c') // they wait behind it
    await clock.advance(100)
    group.assign([])
    held[0]?.answer()
    await clock.advance(1_000)
    expect(offered).toEqual(['a'])
  })

  test('says what is in the way until the group is formed', async () => {
    const { clock, group, agent, topic } = benchOf()
    await clock.advance(10)
    group.fail(new FlagshipError('SOURCE_UNAVAILABLE', 'no broker answers'))
    await clock.advance(10)
    expect(agent.status().pipelines[0]).toMatchObject({ state: 'retrying', trouble: { reason: 'no broker answers' } })
    topic.form()
    expect(agent.status().pipelines[0]?.state).toBe('delivering')
  })

  test('tells the group everything before it leaves', async () => {
    const { clock, append, agent, topic, group, offered, offset } = benchOf()
    append('a', 'b')
    await clock.advance(60)
    append('c')
    await clock.drive(agent.stop(5_000))
    expect(topic.has(group)).toBe(false)
    expect([offered.slice(0, 2), offset()]).toEqual([['a', 'b'], offered.length])
  })
})
