import { join } from 'node:path'
import { ChainReader } from '../../../src/ingest/chain-reader.ts'
import { Discovery } from '../../../src/ingest/discover.ts'
import { eventIds } from '../../../src/ingest/event-id.ts'
import type { FileSystem } from '../../../src/ingest/file-system.ts'
import type { KnownFile, KnownFiles } from '../../../src/ingest/identity.ts'
import type { Loss } from '../../../src/ingest/loss.ts'
import { TailReader } from '../../../src/ingest/tail.ts'
import { Troubles } from '../../../src/ingest/trouble.ts'
import { ManualClock } from './manual-clock.ts'
import { RecordedLog } from './recorded-log.ts'
import { ALWAYS_LISTED } from './always-listed.ts'

export const POD = 'shop_payments-0_5fb132a4-4083-4da2-8177-d5ebf6081906'
const LOGS = `${POD}/envoy`

/** What the cursor would know, committed by hand. */
export class CommittedFiles implements KnownFiles {
  readonly files = new Map<string, KnownFile & { readonly familyKey: string }>()

  inFamily(familyKey: string): readonly KnownFile[] {
    return [...this.files.values()].filter((file) => file.familyKey === familyKey)
  }

  newestOf(): KnownFile | undefined {
    return [...this.files.values()].at(-1)
  }

  finish(fileKey: string, finalBytes: number): void {
    const file = this.files.get(fileKey)
    if (file !== undefined) this.files.set(fileKey, { ...file, finalBytes })
  }

  isDurable(fileKey: string, toBytes: number): boolean {
    return (this.files.get(fileKey)?.prefixBytes ?? 0) >= toBytes
  }
}

/** One chain on a real file system, read by hand. */
export class ChainBench {
  readonly root: string
  readonly clock = new ManualClock()
  readonly log = new RecordedLog()
  readonly committed = new CommittedFiles()
  readonly #troubles = new Troubles(this.log)
  readonly #discovery: Discovery
  readonly #fileSystem: FileSystem
  reader: ChainReader
  /** Every line read, as `id text`. */
  lines: string[] = []
  breaks = 0
  /** Everything that was named as lost. */
  readonly losses: Loss[] = []

  constructor(root: string, pattern?: string, fileSystem: FileSystem = ALWAYS_LISTED) {
    this.root = root
    this.#fileSystem = fileSystem
    const files = pattern === undefined ? [] : [plainFiles(join(root, pattern))]
    const settings = { pods: pattern === undefined ? root : undefined, containers: ['envoy'], files, nodeName: 'n' }
    this.#discovery = new Discovery(settings, fileSystem, this.clock, this.#troubles)
    this.reader = this.#newReader()
  }

  /** The path of a container log. */
  path(name: string): string {
    return join(this.root, LOGS, name)
  }

  sweep(): void {
    this.reader.update(this.#discovery.sweep()[0])
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
    return chunks
  }

  /** What was read since the last call, without ids. */
  take(): string[] {
    return this.lines.splice(0).map((line) => line.slice(line.indexOf(' ') + 1))
  }

  /** The agent starts again and knows what was committed: everything it read, or what is given. */
  restart(committed = new Map(this.committed.files)): void {
    this.committed.files.clear()
    for (const [key, file] of committed) this.committed.files.set(key, file)
    this.reader.close()
    this.reader = this.#newReader()
  }

  #newReader(): ChainReader {
    const { clock, log, committed } = this
    const [found] = this.#discovery.sweep()
    if (found === undefined) throw new Error('there must be a chain to follow')
    const fileSystem = this.#fileSystem
    const shared = { fileSystem, clock, logger: log, troubles: this.#troubles }
    const parts = { ...shared, known: committed, tail: new TailReader(), lose: (loss: Loss) => this.losses.push(loss) }
    return new ChainReader(found, parts)
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

function plainFiles(path: string) {
  return { path, frame: 'raw', format: 'auto', reporter: {} } as const
}
