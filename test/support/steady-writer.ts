import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import type { Scene } from './scene.ts'

const TICK_MS = 50

/** How fast is written, and how much at most. */
export interface Pace {
  readonly linesPerSecond: number
  readonly mostLines: number
}

/** Lines into the containers of a scene at a rate, until there are enough, it is told to stop or the test ends; late ticks catch up. */
export class SteadyWriter {
  readonly #scene: Scene
  readonly #pace: Pace
  readonly #startedMs = performance.now()
  readonly #ended: Promise<void>
  #isStopped = false

  constructor(scene: Scene, pace: Pace) {
    this.#scene = scene
    this.#pace = pace
    this.#ended = this.#write()
    onTestFinished(() => this.stop())
  }

  /** Since the first line. */
  get elapsedMs(): number {
    return performance.now() - this.#startedMs
  }

  /** Resolves when as much is written as there is to be. */
  get enough(): Promise<void> {
    return this.#ended
  }

  /** Resolves when nothing more will be written. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#ended
  }

  async #write(): Promise<void> {
    const { logs, random } = this.#scene
    const { linesPerSecond, mostLines } = this.#pace
    for (let done = 0; !this.#isStopped && done < Math.floor(mostLines / logs.length); await sleep(TICK_MS)) {
      const lines = Math.min((this.elapsedMs / 1_000) * linesPerSecond, mostLines)
      const due = Math.floor(lines / logs.length)
      for (const log of logs) {
        log.write(due - done)
        if (due > done && random() < 0.003) log.rotate()
      }
      done = due
    }
  }
}
