import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** 2026-11-22T13:00:00Z */
const START_MS = 1_795_352_400_000

/** The log of one container as the runtime writes it and kubelet rotates it. Every line has a number of its own. */
export class ContainerLog {
  readonly name: string
  #path: string
  readonly #random: () => number
  #written = 0
  #records = 0
  #rotations = 0
  #restarts = 0
  /** The rest of a line of which a first piece has been written. */
  #rest: string | undefined

  constructor(pods: string, name: string, random: () => number) {
    this.name = name
    this.#random = random
    this.#path = join(pods, `shop_${name}_${name}-uid`, 'istio-proxy', '0.log')
    mkdirSync(dirname(this.#path), { recursive: true })
  }

  /** How many whole lines have been written. */
  get written(): number {
    return this.#written
  }

  /** Whether an agent has seen the newest log: it has a second name in its spool then. */
  get isLinked(): boolean {
    const newest = existsSync(this.#path) ? this.#path : this.#rotated().at(-1)
    return newest === undefined || statSync(newest).nlink > 1
  }

  /** Write some lines: most whole, some in two pieces, which may come to stand in two files or around other lines. */
  write(lines: number): void {
    let text = ''
    for (let count = 0; count < lines; count += 1) text += this.#nextRecords()
    appendFileSync(this.#path, text)
  }

  /** Write the end of a line that was begun. */
  end(): void {
    if (this.#rest !== undefined) appendFileSync(this.#path, this.#endOfLine())
  }

  /** Rename as kubelet does; the runtime begins a new file when it writes again. */
  rotate(): void {
    if (!existsSync(this.#path)) return
    this.#rotations += 1
    renameSync(this.#path, `${this.#path}.20261122-13${String(this.#rotations).padStart(4, '0')}`)
  }

  /** Pack what was renamed, all but the newest (`keep`), as kubelet does (pkg/kubelet/logs/container_log_manager.go, compressLog). */
  compress(keep = 1): void {
    for (const path of allBut(keep, this.#rotated())) {
      if (path.endsWith('.gz')) continue
      writeFileSync(`${path}.tmp`, gzipSync(readFileSync(path)))
      renameSync(`${path}.tmp`, `${path}.gz`)
      rmSync(path)
    }
  }

  /** Delete what was renamed, all but the newest `keep`, as kubelet does. */
  prune(keep: number): void {
    for (const path of allBut(keep, this.#rotated())) rmSync(path)
  }

  /** The container is started anew, and writes into a log of its own; a line that was begun ends with it. */
  restart(): void {
    this.end()
    this.#restarts += 1
    this.#path = join(dirname(this.#path), `${this.#restarts}.log`)
  }

  /** Remove the directory of the pod, as kubelet does. */
  removePod(): void {
    rmSync(dirname(dirname(this.#path)), { recursive: true })
  }

  /** Copy and truncate, as logrotate does; what is written between the two would be lost. */
  copyTruncate(): void {
    if (!existsSync(this.#path)) return
    for (const path of this.#rotated().toReversed())
      renameSync(path, `${this.#path}.${Number(path.slice(this.#path.length + 1)) + 1}`)
    copyFileSync(this.#path, `${this.#path}.1`)
    truncateSync(this.#path)
  }

  /** Oldest first. */
  #rotated(): string[] {
    const directory = dirname(this.#path)
    const names = readdirSync(directory).filter((name) => name.startsWith(`${basename(this.#path)}.`))
    return names.sort().map((name) => join(directory, name))
  }

  #nextRecords(): string {
    if (this.#rest !== undefined && this.#random() < 0.5) return this.#endOfLine()
    const line = accessLine(this.name, this.#written)
    this.#written += 1
    // Pieces of stdout, so that whole lines of stderr may stand between them.
    if (this.#rest !== undefined) return this.#record('stderr F', line)
    if (this.#random() < 0.95) return this.#record('stdout F', line)
    this.#rest = line.slice(100)
    return this.#record('stdout P', line.slice(0, 100))
  }

  #endOfLine(): string {
    const rest = this.#rest ?? ''
    this.#rest = undefined
    return this.#record('stdout F', rest)
  }

  #record(tags: string, content: string): string {
    this.#records += 1
    return `${new Date(START_MS + this.#records).toISOString().replace('Z', '000000Z')} ${tags} ${content}\n`
  }
}

function allBut(newest: number, paths: readonly string[]): readonly string[] {
  return paths.slice(0, Math.max(0, paths.length - newest))
}

/** The lines of some logs, as `NAME/NUMBER`. */
export function linesOf(logs: readonly ContainerLog[]): string[] {
  return logs.flatMap((log) => Array.from({ length: log.written }, (_, number) => `${log.name}/${number}`))
}

/** The line a document stands for, as `NAME/NUMBER`; the document itself where it is none of ours. */
export function lineOf(document: Readonly<Record<string, unknown>>): string {
  return /"path":"\/lines\/([^"]+)"/.exec(JSON.stringify(document['url'] ?? {}))?.[1] ?? JSON.stringify(document)
}

/** A line of the access log, in JSON. */
export function accessLine(name: string, number: number): string {
  return JSON.stringify({
    authority: 'reviews:9080',
    bytes_received: 0,
    bytes_sent: 116,
    downstream_local_address: '10.96.10.10:9080',
    downstream_remote_address: '10.244.1.21:41041',
    duration: 14,
    method: 'GET',
    path: `/lines/${name}/${number}`,
    protocol: 'HTTP/1.1',
    request_id: `e30b6185-0aa5-4c39-aea0-${String(number).padStart(12, '0')}`,
    response_code: 200,
    response_code_details: 'via_upstream',
    response_flags: '-',
    start_time: '2026-11-22T13:00:00.000Z',
    upstream_cluster: 'outbound|9080||reviews.shop.svc.cluster.local',
    upstream_host: '10.244.2.31:9080',
    user_agent: 'curl/8.5.0',
  })
}
