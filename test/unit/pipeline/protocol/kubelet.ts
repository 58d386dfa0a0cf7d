import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { eventIds } from '../../../../src/ingest/event-id.ts'
import { fileKey } from '../../../../src/ingest/file-key.ts'

const POD = 'shop_payments-0_5fb132a4-4083-4da2-8177-d5ebf6081906'
const SCOPE = ['pod', '5fb132a4-4083-4da2-8177-d5ebf6081906', 'envoy'].join('\0')

/** One line of a file that a document is made of. */
export interface Piece {
  readonly file: LogFile
  readonly offsetBytes: number
}

/** What is to be delivered for the lines that were written. */
export interface Expected {
  text: string
  /** The lines that it is made of, the first one names it. */
  readonly pieces: Piece[]
  /** False while its last piece is not written. */
  isWhole: boolean
}

/** One file of the chain, under whatever name. */
export class LogFile {
  path: string | undefined
  readonly lines: string[] = []
  lengthBytes = 0

  constructor(path: string) {
    this.path = path
  }

  get fileKey(): string {
    return fileKey(SCOPE, 0, Buffer.from(this.lines[0] ?? ''))
  }
}

/** Writes the log of one container, rotates it, deletes old files, removes the pod. Every text must be another. */
export class Kubelet {
  readonly #directory: string
  #live: LogFile
  readonly files: LogFile[] = []
  readonly expected: Expected[] = []
  readonly #open = new Map<string, Expected>()
  isGone = false

  constructor(pods: string) {
    this.#directory = join(pods, POD, 'envoy')
    mkdirSync(this.#directory, { recursive: true })
    this.#live = this.#begin()
  }

  /** A whole line, which becomes a document. */
  line(text: string): void {
    this.expected.push({ text, pieces: [this.#write(text)], isWhole: true })
  }

  /** Lines that are dropped by policy. */
  filler(bytes: number): void {
    for (let left = bytes; left > 0; left -= 65_536) this.#write(`#${'.'.repeat(Math.min(left, 65_536) - 2)}`)
  }

  /** A piece of a line of `stream` that goes on. */
  piece(stream: string, text: string): void {
    const piece = this.#write(`>${stream} ${text}`)
    const begun = this.#open.get(stream)
    if (begun !== undefined) {
      begun.text += text
      begun.pieces.push(piece)
      return
    }
    const expected = { text, pieces: [piece], isWhole: false }
    this.#open.set(stream, expected)
    this.expected.push(expected)
  }

  /** The last piece of a line; a line of its own when none is open. */
  end(stream: string, text: string): void {
    const begun = this.#open.get(stream)
    if (begun === undefined) return this.line(text)
    this.#open.delete(stream)
    begun.pieces.push(this.#write(`.${stream} ${text}`))
    begun.text += text
    begun.isWhole = true
  }

  rotate(): void {
    if (this.#live.lengthBytes === 0) return
    const path = join(this.#directory, `0.log.20261122-13${String(this.files.length).padStart(4, '0')}`)
    renameSync(join(this.#directory, '0.log'), path)
    this.#live.path = path
    this.#live = this.#begin()
  }

  /** Delete the oldest rotated file; whether there was one. */
  deleteOldest(): boolean {
    const oldest = this.files.find((file) => file.path !== undefined)
    if (oldest?.path === undefined || oldest === this.#live) return false
    rmSync(oldest.path)
    oldest.path = undefined
    return true
  }

  /** The pod and its files are removed. */
  remove(): void {
    rmSync(dirname(this.#directory), { recursive: true })
    for (const file of this.files) file.path = undefined
    this.isGone = true
  }

  #begin(): LogFile {
    const path = join(this.#directory, '0.log')
    writeFileSync(path, '')
    const file = new LogFile(path)
    this.files.push(file)
    return file
  }

  #write(line: string): Piece {
    if (this.isGone) throw new Error('there is no container any more')
    const file = this.#live
    const offsetBytes = file.lengthBytes
    appendFileSync(join(this.#directory, '0.log'), `${line}\n`)
    file.lines.push(line)
    file.lengthBytes += Buffer.byteLength(line) + 1
    return { file, offsetBytes }
  }
}

/** The id that a document has to have. */
export function idOf({ pieces: [first] }: Expected): string {
  if (first === undefined) throw new Error('a document is made of lines')
  return eventIds(first.file.fileKey)(first.offsetBytes)
}

/** Ids of all its lines. */
export function idsOf({ pieces }: Expected): readonly string[] {
  return pieces.map(({ file, offsetBytes }) => eventIds(file.fileKey)(offsetBytes))
}
