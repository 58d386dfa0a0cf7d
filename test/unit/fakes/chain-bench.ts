import { existsSync, globSync, readdirSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import type { FoundChain, FoundFile } from '../../../src/ingest/chain.ts'
import { ChainReader } from '../../../src/ingest/chain-reader.ts'
import { Discovery } from '../../../src/ingest/discover.ts'
import { eventIds } from '../../../src/ingest/event-id.ts'
import type { FileSystem } from '../../../src/ingest/file-system.ts'
import type { KnownFile, KnownFiles } from '../../../src/ingest/identity.ts'
import type { Loss } from '../../../src/record/loss.ts'
import { DescriptorAllowance, Spool } from '../../../src/ingest/spool.ts'
import { TailReader } from '../../../src/ingest/tail.ts'
import { Troubles } from '../../../src/ingest/trouble.ts'
import { ManualClock } from './manual-clock.ts'
import { RecordedLog } from './recorded-log.ts'
import { ALWAYS_LISTED } from './always-listed.ts'

export const POD = 'shop_payments-0_5fb132a4-4083-4da2-8177-d5ebf6081906'
const LOGS = `${POD}/envoy`

/** What the cursor would know: what was read, and what of that is on disk. */
export class CommittedFiles implements KnownFiles {
  readonly files = new Map<string, KnownFile & { readonly familyKey: string }>()
  durable: ReadonlyMap<string, KnownFile & { readonly familyKey: string }> = new Map()

  commit(): void {
    this.durable = new Map(this.files)
  }

  inFamily(familyKey: string): readonly KnownFile[] {
    return [...this.files.values()].filter((file) => file.familyKey === familyKey)
  }

  ofScope(): readonly KnownFile[] {
    return [...this.files.values()]
  }

  finish(fileKey: string, finalBytes: number, seen?: Pick<KnownFile, 'path' | 'modifiedMs'>): void {
    const { path, modifiedMs } = seen ?? {}
    const file = this.files.get(fileKey)
    if (file !== undefined)
      this.files.set(fileKey, {
        ...file,
        finalBytes,
        path: path ?? file.path,
        modifiedMs: modifiedMs ?? file.modifiedMs,
      })
  }

  isDurable(fileKey: string, toBytes: number): boolean {
    const durable = this.durable.get(fileKey)
    return (
      durable !== undefined &&
      durable.prefixBytes >= toBytes &&
      durable.finalBytes === this.files.get(fileKey)?.finalBytes
    )
  }
}

export interface BenchSettings {
  /** Of plain files; absent for a pod. */
  readonly pattern?: string | undefined
  readonly fileSystem?: FileSystem | undefined
  /** False: nothing is kept. */
  readonly isSpooled?: boolean | undefined
  /** Files that may be held open where they cannot be linked. */
  readonly mostHeld?: number | undefined
}

/** One chain on a real file system, read by hand. */
export class ChainBench {
  readonly root: string
  readonly clock = new ManualClock()
  readonly log = new RecordedLog()
  readonly committed = new CommittedFiles()
  readonly spool: Spool | undefined
  readonly #troubles = new Troubles(this.log)
  readonly #discovery: Discovery
  readonly #fileSystem: FileSystem
  readonly #chain: FoundChain
  reader: ChainReader
  /** Every line read, as `id text`. */
  lines: string[] = []
  breaks = 0
  /** Everything that was named as lost. */
  readonly losses: Loss[] = []
  /** How many of them are on disk. */
  durableLosses = 0
  /** What was read is on disk at once. */
  commitsAtOnce = true

  constructor(root: string, { pattern, fileSystem = ALWAYS_LISTED, isSpooled = true, mostHeld }: BenchSettings = {}) {
    this.root = root
    this.#fileSystem = fileSystem
    const files = pattern === undefined ? [] : [plainFiles(join(root, pattern))]
    const settings = { pods: pattern === undefined ? root : undefined, containers: ['envoy'], files, nodeName: 'n' }
    this.#discovery = new Discovery(settings, fileSystem, this.clock, this.#troubles)
    const shared = { fileSystem, logger: this.log, troubles: this.#troubles }
    const descriptors = new DescriptorAllowance(mostHeld)
    this.spool = isSpooled ? new Spool(join(root, '.spool'), { ...shared, descriptors }) : undefined
    const [found] = this.#discovery.sweep()
    if (found === undefined) throw new Error('there must be a chain to follow')
    this.#chain = found
    this.reader = this.#newReader()
  }

  /** Paths of the links in the spool, as `pods/...` or `files/...`. */
  links(): string[] {
    const names = globSync('.spool/{pods,files}/**/*-*', { cwd: this.root, withFileTypes: true })
    const paths = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    return paths.map((path) => relative(join(this.root, '.spool'), path)).sort()
  }

  /** The path of a container log. */
  path(name: string): string {
    return join(this.root, LOGS, name)
  }

  sweep(): void {
    const found = this.#discovery.sweep()[0]
    const isThere = found !== undefined && (found.files.length > 0 || existsSync(this.path('')) || !this.isPod)
    this.reader.update(isThere ? withCompressed(found, this.#fileSystem) : undefined)
    if (this.commitsAtOnce) this.commit()
  }

  get isPod(): boolean {
    return this.#chain.scope.startsWith('pod')
  }

  /** What is known is on disk. */
  commit(): void {
    this.committed.commit()
    this.durableLosses = this.losses.length
  }

  /** Read until nothing more comes, as the pipeline would, with a sweep and enough time for files to settle. */
  async readAll(): Promise<string[]> {
    for (let round = 0; round < 4; round += 1) {
      this.sweep()
      await this.read()
      await this.clock.advance(1_000)
      await this.read()
    }
    return this.take()
  }

  /** Read what can be read at this moment, at most so many chunks. */
  async read(mostChunks = Infinity): Promise<number> {
    let chunks = 0
    while (chunks < mostChunks && this.reader.isReadable()) {
      const chunk = await this.reader.read()
      if (chunk === undefined) break
      chunks += 1
      if (!chunk.isContinued) this.breaks += 1
      const { fileKey, offsetBytes, bytes, check, file } = chunk
      this.#record(fileKey, offsetBytes, bytes)
      this.committed.files.set(fileKey, { ...file, fileKey, path: chunk.path, prefixBytes: check.atBytes, check })
    }
    if (this.commitsAtOnce) this.commit()
    return chunks
  }

  /** What was read since the last call, without ids. */
  take(): string[] {
    return this.lines.splice(0).map((line) => line.slice(line.indexOf(' ') + 1))
  }

  /** The agent starts again and knows what was committed: everything it read, or what is given. */
  restart(committed = new Map(this.committed.files)): void {
    this.committed.files.clear()
    this.committed.durable = new Map(committed)
    for (const [key, file] of committed) this.committed.files.set(key, file)
    this.reader.close()
    this.reader = this.#newReader()
  }

  /** The agent is killed and starts again: it knows what is on disk, and no more. */
  crash(): void {
    this.losses.splice(this.durableLosses)
    this.restart(new Map(this.committed.durable))
  }

  #newReader(): ChainReader {
    const { clock, log, committed, spool, losses } = this
    const shared = { fileSystem: this.#fileSystem, clock, logger: log, troubles: this.#troubles, spool }
    const lose = (loss: Loss) => void losses.push(loss)
    const isLossDurable = (loss: Loss) => losses.indexOf(loss) < this.durableLosses
    return new ChainReader(this.#chain, { ...shared, known: committed, tail: new TailReader(), lose, isLossDurable })
  }

  #record(fileKey: string, offsetBytes: number, bytes: Buffer): void {
    const idOf = eventIds(fileKey)
    for (let start = 0; start < bytes.length; ) {
      const newline = bytes.indexOf(0x0a, start)
      const end = newline === -1 ? bytes.length : newline
      this.lines.push(`${idOf(offsetBytes + start)} ${bytes.toString('latin1', start, end)}`)
      start = end + 1
    }
  }
}

/** A look that does not list compressed files is completed. */
function withCompressed(found: FoundChain, fileSystem: FileSystem): FoundChain {
  const paths = new Set(found.files.map(({ path }) => path))
  const [first] = found.files
  if (first === undefined) return found
  const packed = readdirSync(dirname(first.path))
    .filter((name) => name.endsWith('.gz'))
    .map((name) => join(dirname(first.path), name))
  const added = packed
    .filter((path) => !paths.has(path))
    .map((path) => ({ ...fileSystem.stat(path), path, restart: restartOf(path), isCompressed: true }))
  const files = [...found.files, ...added]
  return { ...found, files: files.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)) }
}

function restartOf(path: string): number {
  return Number(/^(\d+)\.log/.exec(basename(path))?.[1] ?? 0)
}

/** Dates before the live file; greater numbers before smaller ones. */
function orderOf({ path, restart }: FoundFile): string {
  const [, rotated = '~', gz = ''] = /\.log(?:\.([\d-]+))?(\.gz)?$/.exec(basename(path)) ?? []
  const age = rotated.length < 5 && rotated !== '~' ? String(9999 - Number(rotated)) : rotated
  return `${String(restart).padStart(4, '0')} ${age} ${gz}`
}

function plainFiles(path: string) {
  return { path, frame: 'raw', format: 'auto', reporter: {} } as const
}
