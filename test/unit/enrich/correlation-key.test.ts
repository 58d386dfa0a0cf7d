import * as fc from '../../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { correlationKey } from '../../../src/enrich/correlation-key.ts'
import { describeAccess } from '../../../src/enrich/describe.ts'
import { EndpointIndex } from '../../../src/enrich/endpoint/index.ts'
import { Vantages } from '../../../src/enrich/vantage.ts'
import { emptyLine, type EnvoyLine } from '../../../src/record/envoy-line.ts'
import { makeOutcome } from '../../../src/record/generated/record.ts'

const CLIENT = {
  downstreamRemoteAddress: '10.244.1.21:37893',
  downstreamLocalAddress: '10.96.20.10:27017',
  upstreamLocalAddress: '10.244.1.21:52792',
  upstreamHost: '10.244.2.51:27017',
}
const SERVER = {
  downstreamRemoteAddress: '10.244.1.21:52792',
  downstreamLocalAddress: '10.244.2.51:27017',
  upstreamLocalAddress: '127.0.0.6:52942',
  upstreamHost: '10.244.2.51:27017',
}
const HOP = '10.244.1.21:52792>10.244.2.51:27017'
const ID = '270e475e-4b7d-4d34-88c0-95683caca836'
const TUNNEL = 'envoy://connect_originate/10.244.2.51:8080'
const INTERNAL = 'envoy://internal_client_address/'

const { file } = new Vantages({ index: new EndpointIndex() }, {})

/** The key of a line, as if it were known to be of this side. */
function keyOf(fields: Partial<EnvoyLine>, direction: string | undefined): string | undefined {
  const record = describeAccess({ ...emptyLine('istio-json'), ...fields }, file)
  return correlationKey({ ...record, outcome: makeOutcome(direction === undefined ? {} : { direction }) })
}

/** The keys of both sides of one connection. */
const keysOf = ([from, to]: readonly [string, string]) => [
  keyOf({ ...CLIENT, upstreamLocalAddress: from, upstreamHost: to }, 'outbound'),
  keyOf({ ...SERVER, downstreamRemoteAddress: from, downstreamLocalAddress: to }, 'inbound'),
]

describe('correlationKey()', () => {
  test.for<readonly [what: string, fields: Partial<EnvoyLine>, direction: string | undefined, key: string | undefined]>(
    [
      ['the request id', { ...CLIENT, requestId: ID }, 'outbound', ID],
      ['a traced request id as if it were not', { requestId: '270e475e-4b7d-9d34-88c0-95683caca836' }, 'inbound', ID],
      ['a request id in lower case', { requestId: ID.toUpperCase() }, 'inbound', ID],
      [
        'an id that is no UUID whole',
        { requestId: '0123456789ABCDEF9123456789abcdef' },
        'inbound',
        '0123456789abcdef9123456789abcdef',
      ],
      ['the upstream connection of the caller', CLIENT, 'outbound', HOP],
      ['the same of a gateway', CLIENT, 'gateway', HOP],
      ['the downstream connection of the called one', SERVER, 'inbound', HOP],
      ['the downstream connection where nobody knows the side', SERVER, 'unknown', HOP],
      ['the downstream connection of a line without a direction', SERVER, undefined, HOP],
      [
        'what was dialled where no connection came about',
        { ...CLIENT, upstreamLocalAddress: undefined },
        'outbound',
        '10.244.1.21:37893>10.96.20.10:27017',
      ],
      ['one end where there is no other', { downstreamRemoteAddress: '10.0.0.1:5' }, 'inbound', '10.0.0.1:5>'],
      [
        'the addresses at the ends of a tunnel',
        { ...CLIENT, upstreamLocalAddress: INTERNAL, upstreamHost: TUNNEL },
        'waypoint',
        '10.244.1.21>10.244.2.51:8080',
      ],
      [
        "those of the caller's ztunnel",
        {
          format: 'ztunnel-text',
          downstreamRemoteAddress: '10.244.1.21:40001',
          upstreamHost: '10.244.2.51:15008',
          more: { ztunnelDirection: 'outbound', hboneAddress: '10.244.2.51:8080' },
        },
        'outbound',
        '10.244.1.21>10.244.2.51:8080',
      ],
      [
        'the same of the other ztunnel',
        {
          format: 'ztunnel-json',
          downstreamRemoteAddress: '10.244.1.21:53222',
          upstreamHost: '10.244.2.51:15008',
          more: { ztunnelDirection: 'inbound', hboneAddress: '10.244.2.51:8080' },
        },
        'inbound',
        '10.244.1.21>10.244.2.51:8080',
      ],
      [
        'those of a ztunnel without a tunnel',
        {
          format: 'ztunnel-json',
          downstreamRemoteAddress: '10.244.1.21:53222',
          upstreamHost: '10.244.2.51:8080',
          more: { ztunnelDirection: 'outbound' },
        },
        'outbound',
        '10.244.1.21>10.244.2.51:8080',
      ],
      ['nothing where a line has none of them', {}, 'inbound', undefined],
    ],
  )('gives %s', ([, fields, direction, key]) => {
    expect(keyOf(fields, direction)).toBe(key)
  })

  test('is the same on both sides of a hop, whatever each traces', () => {
    const nibble = fc.integer({ min: 0, max: 15 }).map((digit) => digit.toString(16))
    fc.assert(
      fc.property(fc.uuid(), nibble, nibble, fc.boolean(), (id, one, other, isUpper) => {
        const [client = '', server = ''] = [one, other].map((trace) => id.slice(0, 14) + trace + id.slice(15))
        const asSent = isUpper ? server.toUpperCase() : server
        const key = keyOf({ ...CLIENT, requestId: client }, 'outbound')
        expect(keyOf({ ...SERVER, requestId: asSent }, 'inbound')).toBe(key)
      }),
    )
  })

  test('is the same on both sides of a connection, and of no other', () => {
    const address = fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 65_535 })).map(([ip, port]) => `${ip}:${port}`)
    const ends = fc.tuple(address, address)
    fc.assert(
      fc.property(ends, ends, (one, other) => {
        fc.pre(one.join() !== other.join())
        const [client, server] = keysOf(one)
        expect(server).toBe(client)
        expect(keysOf(other)).not.toContain(client)
      }),
    )
  })
})
