import {
  appendFileSync,
  existsSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { FileSystem } from '../../../src/ingest/file-system.ts'
import { ALWAYS_LISTED } from '../fakes/always-listed.ts'
import { type BenchSettings, ChainBench, POD } from '../fakes/chain-bench.ts'
import { put, scratch } from '../fakes/scratch.ts'

const LIVE = `${POD}/envoy/0.log`
const REFUSAL = 'EXDEV: cross-device link not permitted'
/** Longer than what is compared to know a file again. */
const LONG = 'x'.repeat(300)

const REFUSING: FileSystem = {
  ...ALWAYS_LISTED,
  link: (path, name) => {
    throw Object.assign(new Error(`${REFUSAL}, link '${path}' -> '${name}'`), { code: 'EXDEV' })
  },
}

function podBench(settings: BenchSettings = {}, root = scratch()): ChainBench {
  put(root, LIVE, `one ${LONG}\n`)
  return new ChainBench(root, settings)
}

/** Kubelet's rotation: the live file gets a time behind its name, and another takes its place. */
function rotate(bench: ChainBench, number: number, next: string): string {
  const rotated = bench.path(`0.log.20261122-${130_000 + number}`)
  renameSync(bench.path('0.log'), rotated)
  writeFileSync(bench.path('0.log'), `${next} ${LONG}\n`)
  return rotated
}

function gzip(path: string): void {
  writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)))
  rmSync(path)
}

function removePod(bench: ChainBench): void {
  rmSync(join(bench.root, POD), { recursive: true })
}

/** What was read, by first words. */
async function words(bench: ChainBench): Promise<string[]> {
  return (await bench.readAll()).map((line) => line.split(' ')[0] ?? '')
}

async function longAfter(bench: ChainBench): Promise<void> {
  await bench.clock.advance(10_000)
  bench.sweep()
}

function namesOf(bench: ChainBench): string[] {
  return bench.links().map((link) => link.slice(link.lastIndexOf('/') + 1))
}

function reasons(bench: ChainBench): string[] {
  return bench.losses.map(({ reason, size, bytes }) => `${reason} ${size} ${bytes}`)
}

