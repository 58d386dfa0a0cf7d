import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { Breath } from '../breath.ts'
import { RecordLines } from './record-lines.ts'
import type { RecordSource } from './deltas.ts'

/** The state of everything, packed once for all readers that ask at about the same time. */
export interface Snapshot {
  /** Deltas after this one are newer than some of it, and may be newer than all of it. */
  readonly seq: number
  readonly members: readonly Buffer[]
  readonly bytes: number
  readonly oversizeCount: number
}

/** Pack everything `source` has, in slices. What changes meanwhile is told by deltas after those there are now. */
export async function packRecords(
  source: RecordSource,
): Promise<Pick<Snapshot, 'members' | 'bytes' | 'oversizeCount'>> {
  const members: Buffer[] = []
  const breath = new Breath()
  const lines = new RecordLines()
  for (const record of source.records()) {
    const full = lines.add(record)
    if (full !== undefined) members.push(await pack(full.text, { level: 1 }))
    if (breath.isDue) await breath.take()
  }
  const rest = lines.rest()
  if (rest !== undefined) members.push(await pack(rest.text, { level: 1 }))
  const bytes = members.reduce((sum, member) => sum + member.length, 0)
  return { members, bytes, oversizeCount: lines.oversizeCount }
}

/** Not on this thread. */
const pack = promisify<string, { level: number }, Buffer>(gzip)
