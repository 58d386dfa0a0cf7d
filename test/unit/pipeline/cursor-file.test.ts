import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FlagshipError } from '../../../src/errors.ts'
import { type CursorState, readCursorFile, writeCursorFile } from '../../../src/pipeline/cursor-file.ts'
import { scratch } from '../fakes/scratch.ts'

const STATE: CursorState = {
  mark: '3:1200',
  entries: [
    {
      fileKey: 'AAAAAAAAAAA',
      familyKey: 'AAAAAAAAAAA',
      generation: 0,
      path: '/var/log/pods/ü "x"\n/0.log',
      device: 1,
      inode: 2,
      prefixBytes: 100,
      answeredTo: 300,
      open: [100, 200],
      check: { atBytes: 300, crc: 4_294_967_295 },
    },
    {
      fileKey: 'BAAAAAAAAAA',
      familyKey: 'AAAAAAAAAAA',
      generation: 1,
      path: '/b',
      device: 1,
      inode: 3,
      prefixBytes: 0,
      goneSinceMs: 1_795_352_400_000,
    },
  ],
}

async function written(state: CursorState): Promise<string> {
  const path = join(scratch(), 'cursor')
  await writeCursorFile(path, state)
  return path
}

describe('readCursorFile()', () => {
  test.for([
    ['everything', STATE],
    ['nothing yet', { mark: undefined, entries: [] }],
    ['a sink without a mark', { ...STATE, mark: undefined }],
  ] as const)('gives back %s as it was written', async ([, state]) => {
    expect(await readCursorFile(await written(state))).toEqual(state)
  })

  test('is undefined where nothing was written', async () => {
    expect(await readCursorFile(join(scratch(), 'cursor'))).toBeUndefined()
  })

  test('reads the old state while a new one is half written', async () => {
    const path = await written(STATE)
    writeFileSync(`${path}.new`, 'flagship-cur')
    expect(await readCursorFile(path)).toEqual(STATE)
    await writeCursorFile(path, { mark: undefined, entries: [] })
    expect(readdirSync(join(path, '..'))).toEqual(['cursor'])
  })

  test('refuses a file that is cut off, wherever', async () => {
    const path = await written(STATE)
    const whole = readFileSync(path)
    for (let length = 0; length < whole.length; length += 1) {
      writeFileSync(path, whole.subarray(0, length))
      await expect(readCursorFile(path), `${length} bytes`).rejects.toMatchObject({ code: 'STATE_UNREADABLE' })
    }
  })

  test('refuses a file with any bit turned', async () => {
    const path = await written(STATE)
    const whole = readFileSync(path)
    for (let at = 0; at < whole.length; at += 1) {
      const damaged = Buffer.from(whole)
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8))
      writeFileSync(path, damaged)
      await expect(readCursorFile(path), `byte ${at}`).rejects.toBeInstanceOf(FlagshipError)
    }
  })

  test.for([
    ['a newer version', (text: string) => text.replace('flagship-cursor 1 ', 'flagship-cursor 2 '), 'format version 2'],
    ['another file', () => 'hello\n', 'it is not a cursor'],
    ['damage', (text: string) => text.replace('100', '101'), 'it is damaged'],
  ] as const)('says what is wrong with %s, and the way out', async ([, change, state]) => {
    const path = await written(STATE)
    writeFileSync(path, change(readFileSync(path, 'utf8')))
    const reading = readCursorFile(path)
    await expect(reading).rejects.toThrow(`Cannot read cursor "${path}": `)
    await expect(reading).rejects.toThrow(state)
    await expect(reading).rejects.toThrow('remove it to read everything that is there once more')
  })
})
