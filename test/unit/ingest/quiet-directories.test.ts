import { appendFileSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Discovery } from '../../../src/ingest/discover.ts'
import { FILE_SYSTEM } from '../../../src/ingest/file-system.ts'
import { QuietDirectories, type Watching } from '../../../src/ingest/quiet-directories.ts'
import { Troubles } from '../../../src/ingest/trouble.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { RecordedLog } from '../fakes/recorded-log.ts'
import { put, scratch } from '../fakes/scratch.ts'
import { errorOf, WatchedFileSystem } from '../fakes/watched-file-system.ts'

class QuietBench {
  readonly directory = scratch()
  readonly clock = new ManualClock()
  readonly log = new RecordedLog()
  readonly files = new WatchedFileSystem()
  changes = 0
  readonly quiet = new QuietDirectories(this.files.fileSystem, this.clock, new Troubles(this.log), () => {
    this.changes += 1
  })

  /** A sweep that looks at a directory. */
  look(watching: Watching, directory = this.directory): void {
    this.quiet.watch(directory, watching)
    this.quiet.endSweep()
  }
}

describe('QuietDirectories.isQuiet()', () => {
  test('is false before the first look, true after it, and false after a notice', () => {
    const bench = new QuietBench()
    const { directory, files, quiet } = bench
    expect(quiet.isQuiet(directory)).toBe(false)
    bench.look('calm')
    expect(quiet.isQuiet(directory)).toBe(true)
    files.tell(join(directory, 'a'))
    expect(quiet.isQuiet(directory)).toBe(false)
  })

  test('is false in the sweep that looks, for all that follow something in the directory', () => {
    const { directory, quiet } = new QuietBench()
    quiet.endSweep()
    quiet.watch(directory, 'calm')
    expect(quiet.isQuiet(directory)).toBe(false)
  })

  test('calls out once for many notices, and closes the watch', () => {
    const bench = new QuietBench()
    bench.look('calm')
    for (let line = 0; line < 1_000; line += 1) bench.files.tell(bench.directory)
    expect(bench.changes).toBe(1)
    expect(bench.files.watched).toEqual([])
  })

  test('is false once in thirty seconds', async () => {
    const bench = new QuietBench()
    bench.look('always')
    for (let minute = 0; minute < 5; minute += 1) {
      let looks = 0
      for (let second = 0; second < 60; second += 1) {
        await bench.clock.advance(1_000)
        if (bench.quiet.isQuiet(bench.directory)) continue
        looks += 1
        bench.look('always')
      }
      expect(looks).toBe(2)
    }
  })

  test.for([
    ['always', 0, true],
    ['calm', 9_999, false],
    ['calm', 10_000, true],
    ['never', 60_000, false],
  ] as const)(
    'after a notice one to be watched %s is watched again after %i ms: %s',
    async ([watching, ms, expected]) => {
      const bench = new QuietBench()
      bench.look('always')
      bench.files.tell(bench.directory)
      await bench.clock.advance(ms)
      bench.look(watching)
      expect(bench.quiet.isQuiet(bench.directory)).toBe(expected)
    },
  )

  test('does not watch what a sweep did not ask for', () => {
    const bench = new QuietBench()
    bench.look('always')
    expect(bench.files.watched).toEqual([bench.directory])
    bench.quiet.endSweep()
    expect(bench.files.watched).toEqual([])
    expect(bench.quiet.isQuiet(bench.directory)).toBe(false)
  })

  test.for([
    ['ENOSPC', '; raise fs.inotify.max_user_watches'],
    ['EMFILE', '; raise fs.inotify.max_user_instances'],
    ['ENOSYS', ''],
  ] as const)('says once that there is no watch (%s), and tries again after a minute', async ([code, remedy]) => {
    const bench = new QuietBench()
    const { directory, clock, log, files, quiet } = bench
    files.refusal = errorOf(code)
    for (let second = 0; second < 130; second += 1) {
      bench.look('always')
      expect(quiet.isQuiet(directory)).toBe(false)
      await clock.advance(1_000)
    }
    const state = `${code}, looking at directories every second${remedy}`
    expect(log.take()).toEqual([`warn Cannot use notices of the file system "inotify": ${state}`])
    files.refusal = undefined
    await clock.advance(60_000)
    bench.look('always')
    expect(quiet.isQuiet(directory)).toBe(true)
    expect(log.lines).toEqual(['info Can use "inotify" again'])
  })

  test('leaves a directory that is gone to who looks at it', () => {
    const bench = new QuietBench()
    const { directory, log, quiet } = bench
    rmSync(directory, { recursive: true })
    bench.look('always')
    expect(quiet.isQuiet(directory)).toBe(false)
    expect(log.lines).toEqual([])
  })

  test('watches nothing any more on a file system that kept a change to itself, and says so once', async () => {
    const { directory, clock, log, files, quiet } = new QuietBench()
    const other = join(directory, 'other')
    mkdirSync(other)
    for (const each of [directory, other]) quiet.watch(each, 'always')
    quiet.endSweep()
    quiet.doubt(directory)
    expect(quiet.isQuiet(directory)).toBe(false)
    expect(log.lines).toEqual([])
    await clock.advance(2_000)
    expect(quiet.isQuiet(directory)).toBe(false)
    for (const each of [directory, other]) quiet.watch(each, 'always')
    expect(files.watched).toEqual([])
    const state = 'a change in it was not told, looking every second at all of its file system'
    expect(log.lines).toEqual([`warn Cannot watch directory "${directory}": ${state}`])
  })

  test('goes on where the notice was only late', async () => {
    const bench = new QuietBench()
    const { directory, clock, log, files, quiet } = bench
    bench.look('always')
    quiet.doubt(directory)
    files.tell(directory)
    await clock.advance(2_000)
    quiet.isQuiet(directory)
    bench.look('always')
    expect(quiet.isQuiet(directory)).toBe(true)
    expect(log.lines).toEqual([])
  })
})

