import { describe, expect, test } from 'vitest'
import { parseConfig } from '../../../src/config/load.ts'
import { summaryOf } from '../../../src/config/summary.ts'

/** What is said of an Elasticsearch sink with these settings. */
function sinkText(settings: string): string | undefined {
  const yaml = `ingest: { pods: /p }\nsinks:\n  out: { type: elasticsearch, nodes: ['http://a:9200'], ${settings} }\n`
  const result = parseConfig(yaml, '/etc/flagship', {})
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return new Map(summaryOf(result.config)).get('sink out')
}

describe('summaryOf() of an Elasticsearch sink', () => {
  // biome-ignore format: a table, one row a case
  test.for([
    ['one namespace', 'namespace: prod', 'namespace prod, kept for 90d, what is in doubt is looked up after 120000 ms'],
    ['tenants', "namespace: { rules: [{ match: 'pay-*', namespace: pay }] }", 'namespace pay for pay-*, default for all others, kept for 90d,'],
    ['failures apart', 'retention: { healthy: 14d, failed: 400d }', 'kept for 14d, failures for 400d,'],
    ['ids of the server', 'ids: auto', 'what is in doubt is sent again and may stand twice (`ids: auto`)'],
  ] as const)('says %s', ([, settings, text]) => {
    expect(sinkText(settings)).toContain(text)
  })
})

describe('summaryOf() of requests', () => {
  // biome-ignore format: a table, one row a case
  test.for([
    ['nobody asked who they are', '', 'requests on 127.0.0.1:9480, envelope vector, from everybody'],
    ['tokens', 'auth: { tokenFile: t }, ', 'requests on 127.0.0.1:9480, envelope vector, with a token'],
    ['passwords', 'auth: { username: u, passwordFile: p }, ', 'requests on 127.0.0.1:9480, envelope vector, with a password'],
  ] as const)('says %s', ([, settings, said]) => {
    const yaml = `ingest: { http: { ${settings}envelope: vector } }\nsinks: { out: { type: stdout } }\n`
    const result = parseConfig(yaml, '/etc/flagship', {})
    expect(result.ok && new Map(summaryOf(result.config)).get('reads')).toBe(said)
  })
})

describe('summaryOf() of what is kept on disk', () => {
  // biome-ignore format: a table, one row a case
  test.for([
    ['files', '{ pods: /p }', '/s', '/s/spool, at most 10737418240 bytes, 15 % of the disk kept free'],
    ['a group', '{ kafka: { brokers: ["a:1"], topics: [t], group: g } }', 'in the offsets of the group', undefined],
    ['requests', '{ http: { envelope: vector } }', '/s, only for the dead letter', undefined],
  ] as const)('names no more than %s use', ([, ingest, state, spool]) => {
    const yaml = `state: { directory: /s }\ningest: ${ingest}\nsinks: { out: { type: stdout } }\n`
    const result = parseConfig(yaml, '/etc/flagship', {})
    const rows = new Map(result.ok ? summaryOf(result.config) : [])
    expect([rows.get('state'), rows.get('spool')]).toEqual([state, spool])
  })
})
