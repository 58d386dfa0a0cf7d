import type { Clock } from '../../clock.ts'
import type { EndpointIndex } from '../../enrich/endpoint/index.ts'
import type { Freshness } from '../../enrich/endpoint/freshness.ts'
import { reasonOf } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import type { News } from '../../pipeline/waits.ts'

/** What goes on telling an index who has which address. */
export interface NameSource {
  /** Resolves when the index has everything there was to begin with. */
  readonly synced: Promise<void>
  /** How much of what there is the index has now. */
  readonly freshness: Freshness
  /** Up to when everything was told, in milliseconds since the epoch; undefined before the first word. */
  readonly heardAtMs: number | undefined
  stop(): Promise<void> | void
}

/** Where an index is kept over restarts. */
export interface NamesFile {
  /** Put what is kept there, if anything, into an index. Returns up to when it knew everything. */
  load(index: EndpointIndex): Promise<number | undefined>
  save(index: EndpointIndex, heardAtMs: number): Promise<void>
}

/** How names are kept. */
export interface LiveNamesSettings {
  /** Longest time to wait for the first whole list. */
  readonly syncWaitMs: number
  /** Longest time for which lines wait for a name. */
  readonly missWaitMs: number
}

/** What keeping them needs from outside. */
export interface LiveNamesParts {
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  /** Undefined: every start begins with nothing. */
  readonly file: NamesFile | undefined
  /** Begin to feed the index. */
  readonly connect: (index: EndpointIndex) => NameSource
  /** Called when everything there was to begin with is known. @throws FlagshipError when that cannot be worked with. */
  readonly accept: (index: EndpointIndex) => void
  /** Called every second, to show how things stand. */
  readonly show: (status: NamesStatus) => void
}

/** How names stand, as `/v1/status` shows it. */
export interface NamesStatus {
  readonly freshness: Freshness
  /** For how long it has not been `current`. */
  readonly staleMs: number
  readonly pods: number
  readonly services: number
  readonly nodes: number
  /** Addresses that pods had before. */
  readonly closedIntervals: number
}

const TICK_MS = 1_000
const SAVE_MS = 300_000
const FORGET_MS = 60_000

/** Names from a source that goes on telling them, kept over restarts. It never holds up delivery. */
export class LiveNames {
  readonly index: EndpointIndex
  readonly news: News
  /** Rejects when what the source tells cannot be worked with. */
  readonly failed: Promise<never>
  readonly #settings: LiveNamesSettings
  readonly #parts: LiveNamesParts
  readonly #source: NameSource
  readonly #ended = new AbortController()
  readonly #synced: Promise<void>
  #isSynced = false
  #savedVersion = -1
  #heardAtMs: number | undefined
  #currentMs: number
  #freshness: Freshness = 'not_synced'
  #running: Promise<void> = Promise.resolve()

  /** Begin with what is on disk, and ask the source for what there is now. */
  static async start(index: EndpointIndex, settings: LiveNamesSettings, parts: LiveNamesParts): Promise<LiveNames> {
    return new LiveNames(index, settings, parts, await loadInto(index, parts))
  }

