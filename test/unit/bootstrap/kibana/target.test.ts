import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { kibanaTarget } from '../../../../src/bootstrap/kibana/target.ts'
import type { Installable, Target } from '../../../../src/bootstrap/object.ts'
import { connectKibana, type Kibana, type KibanaOptions } from '../../../../src/clients/kibana.ts'
import { type Asked, type Reply, type ScriptedKibana, startScriptedKibana } from '../../fakes/scripted-kibana.ts'

let fake: ScriptedKibana
let url: string
let close: () => void
const connected: Kibana[] = []

beforeEach(async () => {
  ;({ kibana: fake, url, close } = await startScriptedKibana())
})

afterEach(() => {
  for (const kibana of connected.splice(0)) kibana.close()
  close()
})

function targetIn(space = 'default', options: Partial<KibanaOptions> = {}, namespaces = ['default']): Target {
  const kibana = connectKibana({ url, space, requestTimeoutMs: 30_000, auth: { apiKey: 'c2VjcmV0' }, ...options })
  connected.push(kibana)
  return kibanaTarget(kibana, { namespaces })
}

/** What an engine does: writes what is not as it should be, and says what that was. */
async function install(target: Target): Promise<readonly string[]> {
  const written: string[] = []
  for (const object of target.objects) {
    const found = await target.find(object)
    if (found.kind === 'ours' && JSON.stringify(found.body) === JSON.stringify(object.body)) continue
    await target.write(object, found)
    written.push(object.id)
  }
  return written
}

const first = (target: Target, kind: string): Installable => {
  const object = target.objects.find((one) => one.kind === kind)
  if (object === undefined) throw new Error(`no ${kind}`)
  return object
}

const ruleKey = (target: Target, space = 'default') => `${space}/alert/${first(target, 'alert rule').id}`

const on = (part: string, reply: Reply) => (asked: Asked) => (asked.path.includes(part) ? reply : undefined)
const refused = (status: number, message = 'no'): Reply => ({ status, body: { statusCode: status, message } })

