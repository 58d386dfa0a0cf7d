import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Discovery, type DiscoverySettings } from '../../../src/ingest/discover.ts'
import { FILE_SYSTEM } from '../../../src/ingest/file-system.ts'
import { Troubles } from '../../../src/ingest/trouble.ts'
import { ALWAYS_LISTED } from '../fakes/always-listed.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { RecordedLog } from '../fakes/recorded-log.ts'
import { put, scratch } from '../fakes/scratch.ts'

const POD = 'shop_payments-0_5fb132a4'
const LOG = `pods/${POD}/istio-proxy/0.log`
const ID = 'c0ffee'.repeat(11).slice(0, 64)
const LINK = `containers/payments-0_shop_istio-proxy-${ID}.log`
const DOCKER = `docker/${ID}/${ID}-json.log`

/** A directory as /var/log is, with discovery over it. */
class Node {
  readonly root = scratch()
  readonly log = new RecordedLog()

  /** Make a link at `path` to another path of the node. */
  link(path: string, target: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true })
    symlinkSync(join(this.root, target), join(this.root, path))
  }

  sweep(settings: Partial<DiscoverySettings> = {}) {
    const pods = join(this.root, 'pods')
    const linkTargets = [join(this.root, 'docker')]
    const all = { pods, containers: ['istio-proxy'], files: [], linkTargets, nodeName: 'n', ...settings }
    return new Discovery(all, ALWAYS_LISTED, new ManualClock(), new Troubles(this.log)).sweep()
  }

  paths(settings?: Partial<DiscoverySettings>): string[] {
    return this.sweep(settings).flatMap((chain) => chain.files.map((file) => relative(this.root, file.path)))
  }

  links(): { readonly files: DiscoverySettings['files'] } {
    const path = join(this.root, 'containers/*_istio-proxy-*.log')
    return { files: [{ path, frame: 'auto', format: 'edge', reporter: { namespace: 'other' } }] }
  }
}

describe('Discovery.sweep() with links of /var/log/containers', () => {
  test('finds the chain that the pods tree has, with all of its files', () => {
    const node = new Node()
    put(node.root, LOG, 'x')
    put(node.root, `${LOG}.20261122-130000`, 'x')
    node.link(LINK, LOG)
    const [byTree] = node.sweep()
    const [byLink, ...rest] = node.sweep({ pods: undefined, ...node.links() })
    expect(rest).toEqual([])
    expect(byLink).toEqual({ ...byTree, source: { ...byTree?.source, format: 'edge' } })
    expect(byLink?.files).toHaveLength(2)
    expect(byLink?.source.frame).toBe('cri')
  })

  test('finds it once beside the pods tree', () => {
    const node = new Node()
    put(node.root, LOG, 'x')
    node.link(LINK, LOG)
    expect(node.sweep(node.links())).toHaveLength(1)
  })

  test('follows a regular file of such a name as a plain one', () => {
    const node = new Node()
    put(node.root, LINK, 'x')
    const [chain] = node.sweep({ pods: undefined, ...node.links() })
    expect(chain?.scope).toBe(`file\0n\0${join(node.root, LINK)}`)
  })

  test.for([
    ['another pod', `pods/other_payments-0_5fb132a4/istio-proxy/0.log`],
    ['another container', `pods/${POD}/app/0.log`],
    ['what is no log of a pod', 'pods/secret'],
    ['a tree elsewhere', `../elsewhere/pods/${POD}/istio-proxy/0.log`],
  ])('refuses one that leads to %s, and says so', ([, target = '']) => {
    const node = new Node()
    const outside = new Node()
    const place = target.startsWith('..')
      ? relative(node.root, join(outside.root, 'pods', POD, 'istio-proxy/0.log'))
      : target
    put(node.root, place, 'secret')
    node.link(LINK, place)
    expect(node.paths({ pods: undefined, ...node.links() })).toEqual([])
    const state = `it leads to "${join(node.root, place)}", which is not the log of that container`
    expect(node.log.lines).toEqual([`warn Cannot follow link "${join(node.root, LINK)}": ${state}`])
  })

  test('forgets one that leads nowhere without a word', () => {
    const node = new Node()
    node.link(LINK, LOG)
    expect(node.paths({ pods: undefined, ...node.links() })).toEqual([])
    expect(node.log.lines).toEqual([])
  })
})

