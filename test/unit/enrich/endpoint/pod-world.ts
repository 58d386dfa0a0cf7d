import * as fc from '../../../support/fast-check.ts'
import { RESOLUTION_MS } from '../../../../src/enrich/endpoint/interval.ts'
import type { PodRow } from '../../../../src/enrich/endpoint/row.ts'
import { type ContainerLife, lifeOf, type PodStatus } from '../../../../src/enrich/kubernetes/pod-life.ts'
import { podRow } from '../rows.ts'

/**
 * A small world of pods that get, leave and change addresses, which are given away again at once. It knows who truly
 * had each address, and tells an index only what a cluster tells: late, out of order, in whole seconds of clocks that
 * differ. Any two clocks differ by at most 2 s.
 */
export interface Step {
  readonly kind: 'start' | 'stop' | 'delete' | 'move'
  readonly afterMs: number
  readonly pick: number
  readonly clockMs: number
  readonly tellMs: number
  readonly lateMs: number
}

export interface Look {
  readonly pick: number
  readonly share: number
  readonly clockMs: number
  readonly lagMs: number
  readonly hasHint: boolean
}

/** Told at `atMs` of true time. */
export type Event = { readonly atMs: number } & (
  | { readonly row: PodRow }
  | { readonly deleted: string }
  | { readonly look: LineLook }
)

export interface LineLook {
  readonly ip: string
  /** The line's own time, by its proxy's clock. */
  readonly lineMs: number
  readonly owner: string
  readonly namespace: string | undefined
}

interface Held {
  readonly uid: string
  readonly namespace: string
  readonly ip: string
  readonly fromMs: number
  toMs: number
}

interface Live {
  /** What is told of one pod is told in order. */
  toldMs: number
  readonly uid: string
  readonly namespace: string
  readonly clockMs: number
  readonly createdMs: number
  held: Held
}

/** A beginning is told within this time, and no line is looked at sooner: Envoy's flush and the tail take longer. */
const MAX_TELL_MS = 1_500
/** An address that is given back is given away next. */
const FEW_ADDRESSES = 3
const clock = fc.integer({ min: -1_000, max: 1_000 })

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('start', 'start', 'start', 'stop', 'delete', 'move' as const),
    afterMs: fc.oneof(fc.constantFrom(0, 1, 900), fc.integer({ min: 0, max: 12_000 })),
    pick: fc.nat(99),
    clockMs: clock,
    tellMs: fc.integer({ min: 0, max: MAX_TELL_MS }),
    lateMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 120_000 })),
  }),
  { minLength: 10, maxLength: 60 },
)

/** As in a cluster: pods live for minutes, and an address rests until all others were given away. */
export const calmSteps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('start', 'start', 'start', 'stop', 'delete' as const),
    afterMs: fc.integer({ min: 0, max: 20_000 }),
    pick: fc.nat(99),
    clockMs: clock,
    tellMs: fc.integer({ min: 0, max: MAX_TELL_MS }),
    lateMs: fc.integer({ min: 0, max: 5_000 }),
  }),
  { minLength: 200, maxLength: 300 },
)
export const CALM_ADDRESSES = 60

const anyShare = fc.double({ min: 0, max: 0.999, noNaN: true })

/** Many of them at the very beginning or end of somebody's time. */
export const looks = looksAt(fc.oneof(fc.constantFrom(0, 0.001, 0.999), anyShare))
/** At any time alike. */
export const calmLooks = looksAt(fc.noBias(fc.integer({ min: 0, max: 9_999 })).map((share) => share / 10_000))

function looksAt(share: fc.Arbitrary<number>): fc.Arbitrary<Look[]> {
  return fc.array(
    fc.record({
      pick: fc.nat(999),
      share,
      clockMs: clock,
      lagMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300_000 })),
      hasHint: fc.boolean(),
    }),
    { minLength: 50, maxLength: 100 },
  )
}

/** Everything that is told and looked at, in the order of true time. */
export function eventsOf(
  all: readonly Step[],
  lines: readonly Look[],
  agentClockMs: number,
  addresses = FEW_ADDRESSES,
): (Event & { seenMs: number })[] {
  const world = new World(addresses)
  for (const step of all) world.take(step)
  const held = world.held.filter(({ fromMs, toMs }) => toMs > fromMs)
  const looked =
    held.length === 0 ? [] : lines.map((look) => lookAt(held[look.pick % held.length] ?? held[0], look, world.nowMs))
  return [...world.events, ...looked]
    .sort((one, other) => one.atMs - other.atMs)
    .map((event) => ({ ...event, seenMs: event.atMs + agentClockMs }))
}

