import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DEFAULT_CONTAINERS, Discovery, type DiscoverySettings } from '../../../src/ingest/discover.ts'
import { FILE_SYSTEM, type FileSystem } from '../../../src/ingest/file-system.ts'
import { Troubles } from '../../../src/ingest/trouble.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { RecordedLog } from '../fakes/recorded-log.ts'
import { put, scratch } from '../fakes/scratch.ts'
import { ALWAYS_LISTED } from '../fakes/always-listed.ts'

const POD = 'shop_payments-0_5fb132a4-4083-4da2-8177-d5ebf6081906'

function discoveryOf(settings: Partial<DiscoverySettings>, fileSystem: FileSystem = ALWAYS_LISTED) {
  const log = new RecordedLog()
  const all = { pods: undefined, containers: DEFAULT_CONTAINERS, files: [], nodeName: 'worker-1', ...settings }
  const clock = new ManualClock()
  return { discovery: new Discovery(all, fileSystem, clock, new Troubles(log)), log, clock }
}

function plain(path: string) {
  return { path, frame: 'raw', format: 'auto', reporter: { namespace: 'edge', workload: 'envoy' } } as const
}

describe('Discovery.sweep()', () => {
  test('finds the chains of the pods tree, each oldest first, with who wrote them', () => {
    const pods = scratch()
    for (const name of ['1.log', '0.log', '0.log.20261122-130000', '0.log.20261122-140000.gz'])
      put(pods, `${POD}/istio-proxy/${name}`, 'x')
    const [chain, ...rest] = discoveryOf({ pods }).discovery.sweep()
    expect(rest).toEqual([])
    expect(chain?.files.map((file) => relative(pods, file.path))).toEqual([
      `${POD}/istio-proxy/0.log.20261122-130000`,
      `${POD}/istio-proxy/0.log.20261122-140000.gz`,
      `${POD}/istio-proxy/0.log`,
      `${POD}/istio-proxy/1.log`,
    ])
    expect(chain?.files.map((file) => file.restart)).toEqual([0, 0, 0, 1])
    expect(chain?.files.map((file) => file.isCompressed)).toEqual([false, true, false, false])
    expect(chain?.source.identity).toEqual({
      namespace: 'shop',
      podName: 'payments-0',
      podUid: '5fb132a4-4083-4da2-8177-d5ebf6081906',
      containerName: 'istio-proxy',
      nodeName: 'worker-1',
    })
  })

  test.for(DEFAULT_CONTAINERS)('follows container %s by default', (container) => {
    const pods = scratch()
    put(pods, `${POD}/${container}/0.log`, 'x')
    expect(discoveryOf({ pods }).discovery.sweep()).toHaveLength(1)
  })

  test('follows the named containers only, and nothing that is no pod', () => {
    const pods = scratch()
    for (const path of [`${POD}/app/0.log`, 'lost+found/istio-proxy/0.log', `${POD}/0.log`, 'a_b_c'])
      put(pods, path, 'x')
    expect(discoveryOf({ pods }).discovery.sweep()).toEqual([])
  })

  test('gives plain files with their rotated predecessors, once however many patterns match', () => {
    const root = scratch()
    for (const name of ['access.log', 'access.log.1', 'access.log.2', 'access.log.3.gz', 'other.txt'])
      put(root, name, name)
    const files = [plain(join(root, '*.log')), plain(join(root, 'access.log*'))]
    const [chain, ...rest] = discoveryOf({ files }).discovery.sweep()
    expect(rest).toEqual([])
    expect(chain?.files.map((file) => relative(root, file.path))).toEqual([
      'access.log.3.gz',
      'access.log.2',
      'access.log.1',
      'access.log',
    ])
    expect(chain?.source).toMatchObject({
      identity: { namespace: 'edge', workload: 'envoy', nodeName: 'worker-1' },
      frame: 'raw',
      roots: [root],
    })
    expect(chain?.scope).toBe(`file\0worker-1\0${join(root, 'access.log')}`)
  })

  test('follows nothing in a directory of its own, by whatever path a pattern leads there', () => {
    const root = scratch()
    const path = put(root, 'logs/access.log', 'x')
    const own = join(root, 'logs/spool')
    put(own, 'copy/files/access.log/0-1', 'x')
    symlinkSync(own, join(root, 'logs/link'))
    const files = [plain(join(root, 'logs/**')), plain(join(root, 'logs/link/copy/files/access.log/*'))]
    const places = (settings: Partial<DiscoverySettings>) =>
      discoveryOf({ files, ...settings })
        .discovery.sweep()
        .flatMap((chain) => chain.files.map((file) => file.path))
    expect(places({})).toHaveLength(3)
    expect(places({ own: [own] })).toEqual([path])
  })

  test('tells whether it could look everywhere', () => {
    const pods = scratch()
    put(pods, `${POD}/envoy/0.log`, 'x')
    let isRefused = true
    const list: FileSystem['list'] = (directory) => {
      if (isRefused && directory.endsWith(POD)) throw new Error('EACCES')
      return ALWAYS_LISTED.list(directory)
    }
    const { discovery } = discoveryOf({ pods }, { ...ALWAYS_LISTED, list })
    expect([discovery.sweep().length, discovery.isComplete]).toEqual([0, false])
    isRefused = false
    expect([discovery.sweep().length, discovery.isComplete]).toEqual([1, true])
  })

  test('keeps the scope of a plain log while only its renamed file is there', () => {
    const root = scratch()
    const files = [plain(join(root, 'access.log*'))]
    const { discovery } = discoveryOf({ files })
    put(root, 'access.log', 'x')
    const before = discovery.sweep()[0]?.scope
    renameSync(join(root, 'access.log'), join(root, 'access.log.1'))
    expect(discovery.sweep()[0]?.scope).toBe(before)
  })

  test.for([
    [{ namespaces: ['shop'] }, ['a']],
    [{ namespaces: ['!shop'] }, ['b', 'c']],
    [{ namespaces: ['mesh-*', '!mesh-b'] }, ['b']],
    [{ podNames: ['*-0'] }, ['a', 'b']],
    [{ podNames: ['!*-0'] }, ['c']],
    [{ namespaces: ['mesh-*'], podNames: ['*-0'] }, ['b']],
    [{ containers: ['istio-*', '!istio-init'] }, ['a', 'b', 'c']],
    [{ containers: ['istio-init'] }, []],
  ] as const)('follows what %j says', ([filters, uids]) => {
    const pods = scratch()
    for (const pod of ['shop_pay-0_a', 'mesh-a_pay-0_b', 'mesh-b_web-1_c']) put(pods, `${pod}/istio-proxy/0.log`)
    const found = discoveryOf({ pods, ...filters }).discovery.sweep()
    expect(new Set(found.map(({ source }) => source.identity.podUid))).toEqual(new Set(uids))
  })

  test('says once that rotated files cannot be unpacked', () => {
    const root = scratch()
    for (const name of ['a.log', 'a.log.1', 'a.log.2.xz', 'a.log.3.xz']) put(root, name, 'x')
    const { discovery, log } = discoveryOf({ files: [plain(join(root, '*.log'))] })
    for (let look = 0; look < 3; look += 1)
      expect(discovery.sweep()[0]?.files.map((file) => basename(file.path))).toEqual(['a.log.1', 'a.log'])
    expect(log.lines).toEqual([
      `warn Cannot unpack rotated files of "${join(root, 'a.log')}": xz is not known, only gz is`,
    ])
  })

  test('keeps a plain chain while its live file is not there yet', () => {
    const root = scratch()
    put(root, 'access.log', 'x')
    const { discovery } = discoveryOf({ files: [plain(join(root, 'access.log'))] })
    const before = discovery.sweep()[0]?.scope
    renameSync(join(root, 'access.log'), join(root, 'access.log.1'))
    expect(discovery.sweep()[0]?.scope).toBe(before)
  })

  test('keeps what it knew while the tree cannot be listed, and says so once', () => {
    const pods = scratch()
    put(pods, `${POD}/envoy/0.log`, 'x')
    let isBroken = false
    const failing: FileSystem = {
      ...ALWAYS_LISTED,
      list: (directory) => {
        if (isBroken && directory === pods) throw new Error('EIO: i/o error')
        return ALWAYS_LISTED.list(directory)
      },
    }
    const { discovery, log } = discoveryOf({ pods }, failing)
    const before = discovery.sweep()
    isBroken = true
    expect(discovery.sweep()).toEqual(before)
    expect(discovery.sweep()).toEqual(before)
    expect(log.take()).toEqual([`warn Cannot list directory "${pods}": EIO: i/o error`])
    isBroken = false
    discovery.sweep()
    expect(log.take()).toEqual([`info Can list "${pods}" again`])
  })

  test('forgets a removed pod without a word', () => {
    const pods = scratch()
    put(pods, `${POD}/envoy/0.log`, 'x')
    const { discovery, log } = discoveryOf({ pods })
    discovery.sweep()
    rmSync(join(pods, POD), { recursive: true })
    expect(discovery.sweep()).toEqual([])
    expect(log.lines).toEqual([])
  })

  test('says once that a log is not a regular file', () => {
    const pods = scratch()
    mkdirSync(join(pods, POD, 'envoy', '0.log'), { recursive: true })
    const { discovery, log } = discoveryOf({ pods })
    for (let look = 0; look < 3; look += 1) expect(discovery.sweep()[0]?.files).toEqual([])
    expect(log.lines).toEqual([
      `warn Cannot follow log "${join(pods, POD, 'envoy', '0.log')}": it is not a regular file`,
    ])
  })
})

