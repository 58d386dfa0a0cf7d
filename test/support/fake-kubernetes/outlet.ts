import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { constants, createGzip, type Gzip } from 'node:zlib'
import type { Fault } from './faults.ts'

/** Writes the body of an answer, gzipped where that was asked for, and with its fault. */
export class Outlet {
  readonly #response: ServerResponse
  readonly #fault: Fault | undefined
  readonly #gzip: Gzip | undefined
  #deflated: Buffer[] = []
  #sentBytes = 0

  constructor(response: ServerResponse, isGzipped: boolean, fault: Fault | undefined) {
    this.#response = response
    this.#fault = fault
    if (isGzipped) this.#gzip = createGzip({ level: constants.Z_BEST_SPEED })
    this.#gzip?.on('data', (bytes: Buffer) => this.#deflated.push(bytes))
  }

  /** Whether nobody reads any more. */
  get isClosed(): boolean {
    return this.#response.destroyed || this.#response.writableEnded
  }

  /** Write, and come back when the reader has room for more. Everything is on its way then, also when it is gzipped. */
  async write(bytes: Buffer): Promise<void> {
    await this.#send(this.#gzip === undefined ? bytes : await this.#deflate(this.#gzip, bytes))
  }

  /** The answer is whole. */
  async end(): Promise<void> {
    if (this.#gzip !== undefined) {
      this.#gzip.end()
      await once(this.#gzip, 'end')
      await this.#send(Buffer.concat(this.#deflated.splice(0)))
    }
    if (this.#fault?.kind !== 'silence') this.#response.end()
  }

  /** The connection ends after this, in the middle of what would have come. */
  async cut(bytes: Buffer): Promise<void> {
    const sent = this.#gzip === undefined ? bytes : await this.#deflate(this.#gzip, bytes)
    this.#response.write(sent, () => this.#response.destroy())
  }

  async #deflate(gzip: Gzip, bytes: Buffer): Promise<Buffer> {
    const { promise, resolve } = Promise.withResolvers<void>()
    gzip.write(bytes, () => gzip.flush(constants.Z_SYNC_FLUSH, resolve))
    await promise
    return Buffer.concat(this.#deflated.splice(0))
  }

  async #send(bytes: Buffer): Promise<void> {
    const fault = this.#fault
    switch (fault?.kind) {
      case 'cut':
        await this.#wire(bytes.subarray(0, Math.max(0, fault.afterBytes - this.#sentBytes)))
        if (this.#sentBytes >= fault.afterBytes) this.#response.destroy()
        return
      case 'silence':
        return this.#wire(bytes.subarray(0, Math.max(0, fault.afterBytes - this.#sentBytes)))
      case 'drip':
        for (let at = 0; at < bytes.length && !this.isClosed; at += fault.bytes) {
          await this.#wire(bytes.subarray(at, at + fault.bytes))
          await sleep(fault.everyMs)
        }
        return
      default:
        return this.#wire(bytes)
    }
  }

  async #wire(bytes: Buffer): Promise<void> {
    if (bytes.length === 0 || this.isClosed) return
    this.#sentBytes += bytes.length
    const { promise, resolve } = Promise.withResolvers<void>()
    if (this.#response.write(bytes, () => resolve())) return
    // Node never says so of what is written between the end of the connection and its event.
    this.#response.once('close', resolve)
    await promise
    this.#response.off('close', resolve)
  }
}
