import { PassThrough, Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { isColoured, write } from '../../../src/cli/io.ts'

const output = (isTTY: boolean) => Object.assign(new PassThrough(), { isTTY })

describe('isColoured()', () => {
  test.for([
    ['a terminal', true, {}, true],
    ['a pipe', false, {}, false],
    ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['a dumb terminal', true, { TERM: 'dumb' }, false],
    ['a pipe with FORCE_COLOR, which we do not know', false, { FORCE_COLOR: '1' }, false],
  ] as const)('of %s', ([, isTTY, env, expected]) => {
    expect(isColoured(output(isTTY), env)).toBe(expected)
  })
})

describe('write()', () => {
  test('resolves only when a slow reader has caught up', async () => {
    const stream = new PassThrough({ highWaterMark: 4 })
    let isWritten = false
    const written = write(stream, 'twelve bytes').then(() => (isWritten = true))
    await new Promise(setImmediate)
    expect(isWritten).toBe(false)
    stream.read()
    await written
    expect(stream.listenerCount('drain') + stream.listenerCount('close')).toBe(0)
  })

  test('resolves when the reader leaves', async () => {
    const stream = new Writable({ highWaterMark: 1, write() {} })
    const written = write(stream, 'more than one byte')
    stream.destroy()
    await expect(written).resolves.toBeUndefined()
  })
})
