import { describe, expect, test } from 'vitest'
import { BOOTSTRAP_VERSION, type Found } from '../../../src/bootstrap/object.ts'
import { install, planOf, refuseConflicts, removalOf, remove } from '../../../src/bootstrap/plan.ts'
import { FakeTarget, objectNamed } from './fake-target.ts'

const ours = (version: number, value: unknown = 1): Found => ({ kind: 'ours', version, body: { value } })

describe('planOf()', () => {
  test.for([
    ['creates what is not there', { kind: 'absent' }, false, 'create'],
    ['leaves what is equal', ours(BOOTSTRAP_VERSION), false, 'unchanged'],
    ['updates what somebody has changed', ours(BOOTSTRAP_VERSION, 2), false, 'update'],
    ['updates what is older', ours(BOOTSTRAP_VERSION - 1), false, 'update'],
    ['names what a newer release has made', ours(BOOTSTRAP_VERSION + 1), true, 'newer'],
    ['names what is not ours', { kind: 'foreign' }, false, 'foreign'],
    ['replaces what is not ours by force', { kind: 'foreign' }, true, 'replace'],
  ] as const)('%s', async ([, found, force, action]) => {
    const target = new FakeTarget([objectNamed('a')])
    target.stored.set('a', found)
    const steps = await planOf(target, { force })
    expect(steps.map((step) => step.action)).toEqual([action])
    expect(target.calls).toEqual([])
  })
})

describe('refuseConflicts()', () => {
  test('names every object that stands in the way, and the way out', async () => {
    const target = new FakeTarget([objectNamed('a'), objectNamed('b'), objectNamed('c')])
    target.stored.set('a', { kind: 'foreign' })
    target.stored.set('c', ours(BOOTSTRAP_VERSION + 1))
    const steps = await planOf(target, { force: false })
    expect(() => refuseConflicts(steps)).toThrow(
      /^Cannot install thing "a": .* --force\nCannot install thing "c": a newer flagship .*$/,
    )
  })
})

describe('install()', () => {
  test('writes in order, once: the second plan has nothing to do', async () => {
    const target = new FakeTarget([objectNamed('a'), objectNamed('b')])
    const done: string[] = []
    await install(target, await planOf(target, { force: false }), (step) => done.push(step.object.id))
    expect(target.calls).toEqual(['write a', 'write b'])
    expect(done).toEqual(['a', 'b'])
    const again = await planOf(target, { force: false })
    expect(again.map(({ action }) => action)).toEqual(['unchanged', 'unchanged'])
    await install(target, again, () => {})
    expect(target.calls).toEqual(['write a', 'write b'])
  })
})

describe('remove()', () => {
  test('goes backwards and leaves what is not ours', async () => {
    const target = new FakeTarget([objectNamed('a'), objectNamed('b'), objectNamed('c'), objectNamed('d')])
    target.stored.set('a', ours(BOOTSTRAP_VERSION - 1))
    target.stored.set('b', { kind: 'foreign' })
    target.stored.set('d', ours(BOOTSTRAP_VERSION + 1, 2))
    const steps = await removalOf(target)
    expect(steps.map(({ object, action }) => `${object.id} ${action}`)).toEqual([
      'd remove',
      'c absent',
      'b foreign',
      'a remove',
    ])
    await remove(target, steps, () => {})
    expect(target.calls).toEqual(['remove d', 'remove a'])
  })

  test('goes on past what is in use, and names it', async () => {
    const target = new FakeTarget([objectNamed('a'), objectNamed('b'), objectNamed('c')])
    for (const id of ['a', 'b', 'c']) target.stored.set(id, ours(BOOTSTRAP_VERSION))
    target.inUse.add('b')
    const done: string[] = []
    const kept = await remove(target, await removalOf(target), ({ object }) => done.push(object.id))
    expect(done).toEqual(['c', 'a'])
    expect(kept).toMatchObject([{ object: { id: 'b' }, reason: 'in use' }])
  })
})
