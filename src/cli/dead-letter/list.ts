import type { DeadLetterLine } from '../../pipeline/dead-letter-line.ts'
import { hopOf, type ShownDocument, statusOf } from '../document.ts'
import { columns } from '../table.ts'
import { deadLetterFiles, linesOf } from './files.ts'

const LONGEST_TEXT = 120

/** One refused document for people and programs: what it was, where its line stands, and why it was refused. */
export interface Letter {
  readonly sink: string
  readonly time: string
  readonly reason: string
  readonly dataset: string
  readonly id: string
  /** The file as it was called when it was read, and the byte its line begins at; undefined where the document has none. */
  readonly file: string | undefined
  readonly offsetBytes: number | undefined
  readonly text: string
}

/** The part of a document that says where its line stands. */
type LoggedDocument = ShownDocument & {
  readonly log?: { readonly file?: { readonly path?: string }; readonly offset?: number }
}

/** All that is in the dead letters of some sinks: the first `limit` documents, and how many there are. */
export interface Letters {
  readonly letters: readonly Letter[]
  readonly count: number
  /** Most frequent first. */
  readonly reasons: readonly (readonly [reason: string, count: number])[]
  /** Lines that are not what flagship writes. */
  readonly unreadable: number
}

/** Read the dead letters of sinks, each with the directory of its pipeline. @throws FlagshipError STATE_UNREADABLE. */
export async function readLetters(
  sinks: readonly (readonly [name: string, directory: string])[],
  limit: number,
): Promise<Letters> {
  const letters: Letter[] = []
  const reasons = new Map<string, number>()
  let [count, unreadable] = [0, 0]
  for (const [sink, directory] of sinks) {
    for (const { path } of (await deadLetterFiles(directory)).files) {
      for await (const { parsed } of linesOf(path)) {
        if (parsed === undefined) {
          unreadable += 1
          continue
        }
        count += 1
        reasons.set(parsed.reason, (reasons.get(parsed.reason) ?? 0) + 1)
        if (letters.length < limit) letters.push(letterOf(sink, parsed))
      }
    }
  }
  return { letters, count, reasons: [...reasons].sort((a, b) => b[1] - a[1]), unreadable }
}

/** For people. Everything in it may come from outside; `columns` makes it safe to print. */
export function renderLetters({ letters, count, reasons, unreadable }: Letters): string {
  const rows = letters.map(({ sink, time, reason, dataset, id, file, offsetBytes, text }) => [
    time,
    sink,
    reason,
    dataset,
    id,
    file === undefined ? '-' : `${file}:${offsetBytes ?? '?'}`,
    text,
  ])
  const head = ['TIME', 'SINK', 'REASON', 'DATASET', 'EVENT ID', 'FILE:OFFSET', 'WHAT']
  const more = count > letters.length ? [`and ${count - letters.length} more; see --limit`] : []
  const lines = [
    ...(rows.length === 0 ? [] : [...columns([head, ...rows]), ...more, '']),
    `${count} refused documents`,
    ...columns(reasons.map(([reason, times]) => [`  ${times}`, reason])),
    ...(unreadable === 0 ? [] : [`${unreadable} lines are not what flagship writes`]),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function letterOf(sink: string, { id, time, reason, dataset, document }: DeadLetterLine): Letter {
  const shown: LoggedDocument = JSON.parse(document.toString())
  const { file, offset } = shown.log ?? {}
  return { sink, time, reason, dataset, id, file: file?.path, offsetBytes: offset, text: textOf(dataset, shown) }
}

function textOf(dataset: string, document: ShownDocument): string {
  const text =
    dataset === 'envoy.access'
      ? [document.http?.request?.method, document.url?.path, statusOf(document), hopOf(document)].join(' ').trim()
      : (document.message ?? document.event?.original ?? document.error?.message ?? '')
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1).toWellFormed()}…`
}
