import { expect, test } from 'vitest'
import { FlagshipError } from '../../../src/errors.ts'
import { Committer } from '../../../src/pipeline/committer.ts'
import { TroubleSpot } from '../../../src/pipeline/trouble.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { RecordedLog } from '../fakes/recorded-log.ts'

test.for([
  ['a disk that is full', new Error('ENOSPC'), ['warn Cannot write cursor, trying again: ENOSPC']],
  ['another agent that has taken over', new FlagshipError('SINK_FENCED', 'Cannot go on: another agent'), []],
  ['a transaction that is lost', new FlagshipError('TRANSACTION_LOST', 'Cannot write: no answer'), []],
] as const)('Committer tells of %s what is its own to tell', async ([, error, said]) => {
  const log = new RecordedLog()
  const progress = { takeChanges: () => ({ version: 1, values: new Map([['k', 1]]) }), written() {}, putBack() {} }
  const store = { commit: () => Promise.reject(error) }
  const committer = new Committer(progress, store, new ManualClock(), new TroubleSpot(log, 'copy', 'write cursor'))
  expect(await committer.commit()).toBe(false)
  expect(log.take()).toEqual(said)
})
