import { appendFileSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { DeadLetter } from '../../../src/pipeline/dead-letter.ts'
import { jsonDocument } from '../../../src/pipeline/json-document.ts'
import { type DeadLetterConfig, DEFAULT_DEAD_LETTER } from '../../../src/sinks/dead-letter-config.ts'
import { parseSegment } from '../../support/transcode.ts'
import { scratch } from '../fakes/scratch.ts'

const TIME = '2026-11-22T13:00:00.000Z'

async function openDeadLetter(
  path = join(scratch(), 'dead-letter.ndjson'),
  limits: Partial<DeadLetterConfig> = {},
): Promise<DeadLetter> {
  const deadLetter = new DeadLetter(path, { ...DEFAULT_DEAD_LETTER, ...limits })
  onTestFinished(() => deadLetter.close())
  await deadLetter.open()
  return deadLetter
}

function refused(id: string, text = 'x') {
  const address = { dataset: 'envoy.access', recordClass: 'failed', reporterNamespace: 'shop' } as const
  return { id, reason: 'mapper_parsing', ...address, document: Buffer.from(`{"n":"${text}"}\n`) }
}

describe('DeadLetter', () => {
  test('holds the document as it was offered, with reason and time', async () => {
    const deadLetter = await openDeadLetter()
    await deadLetter.write([refused('a')], TIME)
    expect(JSON.parse(readFileSync(deadLetter.path, 'utf8'))).toEqual({
      id: 'a',
      time: TIME,
      reason: 'mapper_parsing',
      dataset: 'envoy.access',
      class: 'failed',
      reporterNamespace: 'shop',
      document: { n: 'x' },
    })
  })

  test('holds JSON of what was offered as Avro', async () => {
    const avro = { encoding: 'avro', isRouted: false } as const
    const path = join(scratch(), 'dead-letter.ndjson')
    const deadLetter = new DeadLetter(path, DEFAULT_DEAD_LETTER, await jsonDocument(avro))
    onTestFinished(() => deadLetter.close())
    await deadLetter.open()
    const { bytes, ends } = parseSegment(
      '[2026-11-22T13:16:16.658Z] "GET /a HTTP/1.1" 200 - 0 22 1 0 "-" "-" "id" "a" "-"',
      avro,
    )
    await deadLetter.write([{ ...refused('a'), document: bytes.subarray(0, ends[0]) }], TIME)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ document: { url: { path: '/a' } } })
  })

  test('knows what it holds, also after a restart, and holds it once', async () => {
    const first = await openDeadLetter()
    await first.write([refused('a'), refused('b')], TIME)
    const second = await openDeadLetter(first.path)
    expect(['a', 'b', 'c'].map((id) => second.has(id))).toEqual([true, true, false])
    const { lengthBytes } = second
    await second.write([refused('b'), refused('a')], TIME)
    expect(second.lengthBytes).toBe(lengthBytes)
    await second.write([refused('c')], TIME)
    expect(readFileSync(first.path, 'utf8').trimEnd().split('\n')).toHaveLength(3)
  })

  test('cuts off a line that a crash left unfinished', async () => {
    const first = await openDeadLetter()
    await first.write([refused('a')], TIME)
    appendFileSync(first.path, '{"id":"b","ti')
    const second = await openDeadLetter(first.path)
    expect(second.has('b')).toBe(false)
    await second.write([refused('c')], TIME)
    const lines = readFileSync(first.path, 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => /"id":"(\w)"/.exec(line)?.[1])).toEqual(['a', 'c'])
  })

  test('takes nothing more when it is full, until it is moved away', async () => {
    const deadLetter = await openDeadLetter(undefined, { maxBytes: 350 })
    await deadLetter.write([refused('a')], TIME)
    await deadLetter.write([refused('b')], TIME)
    const { lengthBytes } = deadLetter
    await expect(deadLetter.write([refused('c')], TIME)).rejects.toThrow(/is full .*: look at it and move it away/)
    expect(deadLetter.lengthBytes).toBe(lengthBytes)
    expect(deadLetter.has('c')).toBe(false)
    renameSync(deadLetter.path, `${deadLetter.path}.seen`)
    await deadLetter.write([refused('c')], TIME)
    expect(readFileSync(deadLetter.path, 'utf8')).toContain('"id":"c"')
  })

  test('begins a new file when somebody has moved it away', async () => {
    const deadLetter = await openDeadLetter()
    await deadLetter.write([refused('a')], TIME)
    renameSync(deadLetter.path, `${deadLetter.path}.seen`)
    await deadLetter.write([refused('b')], TIME)
    expect(readFileSync(deadLetter.path, 'utf8')).toMatch(/^\{"id":"b".*\n$/)
    expect(readFileSync(`${deadLetter.path}.seen`, 'utf8')).toMatch(/^\{"id":"a".*\n$/)
  })

  test('drops what it has no room for when it is told to, and says what', async () => {
    const deadLetter = await openDeadLetter(undefined, { maxBytes: 200, onFull: 'drop' })
    expect(await deadLetter.write([refused('a')], TIME)).toEqual([])
    const more = [refused('a'), refused('b'), refused('c')]
    expect(await deadLetter.write(more, TIME)).toEqual(more.slice(1))
    expect(readFileSync(deadLetter.path, 'utf8')).toMatch(/^\{"id":"a".*\n$/)
  })

  test('says where it cannot be read', async () => {
    const path = join(scratch(), 'missing', 'dead-letter.ndjson')
    await expect(new DeadLetter(path, DEFAULT_DEAD_LETTER).open()).rejects.toMatchObject({ code: 'STATE_UNREADABLE' })
  })
})
