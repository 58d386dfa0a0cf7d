import { renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { FilesOnDisk } from '../../../../src/cli/status/files-on-disk.ts'
import { spoolUse } from '../../../../src/cli/status/spool.ts'
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
  test('sums up files below a directory, and follows no link', () => {
    const root = scratch()
    put(root, 'spool/pods/shop_a_uid/istio-proxy/0-1', '12345')
    put(root, 'spool/files/var/log/edge.log', '123')
    put(root, 'outside', 'x'.repeat(1_000))
    symlinkSync(join(root, 'outside'), join(root, 'spool', 'link'))
    symlinkSync(root, join(root, 'spool', 'round'))
    expect(spoolUse(join(root, 'spool'))).toEqual({ files: 2, bytes: 8 })
  })

  test('tells no spool from an empty one', () => {
    const root = scratch()
    expect([spoolUse(join(root, 'spool')), spoolUse(root)]).toEqual([undefined, { files: 0, bytes: 0 }])
  })
})
