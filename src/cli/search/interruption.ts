import type { Output } from '../io.ts'

const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * While it lasts, Ctrl-C and a reader that leaves (`| head`) abort `signal` in place of ending the process: what is open
 * in Elasticsearch has to be closed first.
 */
export class Interruption {
  readonly #controller = new AbortController()
  readonly #output: Output
  readonly #listeners: readonly unknown[]
  readonly #onSignal = (name: NodeJS.Signals) => this.#stop(name)
  readonly #onError = (error: unknown) => this.#stop(error)
  #reason: unknown

  constructor(output: Output) {
    this.#output = output
    this.#listeners = output.listeners('error')
    output.removeAllListeners('error')
    output.on('error', this.#onError)
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, this.#onSignal)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** The exit code of a shell for the signal that came. */
  get exitCode(): number | undefined {
    return this.#reason === 'SIGINT' || this.#reason === 'SIGTERM' ? SIGNAL_EXIT_CODES[this.#reason] : undefined
  }

  /** What ended the output is told to those who listened before. */
  end(): void {
    const output = this.#output
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, this.#onSignal)
    output.off('error', this.#onError)
    for (const listener of this.#listeners)
      if (typeof listener === 'function') output.on('error', (error) => void Reflect.apply(listener, output, [error]))
    if (this.#reason instanceof Error) output.emit('error', this.#reason)
  }

  #stop(reason: unknown): void {
    this.#reason ??= reason
    this.#controller.abort()
  }
}
