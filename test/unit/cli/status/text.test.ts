import { describe, expect, test } from 'vitest'
import type { ChainStatus, FileStatus } from '../../../../src/cli/status/chains.ts'
import type { PipelineReport } from '../../../../src/cli/status/report.ts'
import { renderReport } from '../../../../src/cli/status/text.ts'

const NOW_MS = 1_795_352_400_000

const FILE: FileStatus = {
  path: '/pods/0.log',
  fileKey: 'k',
  cursorBytes: 1_000,
  sentBytes: 5_000,
  answered: [[2_000, 2_500]],
  sizeBytes: 4_000,
  lagBytes: 2_500,
  lagSeconds: { atLeast: 3, atMost: 12 },
  state: 'reading',
  goneSinceMs: undefined,
}

function chain(scope: string, files: readonly FileStatus[] = [FILE]): ChainStatus {
  return { scope, lagBytes: 2_500, lagSeconds: files[0]?.lagSeconds, files }
}

function render(change: Partial<PipelineReport> = {}, holder?: string): string {
  const pipeline: PipelineReport = {
    name: 'search',
    state: 'current',
    notes: [],
    watermarkMs: NOW_MS - 12_000,
    losses: 0,
    lostBytes: 0,
    pendingLosses: 0,
    spool: undefined,
    deadLetter: { documents: 0, bytes: 0, oldest: undefined, reasons: [] },
    chains: [],
    ...change,
  }
  return renderReport({ directory: '/state', holder, nowMs: NOW_MS, stream: undefined, pipelines: [pipeline] })
}

describe('renderReport()', () => {
  test.for([
    ['no agent', {}, /^State directory "\/state": no agent runs\n/],
    ['a pipeline that has never run', { state: 'none' }, /state +none: it has never run/],
    ['missing commits', { state: 'older', notes: ['state.a is damaged'] }, /in doubt\n +damage +state.a is damaged/],
    ['the watermark', {}, /watermark +2026-11-22T12:59:48.000Z, 12 s behind now/],
    ['no watermark', { watermarkMs: undefined }, /watermark +not known yet/],
    ['no loss', {}, /losses +none/],
    [
      'losses',
      { losses: 2, lostBytes: 12_345, pendingLosses: 1 },
      /losses +2, 12,345 bytes .* 1 still to be delivered/,
    ],
    ['no spool', {}, /spool +none/],
    ['the spool', { spool: { files: 2, keptBytes: 8, notBegunBytes: 0 } }, /spool +2 files, 8 bytes only it keeps$/m],
    ['what is not begun', { spool: { files: 2, keptBytes: 0, notBegunBytes: 9 } }, /9 bytes in files not begun yet/],
    ['an empty dead letter', {}, /dead letter +empty/],
    [
      'the dead letter',
      {
        deadLetter: {
          documents: 3,
          bytes: 900,
          oldest: 'T',
          reasons: [
            ['a', 2],
            ['b', 1],
          ],
        },
      },
      /dead letter +3 documents, 900 bytes, oldest T: a 2, b 1/,
    ],
    [
      'a file',
      { chains: [chain('c')] },
      /0.log +reading +cursor 1,000 of 4,000 +lag 2,500, 3 to 12 s +500 answered beyond it in 1 ranges, sent up to 5,000 at most/,
    ],
    [
      'a file that is gone',
      {
        chains: [
          chain('c', [{ ...FILE, state: 'gone', goneSinceMs: NOW_MS, sizeBytes: undefined, lagBytes: undefined }]),
        ],
      },
      /gone since 2026-11-22T13:00:00.000Z +cursor 1,000 +lag not known/,
    ],
  ] as const)('tells of %s', ([, change, text]) => {
    expect(render(change)).toMatch(text)
  })

  test('names who holds the state directory', () => {
    expect(render({}, 'process 7 on node-1 since T')).toMatch(/: held by process 7 on node-1 since T\n/)
  })

  test('shows the first 20 chains and the newest 10 files, and counts the rest', () => {
    const files = Array.from({ length: 13 }, (_, index) => ({ ...FILE, path: `/pods/${index}.log` }))
    const chains = Array.from({ length: 23 }, (_, index) => chain(`chain-${index}.`, files))
    const text = render({ chains })
    expect(text).toContain('chain-19.:')
    expect(text).not.toContain('chain-20.:')
    expect(text).toContain('  and 3 more\n')
    expect(text).toContain('      3 older ones\n')
    expect(text).not.toContain('/pods/2.log')
  })

  test('lets no path steer the terminal', () => {
    const hostile = '\u001b[2J\u202e\n'
    const text = render(
      {
        notes: [hostile],
        deadLetter: { documents: 1, bytes: 1, oldest: hostile, reasons: [[hostile, 1]] },
        chains: [chain(`pod\0uid\0${hostile}`, [{ ...FILE, path: hostile }])],
      },
      hostile,
    )
    // oxlint-disable-next-line no-control-regex -- these must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
    expect(text.match(/\n/g)).toHaveLength(render({ notes: ['x'], chains: [chain('c')] }).match(/\n/g)?.length ?? 0)
  })
})
