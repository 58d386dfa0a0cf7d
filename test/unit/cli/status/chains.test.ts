import { describe, expect, test } from 'vitest'
import { chainsOf } from '../../../../src/cli/status/chains.ts'
import type { FileOnDisk } from '../../../../src/cli/status/files-on-disk.ts'
import type { CursorEntry } from '../../../../src/pipeline/cursor-state.ts'

const NOW_MS = 1_795_352_400_000
const MOMENT = { nowMs: NOW_MS, watermarkMs: NOW_MS - 60_000 }

function entry(path: string, change: Partial<CursorEntry> = {}): CursorEntry {
  const facts = { fileKey: path, familyKey: path, generation: 0, scope: 'a', device: 1, inode: 1, begun: 1 }
  return { ...facts, path, prefixBytes: 0, ...change }
}

/** Files by path; all are there as they are said to be. */
function diskOf(files: Readonly<Record<string, Partial<FileOnDisk>>>) {
  const find = ({ path }: { readonly path: string }): FileOnDisk | undefined => {
    const file = files[path]
    return file && { path, sizeBytes: 100, modifiedMs: NOW_MS - 5_000, bornMs: undefined, ...file }
  }
  return { find }
}

function statusOf(change: Partial<CursorEntry>, file?: Partial<FileOnDisk>, moment = MOMENT) {
  const disk = diskOf(file === undefined ? {} : { '0.log': file })
  return chainsOf([entry('0.log', change)], disk, moment)[0]?.files[0]
}

describe('chainsOf()', () => {
  test.for([
    ['what is behind the cursor', { prefixBytes: 30 }, {}, 70],
    [
      'nothing that is answered beyond it',
      {
        prefixBytes: 30,
        answered: [
          [40, 50],
          [90, 200],
        ],
      },
      {},
      50,
    ],
    ['nothing of what a cursor has passed, whatever the size', { prefixBytes: 300 }, {}, 0],
    ['a file that is gone by what it was', { prefixBytes: 30, finalBytes: 80 }, undefined, 50],
    ['an unknown number of a file that is gone before its end', { prefixBytes: 30 }, undefined, undefined],
    ['an unknown number of a compressed file', { path: '0.log.gz' }, { path: '0.log.gz' }, undefined],
    ['a compressed file by what it unpacks to', { prefixBytes: 30, finalBytes: 500 }, { path: '0.log.gz' }, 470],
  ] as const)('counts %s', ([, change, file, lagBytes]) => {
    expect(statusOf({ answered: [], ...change }, file)?.lagBytes).toBe(lagBytes)
  })

  test.for([
    ['reading', {}, {}],
    ['reading', { prefixBytes: 50, finalBytes: 100 }, {}],
    ['done', { prefixBytes: 100, finalBytes: 100 }, {}],
    ['gone', { prefixBytes: 100, finalBytes: 100 }, undefined],
    ['gone', { goneSinceMs: NOW_MS }, {}],
  ] as const)('says %s of %j and %j', ([state, change, file]) => {
    expect(statusOf(change, file)?.state).toBe(state)
  })

  test.for([
    ['at least since it was modified, at most since the watermark', {}, MOMENT, { atLeast: 5, atMost: 60 }],
    ['at most since it was made', { bornMs: NOW_MS - 20_000 }, MOMENT, { atLeast: 5, atMost: 20 }],
    [
      'without a bound that came later, as for a line without its end',
      { modifiedMs: NOW_MS - 90_000 },
      MOMENT,
      { atLeast: 90, atMost: undefined },
    ],
    ['never less than nothing', { modifiedMs: NOW_MS + 9_000 }, MOMENT, { atLeast: 0, atMost: 60 }],
    ['nothing of what is all answered', { sizeBytes: 0 }, MOMENT, undefined],
  ] as const)('tells the age %s', ([, file, moment, age]) => {
    expect(statusOf({}, file, moment)?.lagSeconds).toEqual(age)
  })

  test('puts the files of a chain in their order, and the chain that lags most first', () => {
    const entries = [
      entry('a/1', { scope: 'a', inode: 1, begun: 1, prefixBytes: 100, finalBytes: 100 }),
      entry('b/1', { scope: 'b', inode: 2, begun: 2 }),
      entry('a/2', { scope: 'a', inode: 3, begun: 3, prefixBytes: 90 }),
    ]
    const disk = diskOf({ 'a/1': {}, 'b/1': {}, 'a/2': { modifiedMs: NOW_MS - 7_000 } })
    const chains = chainsOf(entries, disk, { nowMs: NOW_MS, watermarkMs: undefined })
    expect(chains.map(({ scope, lagBytes }) => [scope, lagBytes])).toEqual([
      ['b', 100],
      ['a', 10],
    ])
    expect(chains[1]?.files.map(({ path }) => path)).toEqual(['a/1', 'a/2'])
    expect(chains[1]?.lagSeconds).toEqual({ atLeast: 7, atMost: undefined })
  })

  test('gives a truncated file to what it holds now', () => {
    const entries = [
      entry('0.log', { fileKey: 'before', begun: 1, prefixBytes: 500 }),
      entry('0.log', { fileKey: 'now', begun: 2, prefixBytes: 10 }),
    ]
    const files = chainsOf(entries, diskOf({ '0.log': {} }), MOMENT)[0]?.files
    expect(files?.map(({ state, lagBytes }) => [state, lagBytes])).toEqual([
      ['gone', undefined],
      ['reading', 90],
    ])
  })
})
