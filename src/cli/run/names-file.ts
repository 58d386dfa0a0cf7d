import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { readSnapshot, writeSnapshot } from '../../enrich/endpoint/snapshot-file.ts'
import type { NamesFile } from './live-names.ts'

/** Keeps an index in a file. */
export function namesFile(path: string): NamesFile {
  return {
    load: async (index) => {
      if (!existsSync(path)) return undefined
      const result = await readSnapshot(path, index)
      if (!result.ok) throw new Error(`"${path}": ${result.reason}`)
      return result.heardAtMs
    },
    save: async (index, heardAtMs) => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const result = await writeSnapshot(path, index, heardAtMs)
      if (!result.ok) throw new Error(`"${path}": ${result.reason}`)
    },
  }
}
