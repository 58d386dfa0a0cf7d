import { FILE_SYSTEM, type FileSystem } from '../../../src/ingest/file-system.ts'

let changes = 0

/** The real file system, in which every directory seems to have changed: tests change it faster than its clock ticks. */
export const ALWAYS_LISTED: FileSystem = {
  ...FILE_SYSTEM,
  stat: (path) => {
    const stat = FILE_SYSTEM.stat(path)
    changes += 1
    return stat.isFile ? stat : { ...stat, modifiedMs: changes }
  },
}
