import type { FilePlace } from '../../../src/pipeline/cursor.ts'

/** Where a file of a chain is. */
export function placeIn(scope: string, fileKey: string, facts: Partial<FilePlace> = {}): FilePlace {
  return { fileKey, scope, familyKey: fileKey, generation: 0, path: `/${fileKey}`, device: 1, inode: 1, ...facts }
}
