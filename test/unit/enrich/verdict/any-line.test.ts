import { assert, constantFrom, integer, option, property, record, string } from '../../../support/fast-check.ts'
import { expect, test } from 'vitest'
import { FLAGS } from '../../../../src/enrich/flag/catalogue.ts'
import { CAUSES } from '../../../../src/enrich/flag/causes.ts'
import { DETAILS } from '../../../../src/enrich/flag/details.ts'
import { RULES } from '../../../../src/enrich/verdict/rules.ts'
import { judge } from '../../../../src/enrich/verdict/verdict.ts'
import { emptyLine } from '../../../../src/record/envoy-line.ts'

const flags = FLAGS.map((flag) => flag.short)
const details = Object.values(DETAILS)
  .flat()
  .map((row) => row.value)
const maybe = { nil: undefined }

/** Any combination of what the rules look at, likely or not. */
const anyLine = record({
  format: constantFrom('json', 'istio-text-1.9', 'envoy-text', 'custom:x', 'ztunnel-text'),
  method: option(constantFrom('GET', 'CONNECT'), maybe),
  protocol: option(constantFrom('HTTP/1.1', 'HTTP/2'), maybe),
  responseCode: option(constantFrom(0, 101, 200, 301, 403, 408, 500, 502, 503, 504), maybe),
  responseFlags: option(constantFrom(...flags, 'UF,URX', 'DI,FI', 'XWAF', ','), maybe),
  responseCodeDetails: option(constantFrom(...details, 'odd', '{', 'filter_chain_not_found'), maybe),
  connectionTerminationDetails: option(constantFrom('rbac_access_denied_matched_policy[none]', 'odd'), maybe),
  upstreamTransportFailureReason: option(string({ unit: 'binary', maxLength: 60 }), maybe),
  upstreamHost: option(constantFrom('10.0.0.1:80'), maybe),
  upstreamCluster: option(constantFrom('PassthroughCluster', 'BlackHoleCluster', 'outbound|80||x'), maybe),
  upstreamServiceTimeMs: option(integer({ min: 0, max: 9 }), maybe),
  bytesSent: option(constantFrom(0, 15, 27), maybe),
  more: option(constantFrom({ grpcStatusNumber: 14 }, { grpcStatus: 'OK' }, {}), maybe),
})
const anyDirection = constantFrom('inbound', 'outbound', 'gateway', 'waypoint', 'unknown')

test('judge() gives every line a verdict that agrees with itself', () => {
  assert(
    property(anyLine, anyDirection, (values, direction) => {
      const verdict = judge({ ...emptyLine(values.format), ...values }, direction)
      const { responder, rule, cause, cutShort, refused, isFailure, reason, checks } = verdict
      expect(RULES.map((row) => row.id)).toContain(rule)
      expect(cause === undefined || cause in CAUSES).toBe(true)
      expect(reason !== undefined).toBe(cause !== undefined)
      expect(checks !== undefined).toBe(isFailure)
      expect(refused || cutShort ? isFailure : true).toBe(true)
      expect(cutShort ? responder : 'next_hop').toMatch(/^(application|next_hop)$/)
      expect(responder === 'application' ? direction : 'inbound').toBe('inbound')
    }),
    { seed: 42, numRuns: 3_000 },
  )
})

test('RULES has an id and words of its own for every row', () => {
  expect(new Set(RULES.map((rule) => rule.id)).size).toBe(RULES.length)
  for (const rule of RULES) expect(rule.says).toMatch(/^[A-Z].+\.$/)
})
