/** The status of an agent from what it has written down: the state directory comes in, and nothing is changed. */
import { join } from 'node:path'
import { type CursorState, readCursorState } from '../../pipeline/cursor-state.ts'
import { holderOf } from '../../pipeline/state-lock.ts'
import { readStateStore, type StoredState } from '../../pipeline/state/store.ts'
import { deadLetterFiles, linesOf } from '../dead-letter/files.ts'
import { type ChainStatus, chainsOf } from './chains.ts'
import { FilesOnDisk } from './files-on-disk.ts'
import { linksBelow, type SpoolLink, spoolLinks, type SpoolUse, spoolUse } from './spool.ts'
import type { StreamProgress } from './stream.ts'

/** What is in the dead letter of one pipeline, files of a replay included. */
export interface DeadLetterStatus {
  readonly documents: number
  readonly bytes: number
  readonly oldest: string | undefined
  /** Most frequent first. */
  readonly reasons: readonly (readonly [reason: string, count: number])[]
}

/** One pipeline, as its last commit left it. */
export interface PipelineReport {
  readonly name: string
  /** `none`: it has never run. `older`: commits are missing, and everything that is there is in doubt. */
  readonly state: StoredState['origin'] | 'none'
  /** What damage was found. */
  readonly notes: readonly string[]
  /** Everything written before it is delivered, refused, dropped by policy or named as lost; undefined when not known. */
  readonly watermarkMs: number | undefined
  /** How often lines were lost for good, and how many bytes as far as known. */
  readonly losses: number
  readonly lostBytes: number
  /** Losses whose documents are not answered yet. */
  readonly pendingLosses: number
  /** Undefined when it has no spool. */
  readonly spool: SpoolUse | undefined
  readonly deadLetter: DeadLetterStatus
  readonly chains: readonly ChainStatus[]
}

/** An agent, whether it runs or not. */
export interface StateReport {
  readonly directory: string
  /** Undefined when no agent runs. */
  readonly holder: string | undefined
  readonly nowMs: number
  /** Of an agent that reads no files. */
  readonly stream: StreamProgress | undefined
  readonly pipelines: readonly PipelineReport[]
}

/** Where things are. */
export interface StatePlaces {
  readonly stateDirectory: string
  readonly pipelines: readonly string[]
  /** Each pipeline has a directory of its name in it; undefined when there is no spool. */
  readonly spoolDirectory: string | undefined
  readonly stream: StreamProgress | undefined
}

/** Read what an agent has written down, while it may be writing. @throws FlagshipError STATE_UNREADABLE. */
export async function readReport(places: StatePlaces, nowMs: number): Promise<StateReport> {
  const { stateDirectory, spoolDirectory, stream } = places
  const links = spoolDirectory === undefined ? undefined : spoolLinks(spoolDirectory)
  const pipelines: PipelineReport[] = []
  for (const name of places.pipelines) {
    const place = spoolDirectory === undefined ? undefined : join(spoolDirectory, name)
    pipelines.push(
      await readPipeline(name, join(stateDirectory, name), links && place ? { links, place } : undefined, nowMs),
    )
  }
  return { directory: stateDirectory, holder: await holderOf(stateDirectory), nowMs, stream, pipelines }
}

async function readPipeline(
  name: string,
  directory: string,
  spool: { readonly links: readonly SpoolLink[]; readonly place: string } | undefined,
  nowMs: number,
): Promise<PipelineReport> {
  const stored = await readStateStore(directory)
  const { head, entries, losses }: CursorState = readCursorState(stored?.values ?? new Map())
  const { watermarkMs } = head
  const places = new Set(entries.map(({ device, inode }) => `${device}:${inode}`))
  const isBegun = ({ device, inode }: SpoolLink) => places.has(`${device}:${inode}`)
  return {
    name,
    state: stored?.origin ?? 'none',
    notes: stored?.notes ?? [],
    watermarkMs,
    losses: head.losses ?? 0,
    lostBytes: head.lostBytes ?? 0,
    pendingLosses: losses.size,
    spool: spool && spoolUse(spool.links, spool.place, isBegun),
    deadLetter: await readDeadLetter(directory),
    chains: chainsOf(entries, new FilesOnDisk(spool && linksBelow(spool.links, spool.place)), { nowMs, watermarkMs }),
  }
}

async function readDeadLetter(directory: string): Promise<DeadLetterStatus> {
  const reasons = new Map<string, number>()
  let [documents, bytes, oldest]: [number, number, string | undefined] = [0, 0, undefined]
  for (const { path } of (await deadLetterFiles(directory)).files) {
    let fileBytes = 0
    for await (const { parsed, endBytes } of linesOf(path)) {
      fileBytes = endBytes
      if (parsed === undefined) continue
      documents += 1
      if (oldest === undefined || parsed.time < oldest) oldest = parsed.time
      reasons.set(parsed.reason, (reasons.get(parsed.reason) ?? 0) + 1)
    }
    bytes += fileBytes
  }
  return { documents, bytes, oldest, reasons: [...reasons].sort((a, b) => b[1] - a[1]) }
}
