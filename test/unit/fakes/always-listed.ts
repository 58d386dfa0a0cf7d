import { FILE_SYSTEM, type FileSystem } from '../../../src/ingest/file-system.ts'

let changes = 0

/**
 * The real file system, in which every directory seems to have changed and none can be watched: tests change it faster
 * than its clock ticks, and than notices come.
 */
export const ALWAYS_LISTED: FileSystem = {
  ...FILE_SYSTEM,
  stat: (path) => {
    const stat = FILE_SYSTEM.stat(path)
    changes += 1
    return stat.isFile ? stat : { ...stat, modifiedMs: changes }
  },
  watch: () => {
    throw Object.assign(new Error('ENOENT: no such file or directory'), { code: 'ENOENT' })
  },
}
