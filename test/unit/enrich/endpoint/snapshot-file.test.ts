import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { EndpointIndex } from '../../../../src/enrich/endpoint/index.ts'
import { encodeRecord } from '../../../../src/enrich/endpoint/record-line.ts'
import { readSnapshot, writeSnapshot } from '../../../../src/enrich/endpoint/snapshot-file.ts'
import { nodeRow, podRow, serviceRow } from '../rows.ts'

const directory = mkdtempSync(join(tmpdir(), 'flagship-snapshot-'))
const path = join(directory, 'index.snapshot')
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function cluster(pods = 50): EndpointIndex {
  const index = new EndpointIndex()
  index.upsertNode(nodeRow({}))
  index.upsertService(serviceRow({}))
  for (let at = 0; at < pods; at += 1) {
    index.upsertPod(podRow({ name: `pod-${at}`, ips: [`10.244.${at >> 8}.${at & 255}`] }), 1_000)
  }
  index.deletePod('pod-1', 2_000)
  return index
}

function linesOf(index: EndpointIndex): string[] {
  return [...index.records()].map(encodeRecord).sort()
}

async function written(): Promise<Buffer> {
  expect(await writeSnapshot(path, cluster(), 5_000)).toMatchObject({ ok: true })
  return readFileSync(path)
}

async function readOf(bytes: Uint8Array): Promise<[unknown, number]> {
  writeFileSync(path, bytes)
  const index = new EndpointIndex()
  return [await readSnapshot(path, index), index.size.pods]
}

const lines = async () =>
  gunzipSync(await written())
    .toString()
    .split('\n')
    .slice(0, -1)
const packed = (texts: readonly string[]) => gzipSync(texts.map((line) => `${line}\n`).join(''))

describe('readSnapshot()', () => {
  test('reads back everything that was written', async () => {
    await written()
    const index = new EndpointIndex()
    const result = await readSnapshot(path, index)
    expect(result).toEqual({ ok: true, heardAtMs: 5_000, records: linesOf(index).length, passedOver: 0 })
    expect(linesOf(index)).toEqual(linesOf(cluster()))
  })

  test('puts nothing of a file that was cut, wherever it was', async () => {
    const whole = await written()
    for (let at = 0; at < whole.length; at += 97) {
      const [result, pods] = await readOf(whole.subarray(0, at))
      expect([result, pods]).toEqual([{ ok: false, reason: expect.any(String) }, 0])
    }
  })

  test('puts nothing of a file in which a bit is wrong', async () => {
    const whole = await written()
    for (let at = 12; at < whole.length; at += 97) {
      const bad = Buffer.from(whole)
      bad[at] = (bad[at] ?? 0) ^ 4
      const [result, pods] = await readOf(bad)
      expect([result, pods], `byte ${at}`).toEqual([{ ok: false, reason: expect.any(String) }, 0])
    }
  })

  test('gives a reason for a file that is not there', async () => {
    const result = await readSnapshot(join(directory, 'nothing'), new EndpointIndex())
    expect(result).toEqual({ ok: false, reason: expect.stringContaining('ENOENT') })
  })

  test.for([
    ['no snapshot', ['{"k":"gone","key":"node/a"}', '{"end":0}'], 'it does not begin as a snapshot does'],
    ['no JSON', ['x'], 'it does not begin as a snapshot does'],
    ['a much newer version', ['{"flagship":"index","version":3,"heardAtMs":1}', '{"end":0}'], 'it has version 3'],
    ['no end', ['{"flagship":"index","version":1,"heardAtMs":1}'], 'it ends too early'],
    [
      'fewer records than at its end',
      ['{"flagship":"index","version":1,"heardAtMs":1}', '{"end":1}'],
      'it ends too early',
    ],
    [
      'something behind its end',
      ['{"flagship":"index","version":1,"heardAtMs":1}', '{"end":0}', '{}'],
      'there is more behind its end',
    ],
  ] as const)('gives a reason for a file that has %s', async ([, texts, reason]) => {
    expect(await readOf(packed(texts))).toEqual([{ ok: false, reason }, 0])
  })

  test('gives a reason for a line without an end', async () => {
    const endless = gzipSync(`{"flagship":"index","version":1,"heardAtMs":1}\n${'x'.repeat(400_000)}`)
    expect(await readOf(endless)).toEqual([{ ok: false, reason: 'it is larger than any snapshot' }, 0])
  })

  test.for([0, 1, 2])('reads what version %d wrote, and passes over what it does not know', async (version) => {
    const [, ...records] = await lines()
    const head = JSON.stringify({ flagship: 'index', version, heardAtMs: 7, more: true })
    const told = [head, '{"k":"endpoint","of":"a newer version"}', ...records.slice(0, -1), `{"end":${records.length}}`]
    const [result, pods] = await readOf(packed(told))
    expect([result, pods]).toEqual([{ ok: true, heardAtMs: 7, records: records.length - 1, passedOver: 1 }, 50])
  })
})

describe('writeSnapshot()', () => {
  test('leaves the old snapshot and nothing else where it cannot write', async () => {
    const result = await writeSnapshot(join(directory, 'missing', 'index.snapshot'), cluster(), 1)
    expect(result).toEqual({ ok: false, reason: expect.stringContaining('ENOENT') })
  })

  test('writes a file that only its owner reads, and no other', async () => {
    await written()
    expect([statSync(path).mode & 0o777, existsSync(`${path}.tmp`)]).toEqual([0o600, false])
  })

  test('lets other things run while it writes', async () => {
    let turns = 0
    const timer = setInterval(() => (turns += 1), 1)
    await writeSnapshot(path, cluster(5_000), 1)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(3)
  })
})
