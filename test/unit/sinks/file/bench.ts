import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { FileSinkConfig } from '../../../../src/sinks/file/config.ts'
import { FILE_ACCESS, type FileAccess, type WritableFile } from '../../../../src/sinks/file/file-access.ts'
import { FileSink } from '../../../../src/sinks/file/sink.ts'
import { finishedFiles } from '../../../../src/sinks/file/series.ts'
import { textsOf } from '../../fakes/batches.ts'
import { ManualClock } from '../../fakes/manual-clock.ts'
import { scratch } from '../../fakes/scratch.ts'
import type { SinkBench } from '../contract.ts'

type Step = 'open' | 'rename' | 'remove' | 'syncDirectory' | 'write' | 'sync' | 'truncate'

/** Real files below a scratch directory; any step can be made to fail. */
export class FileBench implements SinkBench {
  readonly path = join(scratch(), 'out', 'access.ndjson')
  readonly clock = new ManualClock()
  readonly rotate: FileSinkConfig['rotate']
  /** Steps that fail, and with what. */
  readonly failing = new Map<Step, string>()

  constructor(rotate: Partial<FileSinkConfig['rotate']> = {}) {
    this.rotate = { maxBytes: 1_000_000, maxAgeHours: 24, keep: 5, ...rotate }
  }

  create(): FileSink {
    const batch = { maxBytes: 1_000, maxDocuments: 10, maxAgeMs: 10 }
    return new FileSink(
      'copy',
      { type: 'file', path: this.path, rotate: this.rotate, batch },
      this.clock,
      this.#access(),
    )
  }

  async stored(): Promise<readonly string[]> {
    const finished = await finishedFiles(this.path)
    return [...finished.map((file) => file.path), this.path].flatMap((path) => textsOf(readFileSync(path, 'utf8')))
  }

  names(): readonly string[] {
    return readdirSync(dirname(this.path)).sort()
  }

  breakPlace(): void {
    this.failing.set('sync', 'EIO')
  }

  mend(): void {
    this.failing.clear()
  }

  #access(): FileAccess {
    return {
      ...FILE_ACCESS,
      open: (path) => this.#step('open', async () => this.#guarded(await FILE_ACCESS.open(path))),
      rename: (from, to) => this.#step('rename', () => FILE_ACCESS.rename(from, to)),
      remove: (path) => this.#step('remove', () => FILE_ACCESS.remove(path)),
      syncDirectory: (path) => this.#step('syncDirectory', () => FILE_ACCESS.syncDirectory(path)),
    }
  }

  #guarded(file: WritableFile): WritableFile {
    return {
      ...file,
      createdMs: this.clock.nowMs(),
      write: (buffers, position) => this.#step('write', () => file.write(buffers, position)),
      sync: () => this.#step('sync', () => file.sync()),
      truncate: (length) => this.#step('truncate', () => file.truncate(length)),
    }
  }

  async #step<T>(step: Step, run: () => Promise<T>): Promise<T> {
    const code = this.failing.get(step)
    if (code !== undefined) throw Object.assign(new Error(`${code}: made to fail`), { code })
    return run()
  }
}
