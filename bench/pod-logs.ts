import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { jsonCorpus } from './corpus.ts'

/** A request id that says which line it stands in and when that was written; 36 characters, as Envoy's own. */
const MARK = '"id":"0b5e'
const ID_LENGTH = 36
const REQUEST_ID = /"request_id":"[0-9a-f-]{36}"/

/** What a request id of ours says of its line. */
export interface LineMark {
  readonly pod: number
  readonly number: number
  readonly writtenMs: number
}

/** The mark in the document that begins at `from`; undefined when it has none before `to`. */
export function markIn(bytes: Buffer, from: number, to: number): LineMark | undefined {
  const at = bytes.indexOf(MARK, from, 'latin1')
  if (at === -1 || at >= to) return undefined
  const start = at + MARK.length - 4
  const id = bytes.toString('latin1', start, start + ID_LENGTH)
  const number = Number.parseInt(id.slice(9, 13) + id.slice(14, 18), 16)
  return { pod: Number.parseInt(id.slice(4, 8), 16), number, writtenMs: Number.parseInt(id.slice(24), 16) }
}

function requestId(pod: number, number: number, nowMs: number): string {
  const count = hex(number, 8)
  return `0b5e${hex(pod, 4)}-${count.slice(0, 4)}-${count.slice(4)}-0000-${hex(nowMs, 12)}`
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

/** What stands before and after the request id of each recorded line that has one. */
const TEMPLATES = jsonCorpus()
  .toString('utf8')
  .split('\n')
  .filter((line) => REQUEST_ID.test(line))
  .map((line) => line.split(REQUEST_ID))

/** The log of one pod's sidecar, as containerd writes it: recorded lines, each with its own mark. */
export class PodLog {
  readonly path: string
  readonly #pod: number
  #file: number | undefined
  written = 0

  constructor(pods: string, pod: number) {
    this.#pod = pod
    this.path = join(pods, `shop_payments-${pod}_uid-${pod}`, 'istio-proxy', '0.log')
    mkdirSync(dirname(this.path), { recursive: true })
  }

  /** Append one line with one write, as a runtime does. */
  writeLine(nowMs: number): void {
    this.#file ??= openSync(this.path, 'a')
    writeSync(this.#file, this.#nextLine(nowMs))
  }

  /** Append many lines at once. */
  writeLines(count: number): void {
    const nowMs = Date.now()
    appendFileSync(this.path, Array.from({ length: count }, () => this.#nextLine(nowMs)).join(''))
  }

  /** Rename as kubelet does. */
  rotate(index: number): void {
    this.close()
    renameSync(this.path, this.#rotatedPath(index))
  }

  /** Pack a renamed file as kubelet does. */
  pack(index: number): void {
    const path = this.#rotatedPath(index)
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)))
    rmSync(path)
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #rotatedPath(index: number): string {
    return `${this.path}.20261122-13${String(index).padStart(4, '0')}`
  }

  #nextLine(nowMs: number): string {
    const [before = '', after = ''] = TEMPLATES[(this.#pod * 7 + this.written) % TEMPLATES.length] ?? []
    const id = requestId(this.#pod, this.written, nowMs)
    this.written += 1
    const time = new Date(nowMs).toISOString().slice(0, -1)
    return `${time}000000Z stdout F ${before}"request_id":"${id}"${after}\n`
  }
}