  private constructor(
    index: EndpointIndex,
    settings: LiveNamesSettings,
    parts: LiveNamesParts,
    heardAtMs: number | undefined,
  ) {
    this.index = index
    this.#settings = settings
    this.#parts = parts
    this.#currentMs = parts.clock.elapsedMs()
    this.news = { waitMs: settings.missWaitMs, awaits: ({ ip, atMs }) => index.awaits(ip, atMs) }
    this.#heardAtMs = heardAtMs
    index.setFreshness(this.#freshness, heardAtMs)
    this.#source = parts.connect(index)
    this.#synced = this.#source.synced.then(() => {
      parts.accept(index)
      this.#isSynced = true
      this.#refresh()
    })
    const failed = Promise.withResolvers<never>()
    this.#synced.catch(failed.reject)
    failed.promise.catch(() => {}) // told to whoever waits for it
    this.failed = failed.promise
  }

  /**
   * Resolves when the index has everything there was, or when that has taken too long, or at the end of `signal`.
   * @throws FlagshipError when what the source tells cannot be worked with.
   */
  async ready(signal: AbortSignal): Promise<void> {
    const { clock, logger } = this.#parts
    const { syncWaitMs } = this.#settings
    const over = new AbortController()
    logger.info({ syncWaitMs }, 'waiting for names: nothing is read or listened on before')
    await Promise.race([this.#synced, clock.sleep(syncWaitMs, AbortSignal.any([over.signal, signal]))])
    over.abort()
    if (this.#isSynced || signal.aborted) return
    logger.warn({ syncWaitMs, freshness: this.#freshness }, 'names are not synced yet: lines are read without them')
  }

  /** Keep the index up to date; `oldestMs`: no line written before it will be read any more, undefined when not known. */
  keep(oldestMs: () => number | undefined): void {
    this.#running = this.#keepAll(oldestMs)
  }

  get status(): NamesStatus {
    const { pods, services, nodes, closedIntervals } = this.index.size
    const staleMs = this.#freshness === 'current' ? 0 : Math.round(this.#parts.clock.elapsedMs() - this.#currentMs)
    return { freshness: this.#freshness, staleMs, pods, services, nodes, closedIntervals }
  }

  /** Stop asking, and write down what is known. */
  async stop(): Promise<void> {
    this.#ended.abort()
    await this.#running
    await this.#source.stop()
    await this.#save()
  }

  async #keepAll(oldestMs: () => number | undefined): Promise<void> {
    const { clock, random, show } = this.#parts
    const { signal } = this.#ended
    let saveMs = clock.elapsedMs() + SAVE_MS * (0.5 + random()) // many agents start at once
    let forgetMs = clock.elapsedMs() + FORGET_MS
    while (!signal.aborted) {
      this.#refresh()
      show(this.status)
      await clock.sleep(TICK_MS, signal)
      const elapsedMs = clock.elapsedMs()
      if (elapsedMs >= forgetMs) {
        this.#forget(oldestMs())
        forgetMs = elapsedMs + FORGET_MS
      }
      if (elapsedMs < saveMs || signal.aborted) continue
      await this.#save()
      saveMs = elapsedMs + SAVE_MS
    }
  }

  #refresh(): void {
    const { clock, logger } = this.#parts
    const { freshness: now, heardAtMs } = this.#source
    this.#heardAtMs = heardAtMs ?? this.#heardAtMs
    if (now === 'current') this.#currentMs = clock.elapsedMs()
    if (now === this.#freshness) return
    this.#freshness = now
    this.index.setFreshness(now, this.#heardAtMs)
    if (now === 'current') logger.info({ ...this.index.size }, 'names are current')
    else logger.warn({ freshness: now }, 'names are stale: what is known stays in use')
  }

  #forget(oldestMs: number | undefined): void {
    if (oldestMs === undefined) return
    this.index.forget(this.#parts.clock.nowMs(), oldestMs)
  }

  async #save(): Promise<void> {
    const { file, logger } = this.#parts
    const { version } = this.index
    const heardAtMs = this.#heardAtMs
    // What was never synced may be less than what is there.
    if (file === undefined || !this.#isSynced || heardAtMs === undefined || version === this.#savedVersion) return
    try {
      await file.save(this.index, heardAtMs)
      this.#savedVersion = version
    } catch (error) {
      logger.warn({ reason: reasonOf(error) }, 'cannot write down names: the next start begins with older ones')
    }
  }
}

async function loadInto(index: EndpointIndex, { file, logger }: LiveNamesParts): Promise<number | undefined> {
  try {
    return await file?.load(index)
  } catch (error) {
    logger.warn({ reason: reasonOf(error) }, 'cannot read the names of the last run: this one begins without them')
    return undefined
  }
}
