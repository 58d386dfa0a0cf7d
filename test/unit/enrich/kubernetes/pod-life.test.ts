import { describe, expect, test } from 'vitest'
import { type ContainerLife, lifeOf, type PodStatus } from '../../../../src/enrich/kubernetes/pod-life.ts'

const waiting = { isInit: false, isRunning: false, isTerminated: false, startedMs: undefined, finishedMs: undefined }
const running = (startedMs: number, isInit = false): ContainerLife => ({
  ...waiting,
  isInit,
  isRunning: true,
  startedMs,
})
const ended = (startedMs: number, finishedMs: number, isInit = false): ContainerLife => ({
  ...waiting,
  isInit,
  isTerminated: true,
  startedMs,
  finishedMs,
})
const ready = (sinceMs: number) => ({ isTrue: true, sinceMs })
const down = (sinceMs: number) => ({ isTrue: false, sinceMs })
const status = (values: Partial<PodStatus>): PodStatus => ({
  phase: 'Running',
  isDeleting: false,
  createdMs: 1_000,
  networkReady: undefined,
  containers: [],
  ...values,
})

describe('lifeOf()', () => {
  test.for([
    ['nothing but an address', {}, { fromMs: undefined, toMs: undefined, isOver: false }],
    ['the condition', { networkReady: ready(5_000) }, { fromMs: 5_000, toMs: undefined }],
    [
      'a container started before the condition was told',
      { networkReady: ready(9_000), containers: [running(5_000)] },
      { fromMs: 5_000 },
    ],
    ['the earliest of several containers', { containers: [running(7_000), running(6_000)] }, { fromMs: 6_000 }],
    [
      'an init container that is done',
      { containers: [ended(4_000, 5_000, true), running(6_000)] },
      { fromMs: 4_000, toMs: undefined },
    ],
    [
      'an ended container beside a running one: it may be of an earlier sandbox',
      { networkReady: ready(8_000), containers: [ended(2_000, 3_000), running(9_000)] },
      { fromMs: 8_000, toMs: undefined },
    ],
    ['a time before the pod was created', { createdMs: 6_000, containers: [running(5_000)] }, { fromMs: 6_000 }],
    [
      'a crash: the address stays',
      { containers: [ended(5_000, 9_000)] },
      { fromMs: 5_000, toMs: undefined, isOver: false },
    ],
    [
      'the end of a job, in the second after',
      { phase: 'Succeeded', containers: [ended(5_000, 9_000)] },
      { fromMs: 5_000, toMs: 10_000, isOver: true },
    ],
    [
      'the last of several ends',
      { phase: 'Failed', containers: [ended(5_000, 9_000), ended(5_000, 12_000)] },
      { toMs: 13_000, isOver: true },
    ],
    ['an end without times', { phase: 'Failed' }, { fromMs: undefined, toMs: undefined, isOver: true }],
    ['a terminating pod that still serves', { isDeleting: true, containers: [running(5_000)] }, { toMs: undefined }],
    [
      'a terminating pod that has ended',
      { isDeleting: true, containers: [ended(5_000, 9_000)] },
      { toMs: 10_000, isOver: false },
    ],
    [
      'a terminating pod whose sidecar still runs',
      { isDeleting: true, containers: [running(4_000, true), ended(5_000, 9_000)] },
      { toMs: undefined },
    ],
    [
      'a network that went down',
      { networkReady: down(9_000), containers: [running(5_000)] },
      { fromMs: 5_000, toMs: 10_000 },
    ],
    ['a network that was never up', { networkReady: down(2_000) }, { fromMs: undefined, toMs: undefined }],
    [
      'a network that went down before the containers were seen to end',
      { phase: 'Failed', networkReady: down(8_000), containers: [ended(5_000, 9_000)] },
      { toMs: 9_000 },
    ],
  ] as const)('knows %s', ([, values, wanted]) => {
    expect(lifeOf(status(values))).toMatchObject(wanted)
  })

  test('tells when the network was made again', () => {
    expect(lifeOf(status({ networkReady: ready(9_000), containers: [running(9_000)] })).sandboxMs).toBe(9_000)
    expect(lifeOf(status({ networkReady: down(9_000) })).sandboxMs).toBeUndefined()
  })
})
