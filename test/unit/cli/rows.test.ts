import { expect, test } from 'vitest'
import type { ShownDocument } from '../../../src/cli/document.ts'
import { FailureTally, renderFailures } from '../../../src/cli/failures.ts'
import { renderRows } from '../../../src/cli/rows.ts'

const failed = (cause: string, state?: string, stateMs?: number): ShownDocument => ({
  event: { dataset: 'envoy.access', outcome: 'failure', reason: 'The pod that was chosen ended.' },
  envoy: {
    response_code: 503,
    response_flags: ['UC'],
    verdict: { cause, responder: 'envoy' },
    destination: {
      pod: 'reviews-v2-w4n7p',
      ...(state !== undefined && { pod_state: state }),
      ...(stateMs !== undefined && { pod_state_ms: stateMs }),
    },
  },
})

test.for([
  ['pod_terminating', 'terminating', 3_140, 'pod_terminating: reviews-v2-w4n7p was terminating for 3.1 s'],
  ['pod_starting', 'starting', 60_000, 'pod_starting: reviews-v2-w4n7p was starting for 60.0 s'],
  ['pod_not_ready', 'not_ready', 500, 'pod_not_ready: reviews-v2-w4n7p was not ready for 0.5 s'],
  ['pod_gone', 'gone', 9_000, 'pod_gone: reviews-v2-w4n7p had been gone for 9.0 s'],
  ['pod_restarted', 'ready', 9_000, 'pod_restarted'],
  ['route_not_found', 'terminating', 9_000, 'route_not_found'],
] as const)('renderRows() says of %s (%s) who it was and for how long', ([cause, state, ms, text]) => {
  const [row] = renderRows([failed(cause, state, ms)]).split('\n')
  expect(row?.split(/ {2,}/)).toContain(text)
})

test('renderFailures() says it of each example', () => {
  const tally = new FailureTally()
  tally.add(failed('pod_terminating', 'terminating', 3_140))
  expect(renderFailures(tally.result(), { width: 200 })).toContain('503 UC  reviews-v2-w4n7p was terminating for 3.1 s')
})
