import { appendFileSync, copyFileSync, renameSync, rmSync, statSync, symlinkSync, truncateSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FILE_SYSTEM, type FileSystem } from '../../../src/ingest/file-system.ts'
import { type BenchSettings, ChainBench, POD } from '../fakes/chain-bench.ts'
import { put, scratch } from '../fakes/scratch.ts'
import { ALWAYS_LISTED } from '../fakes/always-listed.ts'

const LIVE = `${POD}/envoy/0.log`

function podBench(content: string, settings: BenchSettings = {}): ChainBench {
  const root = scratch()
  put(root, LIVE, content)
  return new ChainBench(root, settings)
}

/** A plain log, as a sidecar or a virtual machine writes it. */
function plainBench(content: string): ChainBench & { readonly live: string } {
  const root = scratch()
  const live = put(root, 'access.log', content)
  return Object.assign(new ChainBench(root, { pattern: 'access.log' }), { live })
}

/** What a reused inode looks like: a file of another restart has one of its own. */
function inodeOf(path: string): number {
  return path.endsWith('1.log') ? 8 : 7
}

describe('ChainReader.read()', () => {
  test('gives whole lines from the beginning, then what is appended', async () => {
    const bench = podBench('one\ntwo\n')
    expect(await bench.readAll()).toEqual(['one', 'two'])
    appendFileSync(bench.path('0.log'), 'three\nfo')
    expect(await bench.readAll()).toEqual(['three'])
    appendFileSync(bench.path('0.log'), 'ur\n')
    expect(await bench.readAll()).toEqual(['four'])
  })

  test('waits for the first line before it names the file', async () => {
    const bench = podBench('on')
    expect(await bench.readAll()).toEqual([])
    appendFileSync(bench.path('0.log'), 'e\n')
    expect(await bench.readAll()).toEqual(['one'])
  })

  test('goes on in the next file after a rename, oldest first', async () => {
    const bench = podBench('one\n')
    await bench.readAll()
    appendFileSync(bench.path('0.log'), 'two\n')
    renameSync(bench.path('0.log'), bench.path('0.log.20261122-130000'))
    put(bench.root, LIVE, 'three\n')
    expect(await bench.readAll()).toEqual(['two', 'three'])
    expect(bench.breaks).toBe(0)
  })

  test('reads a renamed file to its end before the next, though lines still arrive', async () => {
    const bench = podBench('one\n')
    await bench.readAll()
    renameSync(bench.path('0.log'), bench.path('0.log.20261122-130000'))
    put(bench.root, LIVE, 'three\n')
    bench.sweep()
    await bench.read()
    await bench.clock.advance(900)
    appendFileSync(bench.path('0.log.20261122-130000'), 'two\n')
    await bench.read()
    await bench.clock.advance(900)
    await bench.read()
    expect(bench.take()).toEqual(['two'])
    await bench.clock.advance(100)
    await bench.read()
    expect(bench.take()).toEqual(['three'])
  })

  test('gives a line that comes late to a file that was done', async () => {
    const bench = podBench('one\n')
    await bench.readAll()
    renameSync(bench.path('0.log'), bench.path('0.log.20261122-130000'))
    put(bench.root, LIVE, 'two\n')
    expect(await bench.readAll()).toEqual(['two'])
    appendFileSync(bench.path('0.log.20261122-130000'), 'late\n')
    expect(await bench.readAll()).toEqual(['late'])
    expect(bench.breaks).toBe(1)
  })

  test('gives an unfinished last line when the file is final', async () => {
    const bench = podBench('one\ntwo')
    expect(await bench.readAll()).toEqual(['one'])
    put(bench.root, `${POD}/envoy/1.log`, 'three\n')
    expect(await bench.readAll()).toEqual(['two', 'three'])
    expect(bench.breaks).toBe(1) // a restarted container does not go on with the line of its predecessor
  })

  test('reads a deleted file to its end, when it was being read', async () => {
    const bench = podBench('one\n')
    await bench.readAll()
    appendFileSync(bench.path('0.log'), 'two\nthr')
    rmSync(join(bench.root, POD), { recursive: true })
    expect(await bench.readAll()).toEqual(['two', 'thr'])
    expect(bench.reader.isFinished).toBe(true)
  })

  test('takes no file for another when a rename falls between looking and opening', async () => {
    const bench = podBench('one\n', { isSpooled: false })
    bench.sweep()
    renameSync(bench.path('0.log'), bench.path('0.log.20261122-130000'))
    put(bench.root, LIVE, 'two\n')
    expect(await bench.read()).toBe(0)
    expect(await bench.readAll()).toEqual(['one', 'two'])
    expect(bench.log.lines).toEqual([])
  })

  test('names what was deleted before it was read', async () => {
    const bench = podBench('three\n', { isSpooled: false })
    put(bench.root, `${LIVE}.20261122-130000`, 'one\n')
    put(bench.root, `${LIVE}.20261122-140000`, 'two\n')
    bench.sweep()
    await bench.read(1)
    rmSync(bench.path('0.log.20261122-140000'))
    expect(await bench.readAll()).toEqual(['one', 'three'])
    expect(bench.losses).toMatchObject([
      { reason: 'deleted', path: bench.path('0.log.20261122-140000'), size: 'exact', bytes: 4, offsetBytes: 0 },
    ])
  })

  test('keeps the order when a rename falls between listing and looking', async () => {
    const bench = podBench('one\n', { isSpooled: false })
    put(bench.root, `${LIVE}.20261122-130000`, 'zero\n')
    bench.sweep() // the older file is read, the live one is not open yet
    await bench.read(1)
    renameSync(bench.path('0.log'), `${bench.root}/elsewhere`)
    put(bench.root, LIVE, 'two\n')
    bench.sweep()
    await bench.clock.advance(2_000)
    await bench.read()
    expect(bench.take()).toEqual(['zero']) // and not "two" before "one"
    expect(bench.log.lines).toEqual([])
    renameSync(`${bench.root}/elsewhere`, bench.path('0.log.20261122-140000'))
    expect(await bench.readAll()).toEqual(['one', 'two'])
  })

  test('starts over with other ids when a file is truncated', async () => {
    const bench = plainBench('banner\none\n')
    bench.sweep()
    await bench.read()
    const [before, ...one] = bench.lines.splice(0)
    expect(one).toHaveLength(1)
    truncateSync(bench.live)
    appendFileSync(bench.live, 'banner\ntwo')
    bench.sweep()
    await bench.read()
    const [after, ...rest] = bench.lines.splice(0)
    expect(rest).toEqual([])
    expect(after).toMatch(/ banner$/)
    expect(after).not.toBe(before)
    expect([...bench.committed.files.values()].map((file) => file.generation)).toEqual([0, 1])
  })

  test('notices a file that was truncated and has grown beyond its old size between two looks', async () => {
    const bench = plainBench('one\n')
    await bench.readAll()
    truncateSync(bench.live)
    appendFileSync(bench.live, 'two\nthree\n')
    expect(await bench.readAll()).toEqual(['two', 'three'])
  })

  test('reads what copytruncate copied from where the live file had been read to', async () => {
    const bench = plainBench(`one ${'x'.repeat(300)}\n`)
    await bench.readAll()
    appendFileSync(bench.live, 'two\n')
    copyFileSync(bench.live, `${bench.live}.1`)
    truncateSync(bench.live)
    appendFileSync(bench.live, 'x\n')
    expect((await bench.readAll()).sort()).toEqual(['two', 'x'])
  })

  test('does not read a copy of the file that is being read', async () => {
    const bench = plainBench('one\n')
    await bench.readAll()
    copyFileSync(bench.live, `${bench.live}.1`)
    appendFileSync(bench.live, 'two\n')
    expect(await bench.readAll()).toEqual(['two'])
  })

  test.for([
    ['beside the old file', (live: string) => renameSync(live, `${live}.1`)],
    ['instead of the old file', (live: string) => renameSync(live, `${live}-elsewhere`)],
  ] as const)('reads a new file that holds the same short line, %s', async ([, rotate]) => {
    const bench = plainBench('banner\n')
    await bench.readAll()
    rotate(bench.live)
    put(bench.root, 'access.log', 'banner\n')
    expect(await bench.readAll()).toEqual(['banner'])
  })

  test('takes files that begin alike for what they are, also after a restart', async () => {
    const bench = plainBench('banner\none\n')
    await bench.readAll()
    renameSync(bench.live, `${bench.live}.1`)
    put(bench.root, 'access.log', 'banner\ntwo\nthree\n')
    expect(await bench.readAll()).toEqual(['banner', 'two', 'three'])
    bench.restart()
    appendFileSync(bench.live, 'four\n')
    expect(await bench.readAll()).toEqual(['four'])
  })

  test('does not mistake a new file on the inode of an old one', async () => {
    const reusing: FileSystem = {
      ...ALWAYS_LISTED,
      stat: (path) => ({ ...ALWAYS_LISTED.stat(path), inode: inodeOf(path) }),
      open: (path, roots) => {
        const open = FILE_SYSTEM.open(path, roots)
        return { ...open, stat: () => ({ ...open.stat(), inode: inodeOf(path) }) }
      },
    }
    const bench = podBench('one\n', { fileSystem: reusing, isSpooled: false })
    put(bench.root, `${POD}/envoy/1.log`, 'two\n')
    expect(await bench.readAll()).toEqual(['one', 'two'])
    rmSync(bench.path('0.log'))
    put(bench.root, `${POD}/envoy/2.log`, 'new\n') // on the inode of 0.log, and of its size
    expect(await bench.readAll()).toEqual(['new'])
  })

  test('skips NULs at the beginning of a file and counts them in offsets', async () => {
    const bench = podBench('')
    appendFileSync(bench.path('0.log'), Buffer.concat([Buffer.alloc(200_000), Buffer.from('one\n')]))
    expect(await bench.readAll()).toEqual(['one'])
    expect([...bench.committed.files.values()].map((file) => file.prefixBytes)).toEqual([200_004])
  })

  test('passes empty files by', async () => {
    const bench = podBench('two\n')
    put(bench.root, `${LIVE}.20261122-130000`, '')
    expect(await bench.readAll()).toEqual(['two'])
  })

  test('gives lines longer than a chunk, and parts of lines longer than may be', async () => {
    const bench = podBench(`${'a'.repeat(1_000_000)}\n${'b'.repeat(17 * 1024 * 1024)}\nc\n`)
    const lengths = (await bench.readAll()).map((line) => line.length)
    expect(lengths).toEqual([1_000_000, 16 * 1024 * 1024, 1024 * 1024, 1])
  })

  test('reports a log that cannot be read once, goes on with the others and tries again', async () => {
    let isBroken = true
    const failing: FileSystem = {
      ...ALWAYS_LISTED,
      open: (path, roots) => {
        if (isBroken && path.endsWith('130000')) throw new Error('EIO: i/o error')
        return FILE_SYSTEM.open(path, roots)
      },
    }
    const bench = podBench('two\n', { fileSystem: failing })
    const old = put(bench.root, `${LIVE}.20261122-130000`, 'one\n')
    expect(await bench.readAll()).toEqual(['two'])
    expect(bench.log.take()).toEqual([`warn Cannot read log "${old}": EIO: i/o error`])
    isBroken = false
    expect(await bench.readAll()).toEqual(['one'])
    expect(bench.log.take()).toEqual([`info Can read "${old}" again`])
  })

  test('refuses a link out of the tree with one warning', async () => {
    const bench = podBench('one\n')
    const secret = put(scratch(), 'shadow', 'root:secret\n')
    symlinkSync(secret, bench.path('1.log'))
    expect(await bench.readAll()).toEqual(['one'])
    expect(await bench.readAll()).toEqual([])
    const refusal = `it leads to "${secret}", out of "${dirname(dirname(bench.path('1.log')))}"`
    expect(bench.log.lines).toEqual([`warn Cannot follow log "${bench.path('1.log')}": ${refusal}`])
  })

  test('gives each line again with the same id after a restart from an older place', async () => {
    const bench = podBench('one\ntwo\n')
    bench.sweep()
    await bench.read()
    const before = bench.lines.splice(0)
    bench.committed.files.clear()
    bench.restart()
    bench.sweep()
    await bench.read()
    expect(bench.lines).toEqual(before)
  })

  test('knows what is unread', async () => {
    const bench = podBench('one\n')
    put(bench.root, `${LIVE}.20261122-130000`, 'zero\n')
    bench.sweep()
    expect(bench.reader.unreadBytes).toBe(9)
    await bench.readAll()
    expect(bench.reader.unreadBytes).toBe(0)
    expect(bench.reader.fileCount).toBe(2)
    expect(statSync(bench.path('0.log')).size).toBe(4)
  })
})
