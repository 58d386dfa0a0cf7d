import { RotatingAccess } from '../../clients/access.ts'
import { reasonOfFailure } from '../../clients/http-exchange.ts'
import type { Clock } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import type { Freshness } from '../endpoint/freshness.ts'
import { Breath } from '../breath.ts'
import { LastTold } from './last-told.ts'
import { linesOf } from './lines.ts'
import { openStream, reasonOfRefusal, type Refusal } from './open-stream.ts'
import { parseLine, type StreamLine } from './protocol.ts'
import { type RecordTarget, StreamState } from './stream-state.ts'

/** Where resolvers are, and who we are to them. */
export interface ResolverOptions {
  /** One is used at a time. */
  readonly urls: readonly string[]
  readonly tokenFile?: string
  readonly caFile?: string
  readonly certificateFile?: string
  readonly keyFile?: string
}

/** What following needs from outside. */
export interface FollowParts {
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  /** Told of each stream that begins, and how. */
  readonly onStream?: (answer: 'snapshot' | 'resume') => void
  /** Told of each stream that ends, or does not begin. */
  readonly onFailure?: () => void
}

/** A resolver that is followed. */
export interface Followed {
  /** Resolves when there was a whole snapshot. Never rejects. */
  readonly synced: Promise<void>
  readonly freshness: Freshness
  /** When a resolver last said that it knows everything, in milliseconds since 1970; undefined when none ever did. */
  readonly heardAtMs: number | undefined
  stop(): Promise<void>
}

const LOOK_MS = 1_000
/** After three heartbeats that did not come nobody is there. */
const SILENCE_MS = 15_000
/** Without a word for so long, who has an address may be another by now: a heartbeat and a little more. */
const STALE_MS = 8_000
/** All agents lose a resolver at the same moment: they come back spread over this time. */
const SPREAD_MS = 10_000
/** Names are right as long as no two clocks differ by more. */
const MOST_SKEW_MS = 2_000

/** Keep `target` as a resolver has it, whatever happens to the connection, until it is told to stop. */
export function followResolver(options: ResolverOptions, target: RecordTarget, parts: FollowParts): Followed {
  const follower = new Follower(options, target, parts)
  const done = Promise.all([follower.run(), follower.watch()])
  return {
    synced: follower.synced,
    get freshness() {
      return follower.freshness
    },
    get heardAtMs() {
      return follower.heardAtMs
    },
    stop: async () => {
      follower.stop()
      await done
    },
  }
}

/** Why there is no stream (any more). */
interface Loss {
  readonly reason: string
  readonly retryAfterMs?: number | undefined
}

class Follower {
  readonly #urls: readonly string[]
  readonly #access: RotatingAccess
  readonly #parts: FollowParts
  readonly #state: StreamState
  readonly #synced = Promise.withResolvers<void>()
  readonly #stopped = new AbortController()
  #connection: AbortController | undefined
  #isSilent = false
  #isRefused = false
  #heardMs = Number.NEGATIVE_INFINITY
  #currentAtMs: number | undefined
  #bytesMs = 0
  #failures = 0
  /** Of each URL what was said last. */
  readonly #said = new Map<string, string>()

