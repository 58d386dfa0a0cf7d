import { basename, dirname } from 'node:path'
import { isFinished } from '../ingest/chain-losses.ts'
import { parsePodDirectory } from '../ingest/pod-path.ts'
import type { SpooledChain } from '../ingest/spool.ts'
import type { CursorEntry } from './cursor-state.ts'

/**
 * The chains whose files were not all read to their end. Where nothing of one is left, neither in the logs nor in the
 * spool, its reader names what is lost.
 */
export function rememberedChains(entries: readonly CursorEntry[]): readonly SpooledChain[] {
  const open = new Map(entries.filter((entry) => !isFinished(entry)).map((entry) => [entry.scope, entry.path]))
  return [...open].flatMap(([scope, path]) => chainOf(scope, path) ?? [])
}

function chainOf(scope: string, path: string): SpooledChain | undefined {
  if (!scope.startsWith('pod\0')) return { kind: 'file', path: scope.slice(scope.lastIndexOf('\0') + 1) }
  const container = dirname(path)
  const pod = parsePodDirectory(basename(dirname(container)))
  return pod && { kind: 'pod', pod, containerName: basename(container) }
}
