import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { RecordingOptions } from './recording-elasticsearch.ts'
import type { Fault } from './recording-faults.ts'
import type { StoredDocument, StreamCount } from './recording-store.ts'

const PROGRAM = fileURLToPath(new URL('recording-server-process.ts', import.meta.url))

/** What a recording server has counted besides documents. */
export interface RecordingState {
  readonly bulkCount: number
  /** How often a fault of each kind was used. */
  readonly used: Readonly<Record<string, number>>
}

/** A recording server in its own process, which ends with the test. */
export class RecordingProcess {
  /** What goes under `nodes`. */
  readonly url: string
  readonly #control: string
  readonly #kill: (signal: NodeJS.Signals) => void

  private constructor(url: string, control: string, kill: (signal: NodeJS.Signals) => void) {
    this.url = url
    this.#control = control
    this.#kill = kill
  }

  static async start(options: RecordingOptions = {}): Promise<RecordingProcess> {
    const child = spawn(process.execPath, [PROGRAM, JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] })
    onTestFinished(async () => {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    })
    const lines: unknown[] = await once(createInterface(child.stdout), 'line')
    const { url, control }: { url: string; control: string } = JSON.parse(String(lines[0]))
    return new RecordingProcess(url, control, (signal) => child.kill(signal))
  }

  /** Documents by the name of their data stream. */
  async count(): Promise<Readonly<Record<string, StreamCount>>> {
    return JSON.parse(await this.#ask('/count'))
  }

  /** Every document of a data stream; one that stands in two indices comes twice. */
  async documents(stream = 'logs-envoy.access-default'): Promise<readonly StoredDocument[]> {
    const text = await this.#ask(`/documents?stream=${encodeURIComponent(stream)}`)
    return text.split('\n').flatMap((line): StoredDocument[] => (line === '' ? [] : [JSON.parse(line)]))
  }

  async state(): Promise<RecordingState> {
    return JSON.parse(await this.#ask('/state'))
  }

  /** Faults in place of those that are set; none mends everything. */
  async faults(...faults: readonly Fault[]): Promise<void> {
    await this.#ask('/faults', faults)
  }

  /** Begin a new backing index of one stream or of all; for `lagMs` some nodes do not know of it. */
  async rollover(order: { readonly stream?: string; readonly lagMs?: number } = {}): Promise<void> {
    await this.#ask('/rollover', order)
  }

  /** Refuse connections, until `up` or for a time. */
  async down(forMs?: number): Promise<void> {
    await this.#ask('/down', forMs === undefined ? {} : { forMs })
  }

  async up(): Promise<void> {
    await this.#ask('/up', {})
  }

  async remove(index: string): Promise<void> {
    await this.#ask('/remove', { index })
  }

  async templates(isThere: boolean): Promise<void> {
    await this.#ask('/templates', { isThere })
  }

  /** SIGSTOP, SIGCONT. */
  signal(signal: NodeJS.Signals): void {
    this.#kill(signal)
  }

  async #ask(path: string, order?: object): Promise<string> {
    const response = await fetch(
      `${this.#control}${path}`,
      order === undefined ? {} : { method: 'POST', body: JSON.stringify(order) },
    )
    const text = await response.text()
    if (!response.ok) throw new Error(`${path}: ${text}`)
    return text
  }
}
