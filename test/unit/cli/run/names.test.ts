import { expect, test } from 'vitest'
import { checkSize } from '../../../../src/cli/run/names.ts'
import { RecordedLog } from '../../fakes/recorded-log.ts'

/** What is said of a cluster of so many nodes. */
function saidOf(nodes: number, allowManyNodes = false): readonly string[] {
  const log = new RecordedLog()
  try {
    checkSize(nodes, allowManyNodes, log)
  } catch (error) {
    return [String(error)]
  }
  return log.lines
}

const WARNING =
  'warn every agent watches the API server: with so many nodes, run `flagship resolver` and set enrich.kubernetes.mode to resolver'
const REFUSAL =
  'FlagshipError: Cannot watch the API server from every agent of a cluster of 101 nodes (at most 100): run `flagship resolver` and set enrich.kubernetes.mode to resolver, or set enrich.kubernetes.allowManyNodes'

test.for([
  [20, false, []],
  [21, false, [WARNING]],
  [100, false, [WARNING]],
  [101, false, [REFUSAL]],
  [101, true, [WARNING]],
] as const)('checkSize() of %i nodes (allowed: %s)', ([nodes, isAllowed, said]) => {
  expect(saidOf(nodes, isAllowed)).toEqual(said)
})
