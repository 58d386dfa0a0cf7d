import { lstatSync, readdirSync } from 'node:fs'
import { join, sep } from 'node:path'
import type { FileOnDisk } from './files-on-disk.ts'

/** A file that the spool keeps. */
export interface SpoolLink extends FileOnDisk {
  readonly device: number
  readonly inode: number
  /** How many names it has, here and in the logs. */
  readonly names: number
}

/** What a pipeline has in the spool. */
export interface SpoolUse {
  readonly files: number
  /** Of files that have no name but in the spool: they take room on the disk because of it. */
  readonly keptBytes: number
  /** Of files of which nothing has been read yet. */
  readonly notBegunBytes: number
}

/** Every link below a directory, symbolic links not followed; undefined when it is not there. Links may go while we look. */
export function spoolLinks(directory: string): readonly SpoolLink[] | undefined {
  return namesIn(directory)?.flatMap((name) => linksAt(join(directory, name)))
}

/** What one pipeline has of the links below `directory`. `isBegun`: something has been read of a file. */
export function spoolUse(
  links: readonly SpoolLink[],
  directory: string,
  isBegun: (link: SpoolLink) => boolean,
): SpoolUse {
  const own = linksBelow(links, directory)
  const here = Map.groupBy(links, placeOf)
  const isOnlyHere = (link: SpoolLink) => link.names <= (here.get(placeOf(link))?.length ?? 0)
  return {
    files: own.length,
    keptBytes: bytesOf(own.filter(isOnlyHere)),
    notBegunBytes: bytesOf(own.filter((link) => !isBegun(link))),
  }
}

export function linksBelow(links: readonly SpoolLink[], directory: string): readonly SpoolLink[] {
  return links.filter(({ path }) => path.startsWith(directory + sep))
}

function placeOf({ device, inode }: SpoolLink): string {
  return `${device}:${inode}`
}

function bytesOf(links: readonly SpoolLink[]): number {
  return links.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

function linksAt(path: string): readonly SpoolLink[] {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat?.isDirectory() === true) return spoolLinks(path) ?? []
  if (stat?.isFile() !== true) return []
  const { dev: device, ino: inode, nlink: names, size: sizeBytes, mtimeMs: modifiedMs, birthtimeMs } = stat
  return [{ path, device, inode, names, sizeBytes, modifiedMs, bornMs: birthtimeMs > 0 ? birthtimeMs : undefined }]
}

function namesIn(directory: string): readonly string[] | undefined {
  try {
    return readdirSync(directory)
  } catch {
    return undefined
  }
}
