import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { BrokenStream, linesOf } from '../../../../src/enrich/resolver/lines.ts'
import { LONGEST_LINE } from '../../../../src/enrich/resolver/protocol.ts'

const MEMBERS = Buffer.concat([gzipSync('a\nb'), gzipSync('c\n\u20ac\n'), gzipSync('', { level: 0 }), gzipSync('d\n')])

function pieces(bytes: Buffer, size: number): Readable {
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size))
  return Readable.from(chunks, { objectMode: false })
}

async function readAll(body: Readable) {
  const lines: string[] = []
  try {
    for await (const part of linesOf(body, () => undefined)) lines.push(...part)
  } catch (error) {
    return { lines, error }
  }
  return { lines, error: undefined }
}

describe('linesOf()', () => {
  test.for([1, 2, 3, 7, 18, 20, 21, 1_000])(
    'reads a chain of members that comes in pieces of %i bytes',
    async (size) => {
      expect(await readAll(pieces(MEMBERS, size))).toEqual({ lines: ['a', 'bc', '\u20ac', 'd'], error: undefined })
    },
  )

  test('has each line as soon as its member is there', async () => {
    const body = new Readable({ read() {} })
    const lines = linesOf(body, () => undefined)
    for (const text of ['one', 'two', 'three']) {
      body.push(gzipSync(`${text}\n`))
      expect((await lines.next()).value).toEqual([text])
    }
    await lines.return(undefined)
    expect(body.destroyed).toBe(true)
  })

  test('counts bytes, not lines, as a sign of life', async () => {
    let count = 0
    for await (const part of linesOf(pieces(gzipSync('a'), 1), () => (count += 1))) expect(part).toEqual([])
    expect(count).toBe(gzipSync('a').length)
  })

  test.for([
    ['no gzip', Buffer.from('{"type":"hello"}\n')],
    ['a member that is cut off', MEMBERS.subarray(0, -1)],
    ['a member that is broken', Buffer.concat([MEMBERS, Buffer.from([0x1f, 0x8b, 9, 9])])],
    ['a bomb', gzipSync(Buffer.alloc(LONGEST_LINE + 1, 0x61))],
  ] as const)('refuses %s', async ([, bytes]) => {
    expect((await readAll(pieces(bytes, 64))).error).toBeInstanceOf(BrokenStream)
  })

  test('takes no more than it can hold, however much comes', async () => {
    let pulled = 0
    const member = gzipSync(Buffer.from('x'.repeat(1_000_000)))
    const endless = new Readable({
      read() {
        pulled += 1
        this.push(member)
      },
    })
    const { lines, error } = await readAll(endless)
    expect([lines, error instanceof BrokenStream]).toEqual([[], true])
    expect(pulled).toBeLessThan(1_000)
  })

  test('tells a lost connection from a broken stream', async () => {
    const body = new Readable({ read() {} })
    body.push(gzipSync('a\n'))
    setImmediate(() => body.destroy(new Error('ECONNRESET')))
    expect((await readAll(body)).error).toEqual(new Error('ECONNRESET'))
  })
})