describe('ChainReader with a spool', () => {
  test('links every file when it is first seen, in the order of the chain, where its place says whose it is', () => {
    const bench = podBench()
    rotate(bench, 1, 'two')
    bench.sweep()
    expect(bench.links()).toEqual([`pods/${POD}/envoy/0-1`, `pods/${POD}/envoy/0-2`])
    expect(bench.spool?.chains()).toEqual([
      {
        kind: 'pod',
        pod: { namespace: 'shop', podName: 'payments-0', podUid: '5fb132a4-4083-4da2-8177-d5ebf6081906' },
        containerName: 'envoy',
      },
    ])
  })

  test('links plain files by the path of the one that is written', () => {
    const root = scratch()
    const live = put(root, 'log/access.log', 'one\n')
    const bench = new ChainBench(root, { pattern: 'log/access.log' })
    bench.sweep()
    expect(bench.links()).toEqual([`files${live}/0-1`])
    expect(bench.spool?.chains()).toEqual([{ kind: 'file', path: live }])
  })

  test('reads what was rotated and deleted before it was read', async () => {
    const bench = podBench()
    bench.sweep()
    for (const [number, word] of ['two', 'three', 'four'].entries()) {
      const rotated = rotate(bench, number, word)
      bench.sweep()
      rmSync(rotated)
    }
    bench.sweep()
    expect(bench.reader.heldBytes).toBe(917)
    expect(await words(bench)).toEqual(['one', 'two', 'three', 'four'])
    expect([bench.losses, bench.breaks]).toEqual([[], 0])
  })

  test('lets a file go when a later one has content, it has not grown for 10 s, and all of it is durable', async () => {
    const bench = podBench()
    bench.commitsAtOnce = false
    bench.sweep()
    rotate(bench, 1, 'two')
    expect(await words(bench)).toEqual(['one', 'two'])
    await longAfter(bench)
    expect(namesOf(bench)).toEqual(['0-1', '0-2'])
    bench.commit()
    bench.sweep()
    expect(namesOf(bench)).toEqual(['0-2'])
    bench.sweep()
    expect([namesOf(bench), await words(bench)]).toEqual([['0-2'], []]) // and does not link it again
  })

  test('reads a line that comes late to a linked file before it lets it go', async () => {
    const bench = podBench()
    bench.sweep()
    const [link = ''] = bench.links()
    const rotated = rotate(bench, 1, 'two')
    bench.sweep()
    rmSync(rotated)
    expect(await words(bench)).toEqual(['one', 'two'])
    appendFileSync(join(bench.root, '.spool', link), 'late\n')
    await longAfter(bench)
    expect(await words(bench)).toEqual(['late'])
    await longAfter(bench)
    expect(namesOf(bench)).toEqual(['0-2'])
  })

  test('reads a deleted pod from the spool after a restart, and leaves nothing there', async () => {
    const bench = podBench()
    rotate(bench, 1, 'two')
    bench.sweep()
    removePod(bench)
    bench.restart()
    expect(await words(bench)).toEqual(['one', 'two'])
    expect(bench.reader.isFinished).toBe(true)
    expect(bench.reader.isReleased).toBe(false)
    await longAfter(bench)
    expect(bench.reader.isReleased).toBe(true)
    expect(existsSync(join(bench.root, '.spool'))).toBe(true)
    expect(existsSync(join(bench.root, '.spool/pods'))).toBe(false)
    expect(reasons(bench)).toEqual(['unseen unknown 0']) // nobody watched the end of the pod
  })

  test('keeps one link of a file that a crash left two of', async () => {
    const bench = podBench()
    bench.sweep()
    const [link = ''] = bench.links()
    linkSync(join(bench.root, '.spool', link), join(bench.root, '.spool', `${link}-gap`))
    bench.restart()
    expect(bench.links()).toHaveLength(1)
    expect([await words(bench), bench.losses]).toEqual([['one'], []])
  })

  test('names nothing when a pod that was watched to its end is deleted', async () => {
    const bench = podBench()
    bench.sweep()
    removePod(bench)
    expect(await words(bench)).toEqual(['one'])
    bench.restart()
    expect(await words(bench)).toEqual([])
    await longAfter(bench)
    expect([bench.losses, bench.links()]).toEqual([[], []])
  })

  test('goes on after five rotations and compressions that it did not see, and names what may be missing', async () => {
    const bench = podBench()
    expect(await words(bench)).toEqual(['one'])
    appendFileSync(bench.path('0.log'), 'more\n')
    const rotated = ['two', 'three', 'four', 'five', 'six'].map((word, number) => rotate(bench, number, word))
    for (const path of rotated) gzip(path)
    bench.restart()
    expect(await words(bench)).toEqual(['more', 'two', 'three', 'four', 'five', 'six'])
    expect(reasons(bench)).toEqual([])
    await longAfter(bench)
    await words(bench)
    await longAfter(bench)
    expect(namesOf(bench)).toHaveLength(1)
  })

  test('names a gap once when kubelet has deleted what came next while the agent was down', async () => {
    const bench = podBench()
    await words(bench)
    const rotated = ['two', 'three', 'four', 'five'].map((word, number) => rotate(bench, number, word))
    for (const path of rotated.slice(0, 2)) rmSync(path)
    gzip(rotated[2] ?? '')
    bench.restart()
    bench.sweep()
    expect(namesOf(bench)).toEqual(['0-1', '0-2-gap.gz', '0-3-gap', '0-4'])
    bench.restart() // once more, before anything is read
    expect(await words(bench)).toEqual(['three', 'four', 'five'])
    bench.restart()
    expect(await words(bench)).toEqual([])
    expect(bench.losses).toMatchObject([{ reason: 'unseen', size: 'unknown', path: `${rotated[2]}.gz` }])
    expect(bench.losses[0]?.afterMs).toBeLessThanOrEqual(bench.losses[0]?.beforeMs ?? 0)
    expect(bench.breaks).toBe(1)
  })

  test('names a gap when a file vanished between two sweeps', async () => {
    const bench = podBench()
    await words(bench)
    for (const [number, word] of ['two', 'three'].entries()) rmSync(rotate(bench, number, word))
    expect(await words(bench)).toEqual(['three'])
    expect(reasons(bench)).toEqual(['unseen unknown 0'])
  })

  test.for([
    ['kubelet names', '0.log.20261122-130000'],
    ['logrotate names', 'access.log.1'],
  ] as const)('does not read what was packed from a file that was read, %s', async ([, name]) => {
    const isPod = name.startsWith('0')
    const root = scratch()
    const live = put(root, isPod ? LIVE : 'access.log', `one ${LONG}\n`)
    const rotated = join(live, '..', name)
    const bench = new ChainBench(root, isPod ? {} : { pattern: 'access.log' })
    await words(bench)
    appendFileSync(live, 'more\n')
    renameSync(live, rotated)
    writeFileSync(live, `two ${LONG}\n`)
    expect(await words(bench)).toEqual(['more', 'two'])
    writeFileSync(`${rotated}.gz`, gzipSync(readFileSync(rotated)).subarray(0, 40)) // still being written
    expect(await words(bench)).toEqual([])
    gzip(rotated)
    expect(await words(bench)).toEqual([])
    await longAfter(bench)
    bench.restart()
    expect(await words(bench)).toEqual([])
    expect([bench.losses, bench.log.lines]).toEqual([[], []])
  })

  test('does not link what was packed from a file that is still to be read, and reads it when that is given up', async () => {
    const bench = podBench()
    bench.sweep()
    const rotated = ['two', 'three'].map((word, number) => rotate(bench, number, word))
    bench.sweep()
    gzip(rotated[0] ?? '')
    bench.sweep()
    expect(namesOf(bench)).toEqual(['0-1', '0-2', '0-3'])
    expect(bench.reader.giveUpOldest()).toBe(true)
    expect([await words(bench), bench.losses]).toEqual([['one', 'two', 'three'], []])
  })

  test('opens and links nothing at a restart when everything but the live file was finished', async () => {
    const opened: string[] = []
    const fileSystem: FileSystem = {
      ...ALWAYS_LISTED,
      open: (path, roots) => {
        opened.push(path)
        return ALWAYS_LISTED.open(path, roots)
      },
    }
    const bench = podBench({ fileSystem })
    await words(bench)
    const rotated = ['two', 'three', 'four'].map((word, number) => rotate(bench, number, word))
    await words(bench)
    gzip(rotated[0] ?? '')
    await words(bench)
    expect(opened.filter((path) => path.endsWith('.gz'))).toEqual([])
    await longAfter(bench)
    const links = bench.links()
    bench.restart()
    opened.splice(0)
    bench.sweep()
    expect(bench.links()).toEqual(links)
    await bench.read()
    expect(opened).toEqual([join(bench.root, '.spool', links[0] ?? '')])
  })

  test('holds a file open where it cannot be linked, and says once what is not promised then', async () => {
    const bench = podBench({ fileSystem: REFUSING })
    rotate(bench, 1, 'two')
    bench.sweep()
    removePod(bench)
    expect(await words(bench)).toEqual(['one', 'two'])
    expect(bench.links()).toEqual([])
    expect(bench.log.lines).toEqual([
      `warn Cannot link log "${bench.path('0.log.20261122-130001')}" into spool "${bench.root}/.spool": ${REFUSAL}; such ` +
        'files are held open instead, and lost when they are deleted while the agent is down. Put spool.directory on ' +
        'the same mount as the logs',
    ])
  })

  test('names what was deleted when it could be neither linked nor held', async () => {
    const bench = podBench({ fileSystem: REFUSING, mostHeld: 0 })
    put(bench.root, `${LIVE}.20261122-130000`, 'zero\n')
    bench.sweep()
    await bench.read(1)
    removePod(bench)
    bench.sweep()
    bench.sweep()
    expect(reasons(bench)).toEqual(['deleted at_least 305'])
    expect(bench.log.lines).toHaveLength(2)
  })

  test('names a file of an earlier run that is nowhere to be found, once', async () => {
    const bench = podBench({ fileSystem: REFUSING })
    await words(bench)
    rmSync(rotate(bench, 1, 'two'))
    bench.restart()
    expect(await words(bench)).toEqual(['two'])
    bench.restart()
    await words(bench)
    expect(reasons(bench).sort()).toEqual(['deleted unknown 0', 'unseen unknown 0'])
  })

  test.for([
    [
      'another file',
      (path: string, name: string) => (
        renameSync(path, `${path}-old`), writeFileSync(path, 'other\n'), linkSync(path, name)
      ),
    ],
    ['a link to it', (path: string, name: string) => symlinkSync(path, name)],
  ] as const)('keeps no link to %s that took the place of what was opened', async ([, swap]) => {
    let swaps = 1
    const fileSystem: FileSystem = {
      ...ALWAYS_LISTED,
      link: (path, name) => {
        if (!existsSync(join(name, '..')) || swaps === 0) return ALWAYS_LISTED.link(path, name)
        swaps -= 1
        return swap(path, name)
      },
    }
    const bench = podBench({ fileSystem })
    put(bench.root, `.spool/pods/${POD}/envoy/x`)
    bench.sweep()
    expect(bench.links()).toEqual([])
    bench.sweep()
    bench.sweep()
    expect(bench.links()).toHaveLength(1)
  })

  test('gives up the oldest deleted file when it must, names its bytes, and removes it when that is durable', async () => {
    const bench = podBench()
    bench.commitsAtOnce = false
    bench.sweep()
    await bench.read()
    appendFileSync(bench.path('0.log'), 'unread\n')
    for (const [number, word] of ['two', 'three'].entries()) {
      const rotated = rotate(bench, number, word)
      bench.sweep()
      rmSync(rotated)
    }
    bench.sweep()
    expect([bench.reader.isReadable(), bench.reader.giveUpOldest()]).toEqual([true, true])
    bench.sweep()
    expect([reasons(bench), namesOf(bench)]).toEqual([['spool_full exact 7'], ['0-1', '0-2', '0-3']])
    bench.commit()
    bench.sweep()
    expect([namesOf(bench), bench.reader.heldBytes]).toEqual([['0-2', '0-3'], 305])
    bench.take()
    expect(await words(bench)).toEqual(['two', 'three'])
    expect(bench.breaks).toBe(1)
  })

  test.for([
    ['is cut off', gzipSync('zero\nhalf a line').subarray(0, 14)],
    ['is no gzip file', Buffer.from('zero\n')],
  ] as const)('names a compressed file that %s, and goes on', async ([, packed]) => {
    const bench = podBench()
    writeFileSync(bench.path('0.log.20261122-120000.gz'), packed)
    expect([await words(bench), reasons(bench)]).toEqual([[], []])
    for (let round = 0; round < 3; round += 1) await bench.clock.advance(4_000)
    expect(await words(bench)).toEqual(['one'])
    expect(reasons(bench)).toEqual(['corrupt unknown 0'])
  })

  test('reads the whole lines before the place where a compressed file is damaged', async () => {
    const bench = podBench()
    const lines = Array.from({ length: 20_000 }, (_, number) => `${number} ${(number * 7919) % 10_007}\n`).join('')
    const packed = gzipSync(lines)
    packed.fill(0xff, 20_000, 20_100)
    writeFileSync(bench.path('0.log.20261122-120000.gz'), packed)
    const read = await bench.readAll()
    expect(read.length).toBeGreaterThan(1_000)
    expect(lines.startsWith(`${read.slice(0, 1_000).join('\n')}\n`)).toBe(true)
    await bench.clock.advance(10_000)
    expect(await words(bench)).toEqual(['one'])
    expect(bench.losses).toMatchObject([{ reason: 'corrupt', size: 'unknown' }])
    expect(bench.losses[0]?.offsetBytes).toBeGreaterThan(10_000)
  })

  test('waits for a compressed file that is still being written', async () => {
    const bench = podBench()
    const packed = gzipSync('zero\nmore\n')
    const path = bench.path('0.log.20261122-120000.gz')
    writeFileSync(path, packed.subarray(0, 12))
    expect(await words(bench)).toEqual([])
    appendFileSync(path, packed.subarray(12))
    expect(await words(bench)).toEqual(['zero', 'more', 'one'])
    expect(bench.losses).toEqual([])
  })

  test('names what a truncation took before it was read, when no copy has it', async () => {
    const root = scratch()
    const live = put(root, 'access.log', 'one\n')
    const bench = new ChainBench(root, { pattern: 'access.log' })
    await words(bench)
    appendFileSync(live, 'two\nthree\n')
    bench.sweep()
    expect(bench.reader.isReadable()).toBe(true)
    truncateSync(live)
    bench.sweep()
    await bench.read()
    await longAfter(bench)
    await longAfter(bench)
    expect(reasons(bench)).toEqual(['truncated at_least 10'])
  })
})
