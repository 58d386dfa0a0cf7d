import { describe, expect, test } from 'vitest'
import type { FoundFile } from '../../../src/ingest/chain.ts'
import { followLink, mergeFound } from '../../../src/ingest/followed-file.ts'
import { gapIsElsewhere, restoreGaps } from '../../../src/ingest/gap.ts'

function fileAt(inode: number, isCompressed = false): FoundFile {
  const path = `/log/${inode}${isCompressed ? '.gz' : ''}`
  return { path, restart: 0, device: 1, inode, sizeBytes: 10, modifiedMs: inode, isCompressed }
}

function linkTo(inode: number, isCompressed = false) {
  return followLink({ ...fileAt(inode, isCompressed), isFile: true, sequence: inode, isAfterGap: true }, 0)
}

describe('mergeFound()', () => {
  test('puts a file that only the spool has behind all that came before it, whatever is new', () => {
    const followed = [linkTo(3), linkTo(5)]
    const { files } = mergeFound(followed, [fileAt(2, true), fileAt(3), fileAt(6)], 0)
    expect(files.map((file) => file.inode)).toEqual([2, 3, 5, 6])
  })
})

describe('restoreGaps()', () => {
  test.for([
    ['the file that was begun last', 'newest', true],
    ['another file', 'older', false],
  ] as const)('knows after a restart that nothing is missing behind %s', ([, fileKey, isForgotten]) => {
    const [packed, next] = [linkTo(1, true), linkTo(2)]
    restoreGaps([packed, next], () => true, 'newest')
    gapIsElsewhere(packed, fileKey)
    expect([packed.gap, next.gap === undefined]).toEqual([undefined, isForgotten])
  })

  test('leaves a mark behind a plain file to a gap of its own', () => {
    const [first, second] = [linkTo(1), linkTo(2)]
    restoreGaps([first, second], () => true, 'newest')
    gapIsElsewhere(first, 'newest')
    expect(second.gap).toBeDefined()
  })
})
