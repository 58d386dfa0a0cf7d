import * as fc from '../../../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { FlagshipError } from '../../../../src/errors.ts'
import { type OpenedStore, openStateStore, readStateStore } from '../../../../src/pipeline/state/store.ts'
import { CrashDisk, type DiskFault, randomOf } from '../../fakes/crash-disk.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'

const DIRECTORY = '/state'
const RUNS = 400

type Values = ReadonlyMap<string, unknown>
type Changes = readonly (readonly [string, unknown])[]

const CHANGES: fc.Arbitrary<Changes> = fc.uniqueArray(
  fc.tuple(
    fc.constantFrom('a', 'b', 'c', '__proto__', 'ü"\n'),
    fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 9 }), fc.string({ maxLength: 150 }), fc.constant(null)),
  ),
  { maxLength: 4, selector: ([key]) => key },
)
const COMMIT = fc.record({ do: fc.constant('commit' as const), changes: CHANGES })
const AHEAD = fc.integer({ min: 1, max: 12 })

const ACTION = fc.oneof(
  { weight: 6, arbitrary: COMMIT },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('kill' as const, 'power' as const, 'close' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      ahead: AHEAD,
      fault: fc.constantFrom<DiskFault>('EIO', 'ENOSPC', 'die'),
    }),
  },
)
type Action = typeof ACTION extends fc.Arbitrary<infer T> ? T : never

/** A store on a disk, and what it may hold: any of `possible`, of which the first is what was acknowledged last. */
class Model {
  readonly disk: CrashDisk
  possible: Values[] = [new Map()]
  /** Everything it ever held, or was asked to hold. */
  readonly ever: Values[] = [new Map()]
  opened: OpenedStore | undefined
  hasCommitted = false
  readonly #slotBytes: number

  constructor(seed: number, slotBytes: number) {
    this.disk = new CrashDisk(randomOf(seed))
    this.#slotBytes = slotBytes
  }

  async open(): Promise<OpenedStore | undefined> {
    try {
      const parts = { access: this.disk, clock: new ManualClock(), slotBytes: this.#slotBytes }
      const opened = await openStateStore(DIRECTORY, parts)
      this.opened = this.disk.isDead ? undefined : opened
      return this.opened
    } catch (error) {
      if (error instanceof FlagshipError) return undefined
      throw error
    }
  }

  async commit(changes: Changes): Promise<void> {
    const [acknowledged = new Map<string, unknown>()] = this.possible
    const wanted = new Map(acknowledged)
    for (const [key, value] of changes) {
      if (value === undefined) wanted.delete(key)
      else wanted.set(key, value)
    }
    this.ever.push(wanted)
    const isDone = await this.opened?.store.commit(new Map(changes)).then(
      () => !this.disk.isDead,
      () => false,
    )
    this.hasCommitted ||= isDone === true
    this.possible = isDone === true ? [wanted] : [...this.possible, wanted]
  }

  async stop(how: 'kill' | 'power' | 'close'): Promise<void> {
    if (how === 'close') await this.opened?.store.close()
    this.opened = undefined
    if (how === 'power') this.disk.losePower()
    else this.disk.restart()
  }
}

async function act(model: Model, action: Action): Promise<void> {
  if (action.do === 'fault') return model.disk.failAt(action.ahead, action.fault)
  if (action.do !== 'commit') return model.stop(action.do)
  if (model.opened === undefined) await openAndCheck(model)
  if (model.opened === undefined) return
  await model.commit(action.changes)
  if (model.disk.isDead) await model.stop('kill')
}

/** What an opened store holds is durable from then on. */
async function openAndCheck(model: Model): Promise<void> {
  const opened = await model.open()
  if (opened === undefined) return
  expect(model.possible).toContainEqual(opened.values)
  expect(opened.notes).toEqual([])
  expect(opened.origin).toBeOneOf(model.hasCommitted ? ['current'] : ['new', 'current'])
  model.possible = [opened.values]
}

describe('openStateStore()', () => {
  test('finds what was acknowledged last, or what was attempted since, after any faults and crashes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.constantFrom(256, 512, 2_048),
        fc.array(ACTION, { maxLength: 40 }),
        fc.constantFrom('kill' as const, 'power' as const),
        async (seed, slotBytes, actions, last) => {
          const model = new Model(seed, slotBytes)
          for (const action of actions) await act(model, action)
          await model.stop(last)
          const before = await readStateStore(DIRECTORY, model.disk)
          await openAndCheck(model)
          expect(model.opened?.values).toEqual(before?.values ?? new Map())
        },
      ),
      { numRuns: RUNS },
    )
  })

  test('says that commits may be missing whenever a damaged byte has taken one, until the next commit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.constantFrom(256, 512, 2_048),
        fc.array(COMMIT, { maxLength: 25 }),
        fc.record({ ahead: AHEAD, kind: fc.constantFrom('kill' as const, 'close' as const) }),
        fc.record({
          slot: fc.constantFrom('a', 'b'),
          at: fc.nat({ max: 2_047 }),
          mask: fc.integer({ min: 1, max: 255 }),
        }),
        fc.array(AHEAD, { maxLength: 3 }),
        async (seed, slotBytes, commits, end, flip, deaths) => {
          const model = new Model(seed, slotBytes)
          await model.open()
          for (const [index, { changes }] of commits.entries()) {
            if (index === commits.length - 1 && end.kind === 'kill') model.disk.failAt(end.ahead, 'die')
            await model.commit(changes)
          }
          await model.stop(end.kind)
          flipByte(model.disk, `${DIRECTORY}/state.${flip.slot}`, flip.at, flip.mask)
          for (const ahead of deaths) {
            model.disk.failAt(ahead, 'die')
            await model.open()
            model.disk.losePower()
          }
          const opened = await model.open()
          expect(model.ever).toContainEqual(opened?.values)
          const isComplete = model.possible.some((values) => sameValues(values, opened?.values))
          expect(opened?.origin).toBeOneOf(isComplete ? ['new', 'current', 'older'] : ['older'])
          await checkUntilCommit(model, opened)
        },
      ),
      { numRuns: RUNS },
    )
  })
})

async function checkUntilCommit(model: Model, opened: OpenedStore | undefined): Promise<void> {
  await model.stop('power')
  const again = await model.open()
  expect(again?.values).toEqual(opened?.values)
  expect(again?.origin).toBe(opened?.origin)
  model.possible = [opened?.values ?? new Map()]
  await model.commit([['mended', true]])
  await model.stop('power')
  await openAndCheck(model)
}

function flipByte(disk: CrashDisk, path: string, at: number, mask: number): void {
  const content = disk.content(path)
  if (content === undefined || content.length === 0) return
  const damaged = Buffer.from(content)
  const place = at % content.length
  damaged[place] = (damaged[place] ?? 0) ^ mask
  disk.put(path, damaged)
}

function sameValues(a: Values, b: Values | undefined): boolean {
  const text = (values: Values | undefined) => JSON.stringify([...(values ?? [])].sort(([x], [y]) => (x < y ? -1 : 1)))
  return text(a) === text(b)
}
