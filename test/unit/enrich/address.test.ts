import * as fc from '../../support/fast-check.ts'
import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../../src/enrich/address.ts'

const address = (host: string, ip: string | undefined, port?: number) => ({ host, ip, port })

describe('parseAddress()', () => {
  test.for([
    ['10.244.1.21:36417', address('10.244.1.21', '10.244.1.21', 36417)],
    ['10.244.1.21', address('10.244.1.21', '10.244.1.21')],
    ['10.1.2.3:0', address('10.1.2.3', '10.1.2.3', 0)],
    ['10.1.2.3:65535', address('10.1.2.3', '10.1.2.3', 65535)],
    ['[fd00:10:244::70]:9999', address('fd00:10:244::70', 'fd00:10:244::70', 9999)],
    ['[FD00:0010:244:0:0:0:0:0070]:9999', address('fd00:10:244::70', 'fd00:10:244::70', 9999)],
    ['fd00:10:244::70', address('fd00:10:244::70', 'fd00:10:244::70')],
    ['[::6]:40011', address('::6', '::6', 40011)],
    ['[::ffff:10.0.0.1]:80', address('10.0.0.1', '10.0.0.1', 80)],
    ['::ffff:a00:1', address('10.0.0.1', '10.0.0.1')],
    ['fe80::1%eth0', address('fe80::1', 'fe80::1')],
    ['tcp://10.0.2.1:80', address('10.0.2.1', '10.0.2.1', 80)],
    ['envoy://connect_originate/10.244.0.10:80', address('10.244.0.10', '10.244.0.10', 80)],
    ['envoy://connect_originate/[fd00::1]:80', address('fd00::1', 'fd00::1', 80)],
    ['envoy://internal_client_address/', undefined],
    ['envoy://main_internal/', undefined],
    ['envoy://listener/name', undefined],
    ['/var/run/app.sock', address('/var/run/app.sock', undefined)],
    ['@abstract:1', address('@abstract:1', undefined)],
    ['unix:///var/run/app.sock', address('/var/run/app.sock', undefined)],
    ['reviews:9080', address('reviews', undefined, 9080)],
    ['reviews.default.svc.cluster.local', address('reviews.default.svc.cluster.local', undefined)],
    ['', undefined],
  ] as const)('reads %s', ([text, wanted]) => {
    expect(parseAddress(text)).toEqual(wanted)
  })

  test.for([
    ['a number above 255', '256.1.1.1:80'],
    ['a leading zero', '01.2.3.4:80'],
    ['three numbers', '1.2.3:80'],
    ['five numbers', '1.2.3.4.5:80'],
    ['a port above 65535', '10.0.0.1:65536'],
    ['a port that is none', '10.0.0.1:http'],
    ['no port behind the colon', '10.0.0.1:'],
    ['a bracket that stays open', '[fd00::1'],
    ['two gaps', '[1::2::3]:80'],
    ['nine groups', '[1:2:3:4:5:6:7:8:9]:80'],
    ['seven groups without a gap', '[1:2:3:4:5:6:7]:80'],
    ['a dotted head', '[1.2.3.4::]:80'],
  ] as const)('finds no IP address in %s', ([, text]) => {
    expect(parseAddress(text)?.ip).toBeUndefined()
  })

  test('gives one text for every way to write an IPv6 address', () => {
    const group = fc.integer({ min: 0, max: 0xffff })
    const groups = fc
      .array(group, { minLength: 8, maxLength: 8 })
      .map((all) => all.map((each, at) => (at % 3 ? each : 0)))
    fc.assert(
      fc.property(groups, (all) => {
        const padded = all.map((each) => each.toString(16).padStart(4, '0').toUpperCase()).join(':')
        const short = new URL(`http://[${padded}]/`).hostname.slice(1, -1)
        expect(parseAddress(`[${padded}]:1`)?.ip).toBe(short)
        expect(parseAddress(`[${short}]:1`)?.ip).toBe(short)
      }),
      { seed: 7, numRuns: 300 },
    )
  })

  test('takes time in proportion to the length of hostile texts', () => {
    for (const part of ['envoy://', '[', ':', '1.', 'a:', '/'])
      expect(parseAddress(part.repeat(200_000))?.ip).toBeUndefined()
  })
})
