import { appendFileSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import * as fc from '../../support/fast-check.ts'
import { expect, test } from 'vitest'
import { ChainBench, POD } from '../fakes/chain-bench.ts'
import { put } from '../fakes/scratch.ts'

const ID_LENGTH = 19
const MOST_KEPT = 5
/** Longer than what is compared to know a file again. */
const PADDING = 'x'.repeat(300)

type Step =
  | { readonly do: 'write' | 'read' | 'wait'; readonly count: number }
  | {
      readonly do: 'rotate' | 'pack' | 'unlinkPacked' | 'restartContainer' | 'removePod' | 'sweep' | 'commit' | 'crash'
    }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('write'), count: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('read'), count: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait'), count: fc.constantFrom(100, 1_000, 11_000) }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constantFrom('sweep', 'rotate') }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('pack', 'unlinkPacked', 'commit') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('crash', 'restartContainer') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('removePod') }) },
)

/** A container and the kubelet that rotates its log. Lines are unique; each names the file it was written to. */
class Kubelet {
  readonly #directory: string
  readonly written: { readonly text: string; readonly file: number }[] = []
  /** Rotated logs, oldest first. */
  #rotated: string[] = []
  #restart = 0
  #files = 0
  isThere = true

  constructor(root: string) {
    this.#directory = join(root, POD, 'envoy')
    put(root, `${POD}/envoy/0.log`)
  }

  get #live(): string {
    return join(this.#directory, `${this.#restart}.log`)
  }

  write(count: number): void {
    for (let line = 0; line < count && this.isThere; line += 1) {
      const text = `${PADDING} line ${this.written.length}`
      appendFileSync(this.#live, `${text}\n`)
      this.written.push({ text, file: this.#files })
    }
  }

  /** Kubelet keeps five files of a container, the live one among them, and deletes the oldest. */
  rotate(): void {
    if (!this.isThere) return
    const rotated = `${this.#live}.20261122-${String(100_000 + this.#files)}`
    renameSync(this.#live, rotated)
    this.#rotated.push(rotated)
    this.#begin()
    while (this.#rotated.length >= MOST_KEPT) this.#remove(this.#rotated.shift() ?? '')
  }

  restartContainer(): void {
    if (!this.isThere) return
    this.#rotated.push(this.#live)
    this.#restart += 1
    this.#begin()
  }

  /** All but the newest rotated log are packed; for a moment there are both. */
  pack(): void {
    for (const path of this.#rotated.slice(0, -1))
      if (existsSync(path) && !/\d\.log$/.test(path)) writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)))
  }

  unlinkPacked(): void {
    for (const path of this.#rotated) if (existsSync(`${path}.gz`)) rmSync(path, { force: true })
  }

  removePod(): void {
    rmSync(join(this.#directory, '..'), { recursive: true, force: true })
    this.isThere = false
    this.#rotated = []
  }

  #begin(): void {
    this.#files += 1
    writeFileSync(this.#live, '')
  }

  #remove(path: string): void {
    rmSync(path, { force: true })
    rmSync(`${path}.gz`, { force: true })
  }

  /** Numbers of the files that a look would see now. */
  present(): readonly number[] {
    const count = this.isThere ? this.#rotated.length + 1 : 0
    return Array.from({ length: count }, (_, age) => this.#files - age)
  }
}

/** What the agent has read, by id. */
class Delivered {
  readonly #textOf = new Map<string, string>()
  readonly #idOf = new Map<string, string>()
  readonly mistaken: string[] = []

  take(bench: ChainBench): void {
    for (const line of bench.lines.splice(0)) {
      const [id, text] = [line.slice(0, ID_LENGTH), line.slice(ID_LENGTH + 1)]
      if ((this.#textOf.get(id) ?? text) !== text) this.mistaken.push(`${id} is two lines: ${short(text)}`)
      if ((this.#idOf.get(text) ?? id) !== id) this.mistaken.push(`two ids for ${short(text)}`)
      this.#textOf.set(id, text)
      this.#idOf.set(text, id)
    }
  }

  has(text: string): boolean {
    return this.#idOf.has(text)
  }
}

async function play(steps: readonly Step[]) {
  const root = mkdtempSync(join(tmpdir(), 'flagship-'))
  const kubelet = new Kubelet(root)
  const bench = new ChainBench(root)
  bench.commitsAtOnce = false
  const delivered = new Delivered()
  const seen = new Set<number>()
  const look = () => {
    bench.sweep()
    for (const file of kubelet.present()) seen.add(file)
  }
  for (const action of steps) {
    if (action.do === 'write') kubelet.write(action.count)
    else if (action.do === 'read') await bench.read(action.count)
    else if (action.do === 'wait') await bench.clock.advance(action.count)
    else if (action.do === 'sweep') look()
    else if (action.do === 'commit') bench.commit()
    else if (action.do === 'crash') bench.crash()
    else kubelet[action.do]()
    delivered.take(bench)
  }
  kubelet.write(1) // what is empty is not known to be final
  for (let round = 0; round < 30; round += 1) {
    look()
    await bench.clock.advance(1_000)
    await bench.read()
    bench.commit()
    delivered.take(bench)
  }
  const missing = kubelet.written.filter(({ text }) => !delivered.has(text))
  // A file that came and went together with its pod, between two looks, left nothing that could tell of it.
  const lastKnown = kubelet.isThere ? Infinity : Math.max(...seen)
  const links = bench.links().map((link) => basename(link))
  rmSync(root, { recursive: true })
  return {
    mistaken: delivered.mistaken,
    lostThoughSeen: missing.filter(({ file }) => seen.has(file)).map(({ text }) => short(text)),
    isSilent: missing.some(({ file }) => file > Math.min(...seen) && file < lastKnown) && bench.losses.length === 0,
    losses: bench.losses.map(({ reason }) => reason).filter((reason) => reason !== 'unseen'),
    linksLeft: kubelet.isThere ? Math.max(0, links.length - 1) : links.length,
  }
}

test('ChainReader with a spool loses no line of a file it has seen, names what went unseen, and lets go of all it has read', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (list) => {
      expect(await play(list)).toEqual({ mistaken: [], lostThoughSeen: [], isSilent: false, losses: [], linksLeft: 0 })
    }),
    { seed: 21, numRuns: 100 },
  )
})

function short(text: string): string {
  return text.slice(PADDING.length + 1)
}