const POD = 'shop_payments-0_5fb132a4'

class SweepBench {
  readonly pods = scratch()
  readonly clock = new ManualClock()
  readonly log = new RecordedLog()
  readonly files = new WatchedFileSystem()
  readonly live = put(this.pods, `${POD}/envoy/0.log`, 'x')
  readonly discovery = new Discovery(
    { pods: this.pods, containers: ['envoy'], files: [], nodeName: 'n' },
    this.files.fileSystem,
    this.clock,
    new Troubles(this.log),
  )

  /** A sweep each second; the last one's chain. */
  async sweepFor(seconds: number) {
    for (let second = 0; second < seconds; second += 1) {
      this.discovery.sweep()
      await this.clock.advance(1_000)
    }
    return this.discovery.sweep()[0]
  }
}

describe('Discovery.sweep() with watches over plain files', () => {
  test('sees what was written right before the directory is watched again', async () => {
    const [root, files, clock] = [scratch(), new WatchedFileSystem(), new ManualClock()]
    const live = put(root, 'access.log', 'x')
    const plain = { path: join(root, '*.log'), frame: 'raw', format: 'auto', reporter: {} } as const
    const settings = { pods: undefined, containers: [], files: [plain], nodeName: 'n' }
    const discovery = new Discovery(settings, files.fileSystem, clock, new Troubles(new RecordedLog()))
    discovery.sweep()
    files.tell(live)
    discovery.sweep()
    await clock.advance(10_000)
    appendFileSync(live, 'yz') // nobody tells of this
    expect(discovery.sweep()[0]?.files[0]?.sizeBytes).toBe(3)
    expect(files.watched).toEqual([root])
    appendFileSync(live, 'more') // nor of this
    await clock.advance(30_000)
    expect(discovery.sweep()[0]?.files[0]?.sizeBytes).toBe(7)
  })
})