describe('kibanaTarget()', () => {
  test('finds nothing in an empty Kibana, installs all of it, and then finds nothing to do', async () => {
    const target = targetIn()
    for (const object of target.objects) expect(await target.find(object)).toEqual({ kind: 'absent' })
    expect(await install(target)).toEqual(target.objects.map(({ id }) => id))
    const before = fake.changes.length
    for (const object of target.objects)
      expect(await target.find(object)).toEqual({ kind: 'ours', version: 1, body: object.body })
    expect(await install(targetIn())).toEqual([])
    expect(fake.changes.length).toBe(before)
  })

  test('replaces what an earlier release made, and nothing else', async () => {
    const target = targetIn()
    await install(target)
    const search = first(target, 'saved search')
    const stored = fake.stored.get(`default/search/${search.id}`)
    fake.stored.set(`default/search/${search.id}`, {
      ...stored,
      attributes: { description: 'Old. Managed by flagship (flagship:v0:0123456789abcdef).' },
    })
    expect(await target.find(search)).toMatchObject({ kind: 'ours', version: 0 })
    expect(await install(target)).toEqual([search.id])
    expect(await target.find(search)).toEqual({ kind: 'ours', version: 1, body: search.body })
  })

  test('does nothing more where only Kibana has rewritten what it was given', async () => {
    const target = targetIn()
    await install(target)
    const board = first(target, 'dashboard')
    const stored = fake.stored.get(`default/dashboard/${board.id}`)
    const attributes: unknown = stored?.['attributes']
    const migrated = {
      ...stored,
      typeMigrationVersion: '10.3.0',
      attributes: { ...Object(attributes), sections: [], panelsJSON: '[]' },
    }
    fake.stored.set(`default/dashboard/${board.id}`, migrated)
    expect(await install(target)).toEqual([])
  })

  test('knows what it did not make', async () => {
    const target = targetIn()
    const [view] = target.objects
    if (view === undefined) throw new Error('no object')
    fake.stored.set(`default/index-pattern/${view.id}`, { attributes: { title: 'mine' } })
    fake.stored.set(ruleKey(target), { name: 'mine', tags: ['mine'] })
    expect(await target.find(view)).toEqual({ kind: 'foreign' })
    expect(await target.find(first(target, 'alert rule'))).toEqual({ kind: 'foreign' })
  })

  test('sees a threshold that somebody changed in a rule', async () => {
    const target = targetIn()
    await install(target)
    const rule = first(target, 'alert rule')
    const stored = fake.stored.get(ruleKey(target))
    fake.stored.set(ruleKey(target), { ...stored, schedule: { interval: '5m' } })
    expect(await target.find(rule)).toMatchObject({ kind: 'ours', body: { schedule: { interval: '5m' } } })
    expect(await install(target)).toEqual([rule.id])
  })

  test('leaves the actions, tags and switch of a rule to its users when it is upgraded', async () => {
    const target = targetIn()
    await install(target)
    const rule = first(target, 'alert rule')
    const action = { group: 'query matched', id: 'pager', params: { body: 'help' }, uuid: 'u' }
    const stored = fake.stored.get(ruleKey(target))
    const actions = [{ ...action, connector_type_id: '.email' }]
    fake.stored.set(ruleKey(target), {
      ...stored,
      actions,
      enabled: false,
      tags: ['team-a', 'managed_by:flagship', 'flagship:v0:0123456789abcdef'],
    })
    expect(await install(target)).toEqual([rule.id])
    const upgraded = fake.stored.get(ruleKey(target))
    expect(upgraded).toMatchObject({ actions: [action], enabled: false })
    expect(upgraded?.['tags']).toEqual([...Object(Reflect.get(rule.body, 'tags')), 'team-a'])
    expect(await install(target)).toEqual([])
  })

  test('removes backwards what it installed, and is content when there is nothing', async () => {
    const target = targetIn()
    await install(target)
    for (let again = 0; again < 2; again += 1)
      for (const object of target.objects.toReversed()) await target.remove(object)
    expect([...fake.stored]).toEqual([])
  })

  test('works in a space as in the default one, beside what is there', async () => {
    fake.spaces.add('team-a')
    await install(targetIn())
    const inSpace = targetIn('team-a')
    await install(inSpace)
    expect(await install(inSpace)).toEqual([])
    expect([...fake.stored.keys()].filter((key) => key.startsWith('team-a/'))).toHaveLength(inSpace.objects.length)
    expect(fake.asked.at(-1)?.path.startsWith('/s/team-a/api/')).toBe(true)
  })

  test('keeps the base path of the address, and shows who it is', async () => {
    fake.answersFirst = ({ path }) => (path.startsWith('/kibana/') ? undefined : { status: 404, body: 'no base path' })
    fake.spaces.add('team-a')
    const target = targetIn('team-a', { url: `${url}/kibana/`, auth: { username: 'ada', password: 'löve' } })
    await target.find(first(target, 'dashboard')).catch(() => {})
    expect(fake.asked[0]).toMatchObject({
      path: '/kibana/s/team-a/api/status',
      headers: { authorization: `Basic ${Buffer.from('ada:löve').toString('base64')}`, 'kbn-xsrf': 'flagship' },
    })
  })

  test('says that a space is missing', async () => {
    const target = targetIn('nowhere')
    await expect(target.find(first(target, 'dashboard'))).rejects.toThrow(
      `Cannot use space "nowhere": Kibana "${url}" has none of that name; make it under Stack Management > Spaces`,
    )
  })

  test.for(['8.18.9', '9.0.8', '7.17.0'])('refuses Kibana %s, which makes no alert of each row', async (version) => {
    fake.version = version
    const target = targetIn()
    await expect(target.find(first(target, 'dashboard'))).rejects.toThrow(
      `Cannot install on Kibana "${version}": it is too old; 8.19, or 9.1 and newer, make an alert of each row of a rule`,
    )
  })

  test.for(['8.19.0', '9.1.0', '10.0.0'])('takes Kibana %s', async (version) => {
    fake.version = version
    const target = targetIn()
    expect(await target.find(first(target, 'dashboard'))).toEqual({ kind: 'absent' })
  })

  // biome-ignore format: a table
  const REFUSALS: readonly (readonly [name: string, first: (asked: Asked) => Reply | undefined, kind: string, message: string])[] = [
    ['a wrong key', on('/api/status', refused(401)), 'dashboard', 'Cannot read the status in Kibana "URL": 401, it does not accept the API key or password; give one it knows'],
    ['something that is no Kibana', on('/api/status', { status: 200, body: '<html>' }), 'dashboard', 'Cannot use "URL": what answers there is no Kibana'],
    ['an Elasticsearch', on('/api/status', { status: 200, body: { tagline: 'You Know, for Search' } }), 'dashboard', 'Cannot use "URL": what answers there is no Kibana'],
    ['a wrong base path', on('/api/status', refused(404, 'Not Found')), 'dashboard', 'Cannot read the status in Kibana "URL": 404, it has no such path; is it a Kibana, and is its base path in the address?'],
    ['no right to export', on('_export', refused(403)), 'saved search', 'Cannot read saved search "flagship-search-failures-by-cause" in Kibana "URL": 403, the right is missing; grant the role the Kibana privilege "Saved Objects Management: All" and "Discover: All" in this space'],
    ['no right to data views', on('_import', refused(403)), 'data view', 'Cannot install data view "flagship-envoy-access" in Kibana "URL": 403, the right is missing; grant the role the Kibana privilege "Saved Objects Management: All" and "Data View Management: All" in this space'],
    ['no right to dashboards', on('_import', refused(403)), 'dashboard', 'Cannot install dashboard "flagship-dashboard" in Kibana "URL": 403, the right is missing; grant the role the Kibana privilege "Saved Objects Management: All" and "Dashboard: All" in this space'],
    ['no right to rules', on('/alerting/', refused(403)), 'alert rule', 'Cannot read alert rule "Envoy: upstream connections break off (UC)" (b890bc24-bbb6-48d6-a3e2-ca5936958dda) in Kibana "URL": 403, the right is missing; grant the role the Kibana privilege "Stack Rules: All" (under Management) in this space'],
    ['an import without its data view', () => undefined, 'saved search', 'Cannot install saved search "flagship-search-failures-by-cause": the import failed: missing_references'],
    ['an id that another space has', on('_import', { status: 200, body: { success: true, successResults: [{ destinationId: 'x1' }] } }), 'dashboard', 'Cannot install dashboard "flagship-dashboard": another space has this id, so Kibana stored a copy as "x1"; delete one of the two'],
    ['a Kibana that is starting', on('/api/status', refused(503, 'Kibana is not ready')), 'dashboard', 'Cannot read the status in Kibana "URL": 503, Kibana is not ready'],
  ]

  test.for(REFUSALS)('says of %s what to do', async ([, answersFirst, kind, message]) => {
    fake.answersFirst = answersFirst
    const target = targetIn()
    const object = first(target, kind)
    await expect(target.find(object).then((found) => target.write(object, found))).rejects.toThrow(
      message.replace('URL', url),
    )
  })

  test('says that a serverless Kibana cannot remove what it can install', async () => {
    const target = targetIn()
    await install(target)
    const message =
      'uri [/api/saved_objects/x] with method [delete] exists but is not available with the current configuration'
    fake.answersFirst = ({ method, path }) =>
      method === 'DELETE' && path.includes('saved_objects') ? refused(400, message) : undefined
    const [view] = target.objects
    if (view === undefined) throw new Error('no object')
    await target.remove(view)
    await expect(target.remove(first(target, 'dashboard'))).rejects.toThrow(
      'Cannot remove dashboard "flagship-dashboard": a serverless Kibana has no call for it; delete it under Management > Saved Objects',
    )
  })

  test('says that nobody answers, and keeps the key to itself', async () => {
    close()
    const target = targetIn()
    const failure: unknown = await target.find(first(target, 'dashboard')).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'SINK_UNAVAILABLE' })
    expect(String(failure)).toMatch(/Cannot reach Kibana "http:\/\/127.0.0.1:[0-9]+": connect ECONNREFUSED/)
    expect(String(failure)).not.toContain('c2VjcmV0')
  })
})
