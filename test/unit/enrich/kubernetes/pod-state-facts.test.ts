import { describe, expect, test } from 'vitest'
import { FieldReader, type JsonObject } from '../../../../src/enrich/kubernetes/field-reader.ts'
import { containerStatusesOf } from '../../../../src/enrich/kubernetes/container-status.ts'
import { stateFactsOf } from '../../../../src/enrich/kubernetes/pod-state-facts.ts'

const at = (second: number) => new Date(second * 1_000).toISOString().replace('.000Z', 'Z')
const ready = (status: string, second: number) => [{ type: 'Ready', status, lastTransitionTime: at(second) }]
const running = (second: number) => ({ running: { startedAt: at(second) } })
const ended = (from: number, to: number) => ({
  terminated: { startedAt: at(from), finishedAt: at(to), reason: 'OOMKilled', exitCode: 137 },
})
const app = (restartCount: number, state: JsonObject, lastState: JsonObject = {}) => ({
  containerStatuses: [{ name: 'app', restartCount, state, lastState }],
})

function factsOf(metadata: JsonObject, status: JsonObject) {
  const reader = new FieldReader()
  const facts = stateFactsOf(metadata, status, containerStatusesOf(status, reader), reader)
  expect(reader.problems).toEqual([])
  return facts
}

describe('stateFactsOf()', () => {
  test.for([
    ['30 s of grace', { deletionTimestamp: at(130), deletionGracePeriodSeconds: 30 }, 100_000],
    ['no grace', { deletionTimestamp: at(130), deletionGracePeriodSeconds: 0 }, 130_000],
    ['nothing', {}, undefined],
  ] as const)('tells when deletion was asked for, with %s', ([, metadata, deletionMs]) => {
    expect(factsOf(metadata, {}).deletionMs).toBe(deletionMs)
  })

  test.for([
    ['it is', 'True', 50, app(0, running(10)), true],
    ['it began before a container was started', 'False', 5, app(0, running(10)), false],
    ['it began after a container was started', 'False', 50, app(0, running(10)), true],
    ['both are in one second', 'False', 10, app(0, running(10)), undefined],
    ['no container was started yet', 'False', 5, app(0, { waiting: {} }), false],
    ['earlier runs are not told any more', 'False', 5, app(3, running(30), ended(20, 25)), undefined],
  ] as const)('knows whether a pod was ready before, where %s', ([, status, second, containers, wasTrue]) => {
    const { ready: told } = factsOf({}, { conditions: ready(status, second), ...containers })
    expect(told).toEqual({ isTrue: status === 'True', sinceMs: second * 1_000, wasTrue })
  })

  test('tells nothing of a condition that is Unknown', () => {
    expect(factsOf({}, { conditions: ready('Unknown', 5) }).ready).toBeUndefined()
  })

  test.for([
    ['runs again', app(1, running(30), ended(10, 25)), [{ endedMs: 25_000, startedMs: 30_000 }], [30_000]],
    ['waits to run again', app(1, { waiting: {} }, ended(10, 25)), [{ endedMs: 25_000, startedMs: undefined }], []],
    ['has just ended', app(0, ended(10, 25)), [{ endedMs: 25_000, startedMs: undefined }], []],
    ['runs for the first time', app(0, running(10)), [], []],
    [
      'was started anew twice',
      app(2, running(50), ended(30, 45)),
      [{ endedMs: 45_000, startedMs: 50_000 }],
      [30_000, 50_000],
    ],
  ] as const)('tells of the last end of a container that %s', ([, containers, restarts, startsMs]) => {
    const facts = factsOf({}, containers)
    const wanted = restarts.map((each) => ({ container: 'app', reason: 'OOMKilled', exitCode: 137, ...each }))
    expect([facts.restarts, facts.startsMs]).toEqual([wanted, startsMs])
  })

  test.for([
    ['of a job that is done', {}, { phase: 'Succeeded', ...app(0, ended(10, 25)) }, 25_000],
    ['of a crash', {}, { phase: 'Running', ...app(0, ended(10, 25)) }, undefined],
    [
      'after deletion was asked for',
      { deletionTimestamp: at(20), deletionGracePeriodSeconds: 0 },
      app(0, ended(10, 25)),
      25_000,
    ],
    [
      'of a crash just before it',
      { deletionTimestamp: at(26), deletionGracePeriodSeconds: 0 },
      app(0, ended(10, 25)),
      undefined,
    ],
  ] as const)('takes for the end of the pod the end %s, or not', ([, metadata, status, goneMs]) => {
    expect(factsOf(metadata, status).goneMs).toBe(goneMs)
  })
})
