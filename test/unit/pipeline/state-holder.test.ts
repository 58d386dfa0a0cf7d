import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SYSTEM_CLOCK } from '../../../src/clock.ts'
import { holderOf, lockState } from '../../../src/pipeline/state-lock.ts'
import { scratch } from '../fakes/scratch.ts'

describe('holderOf()', () => {
  test('says who holds a state directory, and leaves it to them', async () => {
    const directory = scratch()
    const lock = await lockState(directory, SYSTEM_CLOCK)
    const expected = expect.stringMatching(`^process ${process.pid} on .* since 20.*Z$`)
    expect(await holderOf(directory)).toEqual(expected)
    expect(await holderOf(directory)).toEqual(expected)
    await lock.release()
    expect(await holderOf(directory)).toBeUndefined()
  })

  test('says nobody of a directory that is not there, and makes none', async () => {
    const root = scratch()
    expect(await holderOf(join(root, 'state'))).toBeUndefined()
    expect(readdirSync(root)).toEqual([])
  })

  test('says where nobody can be asked', async () => {
    const path = join(scratch(), 'file')
    writeFileSync(path, '')
    await expect(holderOf(path)).rejects.toMatchObject({
      code: 'STATE_UNREADABLE',
      message: expect.stringMatching(/^Cannot ask who holds state directory ".*file": .*ENOTDIR/),
    })
  })
})
