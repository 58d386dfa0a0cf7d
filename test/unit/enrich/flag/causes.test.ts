import { describe, expect, test } from 'vitest'
import { FLAGS } from '../../../../src/enrich/flag/catalogue.ts'
import { POD_CAUSES } from '../../../../src/enrich/flag/cause/pod.ts'
import { CAUSES, type CauseId, explainCause, isCauseId } from '../../../../src/enrich/flag/causes.ts'
import { DETAILS } from '../../../../src/enrich/flag/details.ts'
import type { Cause } from '../../../../src/enrich/flag/explanation.ts'
import { ZTUNNEL_ERRORS } from '../../../../src/enrich/flag/ztunnel-error.ts'

const IDS = Object.keys(CAUSES).filter(isCauseId)
const FAULTS = ['client', 'application', 'network', 'proxy_config', 'policy', 'overload', 'other']

/** Every text the catalogue can print. */
function textsOf(cause: Cause): { sentences: string[]; checks: string[] } {
  const texts = [cause, cause.inbound, cause.passthrough].filter((text) => text !== undefined)
  return { sentences: texts.map((text) => text.sentence), checks: texts.flatMap((text) => text.checks) }
}

describe('CAUSES', () => {
  test.for(IDS)('explains %s', (id) => {
    const cause: Cause = CAUSES[id]
    const { sentences, checks } = textsOf(cause)
    expect(id).toMatch(/^[a-z][a-z0-9_]+$/)
    expect(FAULTS).toContain(cause.fault)
    expect(cause.typical.length).toBeGreaterThan(0)
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Zz][^.]+(?:\.\d+[^.]*)*\.$/)
    for (const sentence of sentences) expect(sentence.length).toBeLessThanOrEqual(160)
    for (const check of checks) expect(check.length).toBeLessThanOrEqual(260)
    expect(checks.length).toBeGreaterThan(0)
  })

  test('says each thing once: no two causes share a sentence', () => {
    const sentences = IDS.flatMap((id) => textsOf(CAUSES[id]).sentences)
    expect(new Set(sentences).size).toBe(sentences.length)
  })
})

describe('Checks', () => {
  const checks = [...new Set([...IDS.flatMap((id) => textsOf(CAUSES[id]).checks), ...FLAGS.flatMap((f) => f.checks)])]

  test.for(checks)('%s', (check) => {
    const parts = check.split('`')
    expect(parts.length % 2).toBe(1)
    for (const command of parts.filter((_, i) => i % 2 === 1))
      expect(command).toMatch(/^(kubectl|istioctl|curl|openssl|echo) /)
    expect(check).toMatch(/^[A-Z0-9]/)
    expect(check).not.toMatch(/<[a-z]/)
  })
})

describe('explainCause()', () => {
  test('gives the same frozen object each time', () => {
    expect(explainCause('connection_refused')).toBe(explainCause('connection_refused'))
    expect(Object.isFrozen(explainCause('connection_refused').inbound)).toBe(true)
  })

  test('reads the same on every side unless a side has its own text', () => {
    const { outbound, inbound, passthrough } = explainCause('tls_san_mismatch')
    expect([inbound, passthrough]).toEqual([outbound, outbound])
    expect(explainCause('connection_refused').inbound.sentence).not.toBe(
      explainCause('connection_refused').outbound.sentence,
    )
  })
})

test('Every cause can be reached: from details, a flag, ztunnel, a transport failure, the verdict or the state of a pod', () => {
  const used = new Set<CauseId>([
    ...Object.values(DETAILS)
      .flat()
      .flatMap((row) => [row.cause, row.afterHeaders ?? row.cause]),
    ...FLAGS.map((flag) => flag.cause),
    ...ZTUNNEL_ERRORS.map((row) => row.cause),
  ])
  const others = IDS.filter((id) => !used.has(id) && !/^tls_|^jwt_|unreachable$|_error$/.test(id))
  expect(others).toEqual([
    'connection_refused',
    'connection_reset',
    'local_address_unavailable',
    'retry_overflow',
    'upstream_reset_connection',
    ...Object.keys(POD_CAUSES),
    'timeout_during_response',
    'destination_not_registered',
    'blackhole_cluster',
    'answered_without_upstream',
    'no_filter_chain_for_server_name',
    'no_filter_chain_or_cluster',
    'upgraded_connection_closed',
    'connection_terminated',
    'no_response_sent',
    'unknown_details',
    'unknown_flag',
    'undecided',
  ])
})
