import type { PodState } from '../../../../src/enrich/endpoint/pod-state.ts'
import type { JsonObject } from '../../../../src/enrich/kubernetes/field-reader.ts'

/**
 * One pod that starts, becomes ready and not ready, crashes, is started anew, is deleted and ends, at random. It knows
 * its true state, and tells what its object says: within 1.5 s, in whole seconds of a node's and an API server's clock.
 * Any two clocks differ by at most 2 s. Now and then nothing is told for a while, and then what is left is.
 */
export interface StateWorld {
  readonly happenings: readonly Happening[]
  /** The state a pod truly was in. */
  truthAt(atMs: number): Truth | undefined
}

export interface Truth {
  readonly state: PodState
  readonly sinceMs: number
}

/** At `atMs` of true time. `seenMs` is by the clock of who is told. */
export type Happening = { readonly atMs: number; readonly seenMs: number } & (
  | { readonly kind: 'told'; readonly pod: JsonObject }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'silence' | 'restart' }
  /** Everything there is, after a silence. */
  | { readonly kind: 'listed'; readonly pod: JsonObject | undefined }
  | { readonly kind: 'look'; readonly lineMs: number; readonly trueMs: number }
)

export const UID = '6a1f7c2e-95bd-4f43-8a8e-3f0c7f1d2b10'
const TELL_MS = 1_500
const GRACE_S = 30

type Random = () => number

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
  }
}

export function stateWorld(seed: number, looks: number): StateWorld {
  const random = randomFrom(seed)
  const life = new Life(random)
  life.live()
  const agentMs = clockOf(random)
  const told = interrupted(life.told, life, random)
  const lines = Array.from({ length: looks }, () => lookAt(life, random))
  const happenings = [...told, ...lines].sort((one, other) => one.atMs - other.atMs)
  return {
    happenings: happenings.map((each): Happening => ({ ...each, seenMs: each.atMs + agentMs })),
    truthAt: (atMs) => life.truths.findLast(({ sinceMs }) => sinceMs <= atMs),
  }
}

type Unseen = Happening extends infer Each ? (Each extends Happening ? Omit<Each, 'seenMs'> : never) : never

function clockOf(random: Random): number {
  return Math.round(random() * 2_000 - 1_000)
}

/** Half of the lines are near to something that happened. */
function lookAt({ truths, endMs }: Life, random: Random): Unseen {
  const near = truths[Math.floor(random() * truths.length)]
  const spread = random() < 0.5 ? random() * 12_000 - 4_000 : random() * (endMs - START_MS)
  const trueMs = Math.floor((near?.sinceMs ?? 0) + spread)
  const lagMs = random() < 0.5 ? 0 : random() * 300_000
  return { kind: 'look', atMs: trueMs + TELL_MS + 1 + lagMs, trueMs, lineMs: trueMs + clockOf(random) }
}

/** With silences in which nothing is told; each ends with a list. Nothing is looked up then, as at a start. */
function interrupted(told: readonly Unseen[], life: Life, random: Random): readonly Unseen[] {
  if (random() < 0.5) return told
  const fromMs = Math.floor(START_MS + random() * (life.endMs - START_MS))
  const toMs = Math.floor(fromMs + random() * 60_000)
  const kind = random() < 0.5 ? 'silence' : 'restart'
  const kept = told.filter(({ atMs }) => atMs < fromMs || atMs > toMs)
  const last = told.findLast(({ atMs }) => atMs <= toMs)
  const pod = last?.kind === 'told' ? last.pod : undefined
  return [...kept, { kind, atMs: fromMs }, { kind: 'listed', atMs: toMs, pod }]
}

const START_MS = 1_000_000

class Life {
  readonly truths: Truth[] = []
  readonly told: Unseen[] = []
  endMs = START_MS
  readonly #random: Random
  readonly #nodeMs: number
  readonly #apiMs: number
  #nowMs = START_MS
  #toldMs = 0
  #ready = { isTrue: false, sinceMs: 0 }
  #deletionMs: number | undefined
  #phase = 'Pending'
  #restartCount = 0
  #runningMs: number | undefined
  #ended: { readonly startedMs: number; readonly finishedMs: number } | undefined
  #last: { readonly startedMs: number; readonly finishedMs: number } | undefined

  constructor(random: Random) {
    this.#random = random
    this.#nodeMs = clockOf(random)
    this.#apiMs = clockOf(random)
  }

