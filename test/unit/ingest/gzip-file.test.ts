import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { FILE_SYSTEM } from '../../../src/ingest/file-system.ts'
import { GzipFile } from '../../../src/ingest/gzip-file.ts'
import { scratch } from '../fakes/scratch.ts'

const LINES = Array.from({ length: 50_000 }, (_, number) => `line ${number} ${(number * 7919) % 10_007}\n`).join('')

async function opened(packed: Buffer): Promise<{ readonly file: GzipFile; readonly path: string }> {
  const root = scratch()
  const path = join(root, 'a.gz')
  writeFileSync(path, packed)
  return { file: await GzipFile.open(FILE_SYSTEM.open(path, [root])), path }
}

async function textAt(file: GzipFile, positionBytes: number, length: number): Promise<string> {
  const bytes = Buffer.alloc(length)
  return bytes.toString('latin1', 0, await file.read(bytes, positionBytes))
}

describe('GzipFile', () => {
  test.for([
    ['one member', [LINES]],
    ['two members', [LINES.slice(0, 300_000), LINES.slice(300_000)]],
    ['a long member before a short one', [LINES.slice(0, -9), LINES.slice(-9)]],
  ] as const)('reads %s in pieces and knows its end with the last byte', async ([, members]) => {
    const { file } = await opened(Buffer.concat(members.map((text) => gzipSync(text))))
    let read = ''
    while (read.length < LINES.length) {
      expect(file.stat().sizeBytes).toBeGreaterThan(0)
      read += await textAt(file, read.length, 100_000)
    }
    expect(read === LINES).toBe(true)
    expect([file.state, file.stat().sizeBytes]).toEqual(['ended', LINES.length])
    file.close()
  })

  test('says its size before anything is unpacked', async () => {
    const { file } = await opened(gzipSync(LINES))
    expect(file.stat().sizeBytes).toBe(LINES.length)
    file.close()
  })

  test('reads from any place, also before the last one', async () => {
    const { file } = await opened(gzipSync(LINES))
    for (const at of [700_000, 10, 700_100, 699_900, 0])
      expect(await textAt(file, at, 50)).toBe(LINES.slice(at, at + 50))
    file.close()
  })

  test('gives what there is of a file whose end is missing, and the rest when it comes', async () => {
    const packed = gzipSync(LINES)
    const { file, path } = await opened(packed.subarray(0, 100_000))
    const first = await textAt(file, 0, LINES.length)
    expect(first.length).toBeGreaterThan(100_000)
    expect(LINES.startsWith(first)).toBe(true)
    expect([file.state, file.stat().sizeBytes]).toEqual(['cut', first.length])
    appendFileSync(path, packed.subarray(100_000))
    expect((await textAt(file, first.length, LINES.length)) === LINES.slice(first.length)).toBe(true)
    expect(file.state).toBe('ended')
    file.close()
  })

  test.for([
    ['is no gzip file', Buffer.from('a line\n'), 'corrupt'],
    ['is empty', Buffer.alloc(0), 'cut'],
    ['was damaged', Buffer.concat([gzipSync('one\n').subarray(0, 10), Buffer.alloc(20, 0xff)]), 'corrupt'],
  ] as const)('gives what there is of a file that %s', async ([, packed, state]) => {
    const { file } = await opened(packed)
    await textAt(file, 0, 100)
    expect(file.state).toBe(state)
    expect(file.stat().sizeBytes).toBeLessThan(10)
    file.close()
  })

  test('holds only a part of what it unpacks in memory', async () => {
    const { file } = await opened(gzipSync(Buffer.alloc(80_000_000, 'x')))
    const before = process.memoryUsage().arrayBuffers
    expect(await textAt(file, 79_999_990, 20)).toBe('x'.repeat(10))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000)
    file.close()
  })
})
