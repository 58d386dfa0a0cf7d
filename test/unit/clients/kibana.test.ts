import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectKibana } from '../../../src/clients/kibana.ts'
import { startScriptedKibana } from '../fakes/scripted-kibana.ts'
import { portOf } from '../../support/recording-server.ts'

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8')

describe('connectKibana()', () => {
  const server = createServer({ cert: fixture('node.crt'), key: fixture('node.key') }, (_, response) => {
    response.end('{"ok":true}')
  })

  beforeAll(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })

  afterAll(() => {
    server.close().closeAllConnections()
  })

  const status = async (ca: string | undefined) => {
    const url = `https://127.0.0.1:${portOf(server)}`
    const kibana = connectKibana({ url, space: 'default', requestTimeoutMs: 30_000, auth: undefined, ca })
    try {
      return await kibana.request({ method: 'GET', path: '/api/status' })
    } finally {
      kibana.close()
    }
  }

  test('trusts the authority it is given', async () => {
    expect(await status(fixture('ca.crt'))).toEqual({ statusCode: 200, body: { ok: true } })
  })

  test.for([
    ['another authority', fixture('other-ca.crt')],
    ['no authority', undefined],
  ] as const)('does not trust the server with %s', async ([, ca]) => {
    await expect(status(ca)).rejects.toThrow(/Cannot reach Kibana "https:.*": .*certificate/)
  })

  test('gives text that is no JSON as it is', async () => {
    const { url, kibana: fake, close } = await startScriptedKibana()
    fake.answersFirst = () => ({ status: 502, body: '<html>bad gateway</html>' })
    const kibana = connectKibana({ url, space: 'a b', requestTimeoutMs: 30_000, auth: { apiKey: 'k' } })
    expect(await kibana.request({ method: 'POST', path: '/api/x', json: { a: 1 } })).toEqual({
      statusCode: 502,
      body: '<html>bad gateway</html>',
    })
    expect(fake.asked[0]).toMatchObject({
      path: '/s/a%20b/api/x',
      body: '{"a":1}',
      headers: { authorization: 'ApiKey k', 'content-type': 'application/json' },
    })
    kibana.close()
    close()
  })
})