describe('Discovery.sweep() with watches', () => {
  test('touches nothing while nothing happens, and gives the same object', async () => {
    const bench = new SweepBench()
    await bench.sweepFor(60)
    bench.files.takeLooks()
    let touched = 0
    let before = bench.discovery.sweep()
    for (let second = 0; second < 30; second += 1) {
      await bench.clock.advance(1_000)
      const after = bench.discovery.sweep()
      const hasLooked = bench.files.takeLooks().length > 0
      expect(hasLooked || before[0] === after[0]).toBe(true)
      touched += hasLooked ? 1 : 0
      before = after
    }
    expect(touched).toBeLessThanOrEqual(3) // the root, the pod and the container, once each
  })

  test('watches the log of a container only when nothing has been written for ten seconds', async () => {
    const bench = new SweepBench()
    for (let second = 0; second < 20; second += 1) {
      appendFileSync(bench.live, 'y')
      await bench.sweepFor(1)
    }
    expect(bench.files.watched).toEqual([bench.pods, join(bench.pods, POD)])
    await bench.sweepFor(11)
    expect(bench.files.watched).toEqual([bench.pods, join(bench.pods, POD), join(bench.pods, POD, 'envoy')])
  })

  test('gives a new object after a notice, and goes back to looking', async () => {
    const bench = new SweepBench()
    const before = await bench.sweepFor(12)
    appendFileSync(bench.live, 'yz')
    bench.files.tell(bench.live)
    const after = bench.discovery.sweep()[0]
    expect(after).not.toBe(before)
    expect(after?.files[0]?.sizeBytes).toBe(3)
    appendFileSync(bench.live, 'more') // nobody tells of this
    expect((await bench.sweepFor(1))?.files[0]?.sizeBytes).toBe(7)
  })

  test('gives a new object at least every thirty seconds', async () => {
    const bench = new SweepBench()
    const before = await bench.sweepFor(12)
    expect(await bench.sweepFor(30)).not.toBe(before)
  })

  test('finds a pod by a notice of the root', async () => {
    const bench = new SweepBench()
    await bench.sweepFor(12)
    put(bench.pods, 'shop_payments-1_b/envoy/0.log', 'x')
    bench.files.tell(join(bench.pods, 'shop_payments-1_b'))
    expect(bench.discovery.sweep()).toHaveLength(2)
  })

  test('looks every second for good where a change is not told', async () => {
    const bench = new SweepBench()
    await bench.sweepFor(12)
    appendFileSync(bench.live, 'yz')
    expect((await bench.sweepFor(33))?.files[0]?.sizeBytes).toBe(3)
    expect(bench.log.lines).toHaveLength(1)
    expect(bench.files.watched).toEqual([])
    appendFileSync(bench.live, 'more')
    expect((await bench.sweepFor(1))?.files[0]?.sizeBytes).toBe(7)
  })

  test('finds everything by looking where nothing can be watched', async () => {
    const bench = new SweepBench()
    bench.files.refusal = errorOf('ENOSYS')
    await bench.sweepFor(30)
    put(bench.pods, 'shop_payments-1_b/envoy/0.log', 'x')
    expect(bench.discovery.sweep()).toHaveLength(2)
  })

  test('watches nothing after it was closed', async () => {
    const bench = new SweepBench()
    await bench.sweepFor(12)
    bench.discovery.close()
    expect(bench.files.watched).toEqual([])
  })

  test('is worth calling when the kernel tells of a new pod', async () => {
    const pods = scratch()
    const { promise, resolve } = Promise.withResolvers<void>()
    const troubles = new Troubles(new RecordedLog())
    const settings = { pods, containers: ['envoy'], files: [], nodeName: 'n' }
    const discovery = new Discovery(settings, FILE_SYSTEM, new ManualClock(), troubles, resolve)
    expect(discovery.sweep()).toEqual([])
    put(pods, `${POD}/envoy/0.log`, 'x')
    await promise // only a notice can do that: the clock stands still
    expect(discovery.sweep()).toHaveLength(1)
    discovery.close()
  })
})
