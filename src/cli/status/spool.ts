import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** Files below a directory, and their bytes. */
export interface SpoolUse {
  readonly files: number
  readonly bytes: number
}

/** What lies below a directory, links not followed; undefined when it is not there. Files may go while we look. */
export function spoolUse(directory: string): SpoolUse | undefined {
  const uses = namesIn(directory)?.map((name) => useOf(join(directory, name)))
  return uses?.reduce((sum, use) => ({ files: sum.files + use.files, bytes: sum.bytes + use.bytes }), NOTHING)
}

const NOTHING: SpoolUse = { files: 0, bytes: 0 }

function useOf(path: string): SpoolUse {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat?.isDirectory() === true) return spoolUse(path) ?? NOTHING
  return stat?.isFile() === true ? { files: 1, bytes: stat.size } : NOTHING
}

function namesIn(directory: string): readonly string[] | undefined {
  try {
    return readdirSync(directory)
  } catch {
    return undefined
  }
}
