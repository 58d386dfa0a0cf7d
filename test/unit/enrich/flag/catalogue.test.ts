import { describe, expect, test } from 'vitest'
import {
  FLAGS,
  findFlag,
  flagSetOf,
  maskOf,
  NO_FLAGS,
  PRECEDENCE,
  primaryFlag,
  UNKNOWN_FLAG_SENTENCE,
} from '../../../../src/enrich/flag/catalogue.ts'

/** Source: Envoy, source/common/stream_info/utility.h and the changelogs: short name, long name, first release. */
const ENVOY_FLAGS = `
LH FailedLocalHealthCheck 1.0
UH NoHealthyUpstream 1.0
UT UpstreamRequestTimeout 1.0
LR LocalReset 1.0
UR UpstreamRemoteReset 1.0
UF UpstreamConnectionFailure 1.0
UC UpstreamConnectionTermination 1.0
UO UpstreamOverflow 1.0
NR NoRouteFound 1.0
DI DelayInjected 1.2
FI FaultInjected 1.2
RL RateLimited 1.2
UAEX UnauthorizedExternalService 1.6
RLSE RateLimitServiceError 1.8
DC DownstreamConnectionTermination 1.9
URX UpstreamRetryLimitExceeded 1.10
SI StreamIdleTimeout 1.10
IH InvalidEnvoyRequestHeaders 1.11
DPE DownstreamProtocolError 1.12
UMSDR UpstreamMaxStreamDurationReached 1.15
RFCF ResponseFromCacheFilter 1.15
NFCF NoFilterConfigFound 1.16
DT DurationTimeout 1.16
UPE UpstreamProtocolError 1.18
NC NoClusterFound 1.18
OM OverloadManagerTerminated 1.19
DF DnsResolutionFailed 1.22
DO DropOverload 1.29
DR DownstreamRemoteReset 1.30
UDO UnconditionalDropOverload 1.34
`
  .trim()
  .split('\n')
  .map((row) => row.split(' '))
  .map(([short = '', long = '', since = '']) => [short, long, since] as const)

describe('FLAGS', () => {
  test('holds the 30 flags of Envoy, each once', () => {
    expect(FLAGS.map((flag) => flag.short).sort()).toEqual(ENVOY_FLAGS.map(([short]) => short).sort())
    expect(new Set(PRECEDENCE).size).toBe(30)
  })

  test.for(ENVOY_FLAGS)('explains %s', ([short, long, since]) => {
    const flag = findFlag(short)
    expect(flag).toBe(findFlag(long))
    expect(flag).toMatchObject({ short, long, since })
    expect(flag?.sentence).toMatch(/^[A-Z][^.]{30,160}\.$/)
    expect(flag?.typical.length).toBeGreaterThan(0)
    expect(flag?.checks.length).toBeGreaterThan(0)
  })

  test('counts neither a delay nor a cached answer as an error', () => {
    expect(FLAGS.filter((flag) => !flag.isError).map((flag) => flag.short)).toEqual(['RFCF', 'DI'])
  })
})

describe('flagSetOf()', () => {
  test.for([
    ['UF,URX', 'UF'],
    ['URX,UF', 'UF'],
    ['URX,UT', 'UT'],
    ['DI,FI', 'FI'],
    ['UC,URX', 'UC'],
    ['UO,URX', 'UO'],
    ['LR,UT', 'UT'],
    ['DC,UC', 'UC'],
    ['DC,SI', 'SI'],
    ['XWAF,DI', 'DI'],
    ['XWAF,YWAF', 'XWAF'],
    ['NoRouteFound', 'NR'],
  ] as const)('takes from %s the cause before the symptom: %s', ([text, primary]) => {
    expect(flagSetOf(text).primary).toBe(primary)
  })

  test('keeps the order of the line, unknown tokens, and each flag once', () => {
    expect(flagSetOf('URX,XWAF,UF,URX')).toMatchObject({
      names: ['URX', 'XWAF', 'UF'],
      longNames: ['UpstreamRetryLimitExceeded', 'XWAF', 'UpstreamConnectionFailure'],
      hasError: true,
    })
  })

  test('has one sentence per flag, in the order of the line', () => {
    const { sentences } = flagSetOf('XWAF,DI')
    expect(sentences).toEqual([UNKNOWN_FLAG_SENTENCE, findFlag('DI')?.sentence])
  })

  test('takes an unknown flag for no error by itself', () => {
    expect(flagSetOf('XWAF')).toMatchObject({ hasError: false, primaryFlag: undefined, mask: 0 })
    expect(flagSetOf('DI')).toMatchObject({ hasError: false, mask: maskOf('DI') })
  })

  test.for(['', '-', ',', ' , '])('finds no flag in "%s"', (text) => {
    expect(flagSetOf(text)).toEqual(NO_FLAGS)
    expect(flagSetOf(text).primary).toBeUndefined()
  })

  test('gives one frozen object per text and reads no more than 64 tokens', () => {
    expect(flagSetOf('UF,URX')).toBe(flagSetOf('UF,URX'))
    expect(Object.isFrozen(flagSetOf('UF,URX'))).toBe(true)
    expect(flagSetOf(Array.from({ length: 1_000 }, (_, i) => `X${i}`).join(',')).names).toHaveLength(64)
  })
})

test('primaryFlag() takes a set of flags', () => {
  expect(primaryFlag(['URX', 'UF'])).toBe('UF')
  expect(primaryFlag([])).toBeUndefined()
})
