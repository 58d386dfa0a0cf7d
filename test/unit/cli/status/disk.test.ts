import { linkSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FilesOnDisk } from '../../../../src/cli/status/files-on-disk.ts'
import { spoolLinks, spoolUse } from '../../../../src/cli/status/spool.ts'
import { put, scratch } from '../../fakes/scratch.ts'

function seen(path: string) {
  const { dev, ino } = statSync(path)
  return { path, device: dev, inode: ino }
}

describe('FilesOnDisk', () => {
  test('finds a file where it was, and after it was renamed', () => {
    const root = scratch()
    const path = put(root, 'pod/0.log', 'abc')
    const file = seen(path)
    expect(new FilesOnDisk().find(file)).toMatchObject({ path, sizeBytes: 3 })
    renameSync(path, `${path}.20261122-130000`)
    put(root, 'pod/0.log', 'other')
    expect(new FilesOnDisk().find(file)).toMatchObject({ path: `${path}.20261122-130000`, sizeBytes: 3 })
  })

  test('finds nothing where another file has its name, or no directory is left', () => {
    const root = scratch()
    const path = put(root, 'pod/0.log', 'abc')
    const file = { ...seen(path), inode: 1 }
    expect(new FilesOnDisk().find(file)).toBeUndefined()
    rmSync(join(root, 'pod'), { recursive: true })
    expect(new FilesOnDisk().find(seen(put(root, 'x')))).toBeDefined()
    expect(new FilesOnDisk().find(file)).toBeUndefined()
  })
})

describe('spoolUse()', () => {
  test('counts what only the spool keeps and what is not begun, of one pipeline, and follows no link', () => {
    const root = scratch()
    const spool = join(root, 'spool')
    const named = put(root, 'pods/0.log', '12345678')
    for (const pipeline of ['a', 'b']) {
      mkdirSync(join(spool, pipeline), { recursive: true })
      linkSync(named, join(spool, pipeline, '0-1'))
    }
    linkSync(put(root, 'spool/a/0-2', '123'), join(spool, 'b', '0-2'))
    symlinkSync(named, join(spool, 'a', 'link'))
    symlinkSync(root, join(spool, 'a', 'round'))
    const begun = seen(named)
    const use = spoolUse(spoolLinks(spool) ?? [], join(spool, 'a'), ({ inode }) => inode === begun.inode)
    expect(use).toEqual({ files: 2, keptBytes: 3, notBegunBytes: 3 })
  })

  test('tells no spool from an empty one', () => {
    const root = scratch()
    expect([spoolLinks(join(root, 'spool')), spoolLinks(root)]).toEqual([undefined, []])
  })

  test('shows where a file is that is gone from the logs', () => {
    const root = scratch()
    const file = seen(put(root, 'pods/0.log', '12345678'))
    linkSync(file.path, join(root, '0-1'))
    rmSync(file.path)
    expect(new FilesOnDisk(spoolLinks(root)).find(file)).toMatchObject({ path: join(root, '0-1'), sizeBytes: 8 })
  })
})