describe('Discovery.sweep() with logs of Docker behind the links of a pods tree', () => {
  test('gives what Docker rotated as older files of the same restart', () => {
    const node = new Node()
    for (const name of [DOCKER, `${DOCKER}.1`, `${DOCKER}.2.gz`, `docker/${ID}/config.v2.json`])
      put(node.root, name, 'x')
    node.link(LOG, DOCKER)
    const [chain] = node.sweep()
    expect(
      chain?.files.map(({ path, restart, isCompressed }) => [relative(node.root, path), restart, isCompressed]),
    ).toEqual([
      [`${DOCKER}.2.gz`, 0, true],
      [`${DOCKER}.1`, 0, false],
      [DOCKER, 0, false],
    ])
    expect(chain?.source.roots).toEqual([join(node.root, 'pods', POD), join(node.root, 'docker')])
    expect(node.log.lines).toEqual([])
  })

  test('follows a link of kubelet to a link of kubelet', () => {
    const node = new Node()
    put(node.root, DOCKER, 'x')
    node.link(LOG, DOCKER)
    node.link(LINK, LOG)
    expect(node.paths({ pods: undefined, ...node.links() })).toEqual([DOCKER])
  })

  test('follows plain globs over them', () => {
    const node = new Node()
    for (const name of [DOCKER, `${DOCKER}.1`]) put(node.root, name, 'x')
    const path = join(node.root, 'docker/*/*-json.log')
    const files = [{ path, frame: 'docker', format: 'auto', reporter: {} }] as const
    expect(node.paths({ pods: undefined, files })).toEqual([`${DOCKER}.1`, DOCKER])
  })
})

describe('Discovery.sweep() with a hostile link', () => {
  test.for([
    ['a file elsewhere', () => put(scratch(), 'shadow.log', 's')],
    ['what is no log where links may lead', (root: string) => put(root, 'docker/a/config.v2.json')],
    ['a device', () => '/dev/null'],
    ['a directory', (root: string) => root],
    ['the log of another pod', (root: string) => put(root, 'pods/shop_cart-0_77d1/app/0.log')],
    ['a pipe', (root: string) => pipe(join(root, 'pods/pipe'))],
  ] as const)('refuses %s, and says so once', ([, make]) => {
    const node = new Node()
    put(node.root, `pods/${POD}/istio-proxy/1.log`, 'good')
    node.link(LOG, relative(node.root, make(node.root)))
    expect(node.paths()).toEqual([`pods/${POD}/istio-proxy/1.log`])
    expect(node.log.lines).toHaveLength(1)
    expect(node.log.lines[0]).toMatch(
      /^warn Cannot follow log ".*0\.log": it (leads to ".*", out of|is not a regular file)/,
    )
  })

  test('follows none out of a container that is itself one', () => {
    const node = new Node()
    const other = scratch()
    put(other, '0.log', 'secret')
    node.link(`pods/${POD}/istio-proxy`, relative(node.root, other))
    expect(node.paths()).toEqual([])
  })

  test('gives the place of a link within the pod, so that what is opened is no link', () => {
    const node = new Node()
    const data = `pods/${POD}/data/0.log`
    put(node.root, data, 'x')
    node.link(LOG, data)
    expect(node.paths()).toEqual([data])
    expect(() => FILE_SYSTEM.open(join(node.root, data), [join(node.root, 'pods', POD)]).close()).not.toThrow()
  })
})

function pipe(path: string): string {
  execFileSync('mkfifo', [path])
  return path
}