describe('FILE_SYSTEM.open()', () => {
  test('reads at any place, also after the file is gone', async () => {
    const root = scratch()
    const path = put(root, 'a/0.log', 'abcdef')
    const file = FILE_SYSTEM.open(path, [root])
    rmSync(path)
    const buffer = Buffer.alloc(10)
    expect(await file.read(buffer, 2)).toBe(4)
    expect(buffer.toString('utf8', 0, 4)).toBe('cdef')
    expect(file.stat().sizeBytes).toBe(6)
    file.close()
  })

  test('follows a link that stays below the root', async () => {
    const root = scratch()
    put(root, 'data/0.log', 'inside')
    symlinkSync(join(root, 'data/0.log'), join(root, '0.log'))
    const file = FILE_SYSTEM.open(join(root, '0.log'), [root])
    expect(file.stat().sizeBytes).toBe(6)
    file.close()
  })

  test.for([
    ['a link to a file elsewhere', (root: string, other: string) => symlinkSync(put(other, 'shadow', 's'), root)],
    ['a link to a directory', (root: string) => symlinkSync('.', root)],
    ['a directory', (root: string) => mkdirSync(root)],
  ] as const)('refuses %s', ([, make]) => {
    const [root, other] = [scratch(), scratch()]
    const path = join(root, '0.log')
    make(path, other)
    chmodSync(root, 0o700)
    expect(() => FILE_SYSTEM.open(path, [root])).toThrow(/leads out of|not a regular file/)
  })

  test('refuses a file below a directory that is a link out of the root', () => {
    const [root, other] = [scratch(), scratch()]
    put(other, 'envoy/0.log', 'secret')
    symlinkSync(join(other, 'envoy'), join(root, 'envoy'))
    expect(() => FILE_SYSTEM.open(join(root, 'envoy/0.log'), [root])).toThrow(`it leads out of "${root}"`)
  })
})