function lookAt(held: Held | undefined, look: Look, nowMs: number): Event {
  if (held === undefined) throw new Error('nobody held anything')
  const toMs = Math.min(held.toMs, nowMs + 60_000)
  const trueMs = Math.floor(held.fromMs + (toMs - held.fromMs) * look.share)
  const { ip, uid: owner, namespace } = held
  return {
    atMs: trueMs + MAX_TELL_MS + 1 + look.lagMs,
    look: { ip, owner, lineMs: trueMs + look.clockMs, namespace: look.hasHint ? namespace : undefined },
  }
}

class World {
  readonly held: Held[] = []
  readonly events: Event[] = []
  nowMs = 1_000_000
  readonly #live: Live[] = []
  readonly #free: string[]
  readonly #isCalm: boolean
  #count = 0

  constructor(addresses: number) {
    this.#free = Array.from({ length: addresses }, (_, at) => `10.244.1.${at + 5}`)
    this.#isCalm = addresses > FEW_ADDRESSES
  }

  take(step: Step): void {
    this.nowMs += step.afterMs
    const pod = this.#live[step.pick % Math.max(1, this.#live.length)]
    if (step.kind === 'start') this.#start(step)
    else if (pod !== undefined && step.kind === 'move') this.#move(pod, step)
    else if (pod !== undefined) this.#end(pod, step)
  }

  #start(step: Step): void {
    const ip = this.#isCalm ? this.#free.shift() : this.#free.pop()
    if (ip === undefined) return
    this.#count += 1
    const namespace = step.pick % 2 === 0 ? 'blue' : 'green'
    const pod = {
      toldMs: 0,
      uid: `pod-${this.#count}`,
      namespace,
      clockMs: step.clockMs,
      createdMs: this.nowMs - 5_000,
      held: this.#hold(`pod-${this.#count}`, namespace, ip),
    }
    this.#live.push(pod)
    // The address is often told before any container has started.
    if (step.pick % 3 === 0) this.#tell(pod, step.tellMs / 2, { life: lifeOf(this.#status(pod, 'Pending', [])) })
    this.#tell(pod, step.tellMs, { life: lifeOf(this.#status(pod, 'Running', [this.#container(pod)])) })
  }

  /** A new network takes its time, so its second differs from that of the one before. */
  #move(pod: Live, step: Step): void {
    const ip = this.nowMs - pod.held.fromMs < 2_000 ? undefined : this.#free.shift()
    if (ip === undefined) return
    this.#release(pod)
    pod.held = this.#hold(pod.uid, pod.namespace, ip)
    this.#tell(pod, step.tellMs, { life: lifeOf(this.#status(pod, 'Running', [this.#container(pod)])) })
  }

  #end(pod: Live, step: Step): void {
    const lateMs = step.lateMs
    if (step.kind === 'stop') {
      const ended = {
        ...this.#container(pod),
        isRunning: false,
        isTerminated: true,
        finishedMs: seconds(this.nowMs + pod.clockMs),
      }
      this.#tell(pod, lateMs, { life: lifeOf(this.#status(pod, 'Succeeded', [ended])) })
    }
    if (step.kind === 'delete' || step.pick % 2 === 0) this.#tellEnd(pod, lateMs + (step.kind === 'stop' ? 30_000 : 0))
    this.#release(pod)
    this.#live.splice(this.#live.indexOf(pod), 1)
  }

  #hold(uid: string, namespace: string, ip: string): Held {
    const held = { uid, namespace, ip, fromMs: this.nowMs, toMs: Number.POSITIVE_INFINITY }
    this.held.push(held)
    return held
  }

  #release(pod: Live): void {
    pod.held.toMs = this.nowMs
    this.#free.push(pod.held.ip) // given away next
  }

  #tell(pod: Live, afterMs: number, row: Pick<PodRow, 'life'>): void {
    const { uid, namespace, held } = pod
    pod.toldMs = Math.max(pod.toldMs, this.nowMs + afterMs)
    this.events.push({ atMs: pod.toldMs, row: podRow({ uid, name: uid, namespace, ips: [held.ip], ...row }) })
  }

  #tellEnd(pod: Live, afterMs: number): void {
    pod.toldMs = Math.max(pod.toldMs, this.nowMs + afterMs)
    this.events.push({ atMs: pod.toldMs, deleted: pod.uid })
  }

  #container(pod: Live): ContainerLife {
    const startedMs = seconds(pod.held.fromMs + pod.clockMs)
    return { isInit: false, isRunning: true, isTerminated: false, startedMs, finishedMs: undefined }
  }

  #status(pod: Live, phase: string, containers: readonly ContainerLife[]): PodStatus {
    const isTrue = containers.some((container) => container.isRunning)
    const networkReady = isTrue ? { isTrue, sinceMs: seconds(pod.held.fromMs + pod.clockMs) } : undefined
    return { phase, isDeleting: false, createdMs: seconds(pod.createdMs), networkReady, containers }
  }
}

/** Kubernetes writes whole seconds. */
function seconds(ms: number): number {
  return Math.floor(ms / RESOLUTION_MS) * RESOLUTION_MS
}
