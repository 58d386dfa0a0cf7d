import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { apiKeysOf, ensureApiKey } from '../../../../src/bootstrap/elasticsearch/api-key.ts'
import { reasonOf } from '../../../../src/errors.ts'
import { writerRights } from '../../../../src/bootstrap/elasticsearch/roles.ts'
import type { ElasticsearchAnswer } from '../../../../src/clients/elasticsearch.ts'
import { ok, refused, ScriptedElasticsearch } from './scripted-elasticsearch.ts'

const directory = mkdtempSync(join(tmpdir(), 'flagship-key-'))
afterAll(() => rmSync(directory, { recursive: true }))

const NAME = 'flagship-writer-search'
const STREAM = 'logs-envoy.loss-prod'
const RIGHTS = writerRights({ namespaces: ['prod'], datasets: ['envoy.loss'] })
const ALL = { auto_configure: true, create_doc: true, read: true, view_index_metadata: true }
const PRIVILEGES = 'POST /_security/user/_has_privileges'
const CREATE = 'POST /_security/api_key'
const granted = ok({ cluster: { monitor: true }, index: { [STREAM]: ALL } })
const lacking = ok({ cluster: { monitor: true }, index: { [STREAM]: { ...ALL, create_doc: false } } })
const known = (name: string) => ok({ api_key: { id: 'i', name } })

type Script = Readonly<Record<string, ElasticsearchAnswer>>

function keyIn(file: string, admin: Script, withKey: Script = {}) {
  const client = new ScriptedElasticsearch(admin)
  const request = {
    name: NAME,
    rights: RIGHTS,
    file: join(directory, file),
    admin: client,
    connectWithKey: async () => new ScriptedElasticsearch(withKey),
  }
  return { client, request }
}

describe('ensureApiKey()', () => {
  test('writes the encoded key where only its owner reads it', async () => {
    const { client, request } = keyIn('new', { [PRIVILEGES]: granted, [CREATE]: ok({ encoded: 'c2VjcmV0' }) })
    expect(await ensureApiKey(request)).toBe('created')
    expect(readFileSync(request.file, 'utf8')).toBe('c2VjcmV0\n')
    expect(statSync(request.file).mode & 0o777).toBe(0o600)
    expect(client.requests.at(-1)?.json).toEqual({
      name: NAME,
      role_descriptors: { [NAME]: RIGHTS },
      metadata: { managed_by: 'flagship', version: 1 },
    })
  })

  test('makes no key that could do less than it should', async () => {
    const { client, request } = keyIn('less', { [PRIVILEGES]: lacking })
    await expect(ensureApiKey(request)).rejects.toThrow(`lacks the index privilege "create_doc" on ${STREAM}; grant it`)
    expect(client.requests).toHaveLength(1)
    expect(existsSync(request.file)).toBe(false)
  })

  test.for([
    [refused(403, 'unauthorized'), /it takes the cluster privilege "manage_own_api_key"/],
    [refused(400, 'creating derived api keys requires an explicit role descriptor'), /bootstrap with --username/],
  ] as const)('leaves no file where the server makes no key', async ([answer, message]) => {
    const { request } = keyIn('none', { [PRIVILEGES]: granted, [CREATE]: answer })
    await expect(ensureApiKey(request)).rejects.toThrow(message)
    expect(existsSync(request.file)).toBe(false)
  })

  test.for([
    ['as it should be', { 'GET /_security/_authenticate': known(NAME), [PRIVILEGES]: granted }, /^unchanged$/],
    ['another key', { 'GET /_security/_authenticate': known('other') }, /it is key "other"/],
    [
      'unknown there',
      { 'GET /_security/_authenticate': refused(401, '') },
      /the server does not know it; move the file/,
    ],
    ['too weak', { 'GET /_security/_authenticate': known(NAME), [PRIVILEGES]: lacking }, /it lacks .*create_doc/],
  ] as const)('never overwrites a file: %s', async ([name, script, message]) => {
    const { client, request } = keyIn(name, {}, script)
    writeFileSync(request.file, 'old')
    expect(await ensureApiKey(request).catch(reasonOf)).toMatch(message)
    expect(readFileSync(request.file, 'utf8')).toBe('old')
    expect(client.requests).toEqual([])
  })
})

describe('apiKeysOf()', () => {
  test('counts only ours', async () => {
    const metadata = { managed_by: 'flagship', version: 1 }
    const api_keys = [
      { id: '1', name: NAME, metadata },
      { id: '2', name: NAME, metadata: {} },
      { id: '3', name: 'other', metadata },
    ]
    expect(await apiKeysOf(new ScriptedElasticsearch({ 'GET /_security/api_key': ok({ api_keys }) }), NAME)).toEqual([
      '1',
    ])
  })
})
