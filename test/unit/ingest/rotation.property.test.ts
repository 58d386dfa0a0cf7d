import { appendFileSync, copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from '../../support/fast-check.ts'
import { expect, test } from 'vitest'
import { ChainBench } from '../fakes/chain-bench.ts'

const MOST_ROTATIONS = 9
const ID_LENGTH = 19
/** Longer than what is compared to know a file again. */
const PADDING = 'x'.repeat(300)

type Step =
  | { readonly do: 'write'; readonly lines: number; readonly isWhole: boolean }
  | { readonly do: 'rename' | 'copytruncate' | 'sweep' | 'commit' | 'crash' }
  | { readonly do: 'read'; readonly chunks: number }
  | { readonly do: 'wait'; readonly ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('write'), lines: fc.integer({ min: 1, max: 4 }), isWhole: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('rename', 'copytruncate') }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('sweep', 'commit', 'crash') }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('read'), chunks: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(100, 600, 1_000) }) },
)

/** Writes numbered lines, and rotates as logrotate does. */
class Writer {
  readonly #live: string
  readonly #firstLine: (number: number) => string
  readonly written: string[] = []
  #half = ''
  #rotations = 0

  constructor(live: string, firstLine: (number: number) => string) {
    this.#live = live
    this.#firstLine = firstLine
    this.#begin()
  }

  write(lines: number, isWhole: boolean): void {
    this.end()
    for (let count = 0; count < lines; count += 1) appendFileSync(this.#live, `${this.#next()}\n`)
    if (isWhole) return
    const line = this.#next()
    appendFileSync(this.#live, line.slice(0, 3))
    this.#half = line.slice(3)
  }

  /** End the line that was begun. */
  end(): void {
    if (this.#half !== '') appendFileSync(this.#live, `${this.#half}\n`)
    this.#half = ''
  }

  /** A writer ends its line before its file is changed under it. */
  rotate(how: 'rename' | 'copytruncate'): void {
    if (this.#rotations === MOST_ROTATIONS) return
    this.#rotations += 1
    this.end()
    for (let number = this.#rotations; number > 1; number -= 1)
      if (existsSync(`${this.#live}.${number - 1}`))
        renameSync(`${this.#live}.${number - 1}`, `${this.#live}.${number}`)
    if (how === 'rename') renameSync(this.#live, `${this.#live}.1`)
    else {
      copyFileSync(this.#live, `${this.#live}.1`)
      truncateSync(this.#live)
    }
    this.#begin()
  }

  #next(): string {
    const line = `${PADDING} line ${this.written.length}`
    this.written.push(line)
    return line
  }

  /** A second line, because nobody can tell apart files that hold the same and nothing else. */
  #begin(): void {
    const line = this.#firstLine(this.#rotations)
    this.written.push(line)
    appendFileSync(this.#live, `${line}\n${this.#next()}\n`)
  }
}

/** Everything a bench has read, by id. */
class Delivered {
  readonly #textOf = new Map<string, string>()
  /** Ids that stood for two lines. */
  readonly mistaken: string[] = []

  take(bench: ChainBench): void {
    for (const line of bench.lines.splice(0)) {
      const [id, text] = [line.slice(0, ID_LENGTH), line.slice(ID_LENGTH + 1)]
      if ((this.#textOf.get(id) ?? text) !== text) this.mistaken.push(`${this.#textOf.get(id)} / ${text}`)
      this.#textOf.set(id, text)
    }
  }

  texts(): string[] {
    return [...this.#textOf.values()].sort()
  }
}

async function play(steps: readonly Step[], firstLine: (number: number) => string, canForget: boolean) {
  const root = mkdtempSync(join(tmpdir(), 'flagship-'))
  const writer = new Writer(join(root, 'access.log'), firstLine)
  const bench = new ChainBench(root, { pattern: 'access.log' })
  const delivered = new Delivered()
  let saved = new Map(bench.committed.files)
  for (const action of steps) {
    if (action.do === 'write') writer.write(action.lines, action.isWhole)
    else if (action.do === 'sweep') bench.sweep()
    else if (action.do === 'read') await bench.read(action.chunks)
    else if (action.do === 'wait') await bench.clock.advance(action.ms)
    else if (action.do === 'commit') saved = new Map(bench.committed.files)
    else if (action.do === 'crash') bench.restart(canForget ? saved : undefined)
    else writer.rotate(action.do)
    delivered.take(bench)
  }
  writer.end()
  for (let round = 0; round < 3 * MOST_ROTATIONS; round += 1) {
    bench.sweep()
    await bench.clock.advance(1_000)
    await bench.read()
    delivered.take(bench)
  }
  rmSync(root, { recursive: true })
  return { mistaken: delivered.mistaken, delivered: delivered.texts(), written: writer.written.toSorted() }
}

const steps = fc.array(step, { maxLength: 40 })

test('ChainReader gives every line of every rotation once, also after crashes that forget what was read', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const { mistaken, delivered, written } = await play(list, (number) => `${PADDING} first ${number}`, true)
      expect({ mistaken, delivered }).toEqual({ mistaken: [], delivered: written })
    }),
    { seed: 11, numRuns: 100 },
  )
})

test('ChainReader tells files apart that begin alike', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const { mistaken, delivered, written } = await play(list, () => `${PADDING} banner`, false)
      expect({ mistaken, delivered }).toEqual({ mistaken: [], delivered: written })
    }),
    { seed: 12, numRuns: 100 },
  )
})