  live(): void {
    this.#become('starting')
    this.#wait()
    this.#ready = { isTrue: false, sinceMs: this.#nowMs }
    this.#tell()
    this.#wait()
    this.#start()
    const steps = Math.floor(this.#random() * 12)
    for (let step = 0; step < steps; step += 1) this.#step()
    this.#finish()
    this.endMs = this.#nowMs
  }

  #step(): void {
    this.#wait()
    const choice = this.#random()
    if (this.#runningMs === undefined) this.#start()
    else if (choice < 0.3) this.#crash()
    else this.#setReady(!this.#ready.isTrue)
  }

  #start(): void {
    if (this.#ended !== undefined) this.#restartCount += 1
    this.#last = this.#ended ?? this.#last
    this.#ended = undefined
    this.#runningMs = this.#nowMs
    this.#phase = 'Running'
    const state = this.truths.at(-1)?.state
    if (this.#restartCount > 0 && (state === 'not_ready' || state === 'restarted')) this.#become('restarted')
    this.#tell()
  }

  #crash(): void {
    this.#ended = { startedMs: this.#runningMs ?? 0, finishedMs: this.#nowMs }
    this.#runningMs = undefined
    this.#tell()
    if (!this.#ready.isTrue) return
    this.#nowMs += Math.floor(this.#random() * 800)
    this.#setReady(false)
  }

  #setReady(isTrue: boolean): void {
    this.#ready = { isTrue, sinceMs: this.#nowMs }
    this.#become(isTrue ? 'ready' : 'not_ready')
    this.#tell()
  }

  #finish(): void {
    this.#wait()
    // What ends by itself runs until then.
    if (this.#runningMs === undefined || this.#random() < 0.8) {
      this.#deletionMs = this.#nowMs
      this.#become('terminating')
      this.#tell()
      if (this.#ready.isTrue && this.#random() < 0.5) {
        this.#nowMs += Math.floor(this.#random() * 1_500)
        this.#ready = { isTrue: false, sinceMs: this.#nowMs }
        this.#tell()
      }
      this.#wait()
    }
    if (this.#runningMs !== undefined) this.#ended = { startedMs: this.#runningMs, finishedMs: this.#nowMs }
    this.#runningMs = undefined
    this.#become('gone')
    if (this.#deletionMs === undefined) this.#phase = this.#random() < 0.5 ? 'Succeeded' : 'Failed'
    if (this.#deletionMs === undefined || this.#random() < 0.5) this.#tell()
    if (this.#deletionMs !== undefined) this.#push({ kind: 'deleted' }, this.#random() < 0.5 ? 0 : 60_000)
  }

  #wait(): void {
    const choice = this.#random()
    this.#nowMs += 1 + Math.floor(this.#random() * (choice < 0.3 ? 1_500 : choice < 0.6 ? 10_000 : 60_000))
  }

  #become(state: PodState): void {
    this.truths.push({ state, sinceMs: this.#nowMs })
  }

  #tell(): void {
    this.#push({ kind: 'told', pod: this.#object() }, TELL_MS)
  }

  /** What is told of one pod is told in order. */
  #push(what: { kind: 'told'; pod: JsonObject } | { kind: 'deleted' }, mostMs: number): void {
    this.#toldMs = Math.max(this.#toldMs, this.#nowMs + Math.floor(this.#random() * mostMs))
    this.told.push({ ...what, atMs: this.#toldMs })
  }

  #object(): JsonObject {
    const deletion =
      this.#deletionMs === undefined
        ? {}
        : { deletionTimestamp: this.#api(this.#deletionMs + GRACE_S * 1_000), deletionGracePeriodSeconds: GRACE_S }
    const { isTrue, sinceMs } = this.#ready
    return {
      metadata: {
        uid: UID,
        name: 'reviews',
        namespace: 'default',
        creationTimestamp: this.#api(START_MS),
        ...deletion,
      },
      spec: { nodeName: 'node-a' },
      status: {
        phase: this.#phase,
        podIP: '10.244.1.5',
        conditions: [{ type: 'Ready', status: isTrue ? 'True' : 'False', lastTransitionTime: this.#node(sinceMs) }],
        containerStatuses: [
          {
            name: 'app',
            restartCount: this.#restartCount,
            state:
              this.#runningMs === undefined
                ? this.#endedState()
                : { running: { startedAt: this.#node(this.#runningMs) } },
            lastState: this.#last === undefined ? {} : { terminated: this.#terminated(this.#last) },
          },
        ],
      },
    }
  }

  #endedState(): JsonObject {
    return this.#ended === undefined ? { waiting: {} } : { terminated: this.#terminated(this.#ended) }
  }

  #terminated({ startedMs, finishedMs }: { startedMs: number; finishedMs: number }): JsonObject {
    return { startedAt: this.#node(startedMs), finishedAt: this.#node(finishedMs), reason: 'OOMKilled', exitCode: 137 }
  }

  #node(trueMs: number): string {
    return secondOf(trueMs + this.#nodeMs)
  }

  #api(trueMs: number): string {
    return secondOf(trueMs + this.#apiMs)
  }
}

/** As Kubernetes writes times. */
function secondOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
