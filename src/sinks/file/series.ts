import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** One file of the series that a file sink writes. Numbers rise and are never used twice. */
export interface SeriesFile {
  readonly path: string
  readonly number: number
}

/** Where a file sink stands: so many bytes of the file with this number. */
export interface SeriesMark {
  readonly number: number
  readonly lengthBytes: number
}

/** The name a finished file gets: its time for people, its number for the order. */
export function finishedPath(path: string, number: number, nowMs: number): string {
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '')
  return `${path}.${time}-${number}`
}

/** The finished files beside `path`, by rising number. */
export async function finishedFiles(path: string): Promise<readonly SeriesFile[]> {
  const directory = dirname(path)
  const prefix = `${basename(path)}.`
  const files = (await readdir(directory)).flatMap((name) => {
    const number = name.startsWith(prefix)
      ? /^\d{8}T\d{6}Z-(\d{1,15})$/.exec(name.slice(prefix.length))?.[1]
      : undefined
    return number === undefined ? [] : [{ path: join(directory, name), number: Number(number) }]
  })
  return files.sort((a, b) => a.number - b.number)
}

export function formatMark({ number, lengthBytes }: SeriesMark): string {
  return `${number}:${lengthBytes}`
}

/** Undefined when the text is no mark of this sink. */
export function parseMark(text: string): SeriesMark | undefined {
  const match = /^(\d{1,15}):(\d{1,15})$/.exec(text)
  return match === null ? undefined : { number: Number(match[1]), lengthBytes: Number(match[2]) }
}