  constructor({ urls, tokenFile, ...files }: ResolverOptions, target: RecordTarget, parts: FollowParts) {
    const offset = Math.floor(parts.random() * urls.length) // agents spread over the replicas
    this.#urls = [...urls.slice(offset), ...urls.slice(0, offset)]
    this.#access = new RotatingAccess(
      { ...(tokenFile === undefined ? {} : { bearerTokenFile: tokenFile }), tls: files },
      parts.clock,
    )
    this.#parts = parts
    this.#state = new StreamState(target, new LastTold(parts.clock, parts.logger))
  }

  get synced(): Promise<void> {
    return this.#synced.promise
  }

  get heardAtMs(): number | undefined {
    return this.#currentAtMs
  }

  get freshness(): Freshness {
    if (!this.#state.isSynced) return 'not_synced'
    const silentMs = this.#parts.clock.elapsedMs() - this.#heardMs
    return silentMs > STALE_MS ? 'stale' : this.#state.freshness
  }

  stop(): void {
    this.#stopped.abort()
    this.#connection?.abort()
  }

  /** One stream after another, each from the next of the resolvers. */
  async run(): Promise<void> {
    const { signal } = this.#stopped
    for (let at = 0; !signal.aborted; at += 1) {
      const url = this.#urls[at % this.#urls.length] ?? ''
      const { reason, retryAfterMs } = await this.#followOne(url)
      if (signal.aborted) return
      this.#parts.onFailure?.()
      this.#say(url, reason)
      await this.#parts.clock.sleep(this.#pauseMs(retryAfterMs), signal)
    }
  }

  /** End a connection on which nothing comes. */
  async watch(): Promise<void> {
    const { clock } = this.#parts
    const { signal } = this.#stopped
    while (!signal.aborted) {
      await clock.sleep(LOOK_MS, signal)
      if (this.#connection === undefined || clock.elapsedMs() - this.#bytesMs <= SILENCE_MS) continue
      this.#isSilent = true
      this.#connection.abort()
    }
  }

  #pauseMs(retryAfterMs: number | undefined): number {
    const { random } = this.#parts
    if (retryAfterMs !== undefined) return retryAfterMs * (1 + random())
    const mostMs = this.#state.isSynced ? SPREAD_MS : Math.min(SPREAD_MS, 1_000 * 2 ** this.#failures)
    this.#failures += 1
    return random() * mostMs
  }

  async #followOne(url: string): Promise<Loss> {
    this.#connection = new AbortController()
    this.#isSilent = false
    this.#bytesMs = this.#parts.clock.elapsedMs()
    const before = this.#state.position
    try {
      const access = await this.#access.current(this.#isRefused)
      const { signal } = this.#connection
      const answer = await openStream({ url, access, position: before, signal })
      this.#isRefused = 'retryAfterMs' in answer && answer.statusCode === 401
      if ('retryAfterMs' in answer) return lossOf(answer)
      const problem = await this.#read(
        url,
        linesOf(answer, () => this.#hearBytes()),
      )
      // What cannot be gone on with from here is begun anew; a resolver that is not followed says nothing about that.
      if (problem !== undefined && this.#state.isGreeted && this.#state.position === before) this.#state.forget()
      return { reason: problem ?? 'the stream has ended' }
    } catch (error) {
      return { reason: this.#isSilent ? `nothing came for ${SILENCE_MS / 1_000} s` : reasonOfEnd(error) }
    } finally {
      this.#connection.abort()
      this.#connection = undefined
    }
  }

  /** Take in a stream, in slices; why it cannot be gone on with, if it did not just end. */
  async #read(url: string, parts: AsyncIterable<readonly string[]>): Promise<string | undefined> {
    const breath = new Breath()
    this.#state.connect()
    for await (const lines of parts) {
      for (const text of lines) {
        const line = parseLine(text)
        if (line === 'unknown') continue
        const problem = line === undefined ? 'it sends what is no line of the stream' : this.#take(url, line)
        if (problem !== undefined) return problem
        if (line?.type === 'end') await this.#endSnapshot(url)
        if (breath.isDue) await breath.take()
      }
      this.#hear()
    }
    return undefined
  }

  #take(url: string, line: StreamLine): string | undefined {
    const problem = this.#state.take(line)
    if (problem !== undefined) return problem
    if (line.type === 'hello') this.#compareClocks(url, line.nowMs)
    if ((line.type === 'heartbeat' || line.type === 'end') && this.#state.freshness === 'current')
      this.#currentAtMs = this.#parts.clock.nowMs()
    if (line.type === 'snapshot' || line.type === 'resume') this.#parts.onStream?.(line.type)
    if (line.type === 'resume') this.#live(url, 'goes on where it was')
    return undefined
  }

  async #endSnapshot(url: string): Promise<void> {
    await this.#state.swept
    this.#live(url, 'has told everything')
  }

  #live(url: string, text: string): void {
    this.#hear()
    this.#synced.resolve()
    this.#failures = 0
    this.#said.clear()
    this.#parts.logger.info({ url }, `the resolver ${text}`)
  }

  #hear(): void {
    this.#heardMs = this.#parts.clock.elapsedMs()
  }

  #hearBytes(): void {
    this.#bytesMs = this.#parts.clock.elapsedMs()
  }

  #compareClocks(url: string, theirsMs: number): void {
    const skewMs = Math.round(theirsMs - this.#parts.clock.nowMs())
    if (Math.abs(skewMs) <= MOST_SKEW_MS) return
    const text = `the clocks of this node and of the resolver differ by more than ${MOST_SKEW_MS} ms: names of reused addresses may be wrong`
    this.#parts.logger.warn({ url, skewMs }, text)
  }

  /** Once, however often it is tried. */
  #say(url: string, reason: string): void {
    if (reason === this.#said.get(url)) return
    this.#said.set(url, reason)
    this.#parts.logger.warn({}, `Cannot read names from resolver "${url}": ${reason}`)
  }
}

function lossOf(refusal: Refusal): Loss {
  return { reason: reasonOfRefusal(refusal), retryAfterMs: refusal.retryAfterMs }
}

/** Node calls a connection that the other end left `aborted`. */
function reasonOfEnd(error: unknown): string {
  const text = error instanceof Error ? reasonOfFailure(error) : String(error)
  return text === 'aborted' ? 'the connection broke off' : text
}
