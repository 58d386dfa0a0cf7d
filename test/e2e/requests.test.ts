import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { until, Workplace } from '../support/agent-process.ts'
import { balanceOf, evenBalance } from '../support/balance.ts'
import { lineOf } from '../support/container-log.ts'
import { RecordingProcess } from '../support/recording-process.ts'
import { BODY_FORMS, Shipper } from '../support/shipper.ts'
import { freePort } from '../services/ports.ts'

type Form = keyof typeof BODY_FORMS
const isForm = (name: string): name is Form => name in BODY_FORMS
const FORMS = Object.keys(BODY_FORMS).filter(isForm)

/** A place whose agent takes requests, and where they go. */
async function placeOf(http: object, settings: object = {}) {
  const listen = `127.0.0.1:${await freePort()}`
  const workplace = new Workplace({ ingest: { http: { listen, ...http } }, ...settings })
  return { workplace, url: `http://${listen}/` }
}

describe('flagship run with requests', () => {
  test.for(FORMS)('takes the lines of %s', async (form) => {
    const { workplace, url } = await placeOf({ envelope: BODY_FORMS[form].envelope })
    const agent = workplace.start()
    await agent.started
    const shippers = ['a', 'b'].map((name) => new Shipper(url, name, form))
    for (const shipper of shippers) for (const count of [1, 50, 7]) shipper.send(count)
    await Promise.all(shippers.map((shipper) => shipper.drained()))
    // What is answered is there.
    const written = shippers.flatMap(({ lines }) => lines)
    expect(balanceOf(written, workplace.documents().map(lineOf))).toEqual(evenBalance(116))
    expect(workplace.documents().find((document) => lineOf(document) === 'a/0')).toMatchObject({
      event: { dataset: 'envoy.access', created: '2026-11-22T13:00:00.000000001Z' },
      kubernetes: { namespace: 'shop', pod: { name: 'a' } },
      host: { name: 'node-a' },
    })
    expect(await agent.stop()).toBe(0)
  })

  test('lets in who shows a token of the file, also one that was added', async () => {
    const { workplace, url } = await placeOf({ envelope: 'vector', auth: { tokenFile: 'tokens' } })
    const path = join(workplace.root, 'tokens')
    writeFileSync(path, 'first\n')
    const agent = workplace.start()
    await agent.started
    const shipperWith = (token: string) =>
      new Shipper(url, token, 'Vector, json array', { headers: { authorization: `Bearer ${token}` } })
    const [first, second, third] = ['first', 'second', 'third'].map(shipperWith)
    first?.send(1)
    third?.send(1)
    writeFileSync(path, 'second\nfirst\n')
    second?.send(1)
    for (const shipper of [first, second, third]) await shipper?.drained()
    // Before the sink is open there is 503.
    const answers = [first, second, third].map((shipper) => ({ 503: 0, ...shipper?.statuses }))
    const often = { 503: expect.any(Number) }
    expect(answers).toEqual([
      { ...often, 200: 1 },
      { ...often, 200: 1 },
      { ...often, 401: 1 },
    ])
    expect(agent.stderr).toContain('"message":"Cannot take request: no secret of ingest.http.auth"')
    expect(await agent.stop()).toBe(0)
  })

  test('asks shippers to come again while the sink does not answer, and takes everything then', async () => {
    const server = await RecordingProcess.start({ extract: '"path":"/lines/([^"]+)"' })
    const search = { type: 'elasticsearch', nodes: [server.url], requestTimeoutMs: 60_000 }
    const http = { envelope: 'fluentbit', maxBodyBytes: 1_048_576 }
    const limits = { inflightBytes: 4_194_304, stopMs: 5_000 }
    const { workplace, url } = await placeOf(http, { sinks: { search }, limits })
    const agent = workplace.start()
    await agent.started
    const early = new Shipper(url, 'early', 'Fluent Bit, format json')
    early.send(1)
    await early.drained() // the sink is open
    server.signal('SIGSTOP')
    const shippers = ['a', 'b', 'c'].map((name) => new Shipper(url, name, 'Fluent Bit, format json'))
    for (let round = 0; round < 10; round += 1) for (const shipper of shippers) shipper.send(300)
    await until(
      () => shippers.every(({ statuses }) => (statuses['429'] ?? 0) > 10),
      () => JSON.stringify(shippers.map(({ statuses }) => statuses)),
    )
    expect(shippers.some(({ statuses }) => '200' in statuses)).toBe(false)
    server.signal('SIGCONT')
    await Promise.all(shippers.map((shipper) => shipper.drained()))
    const arrived = (await server.documents()).map(({ text }) => text)
    const written = [early, ...shippers].flatMap(({ lines }) => lines)
    expect(balanceOf(written, arrived)).toEqual(evenBalance(9_001))
    expect(await agent.stop()).toBe(0)
  })

  test('ends with 69 where state or address belong to another agent', async () => {
    const { workplace, url } = await placeOf({ envelope: 'vector' })
    const { host: listen } = new URL(url)
    const first = workplace.start()
    await first.started
    const second = workplace.start()
    expect(await second.ended).toBe(69)
    expect(second.stderr).toContain('Cannot use state directory')
    const other = new Workplace({ ingest: { http: { listen, envelope: 'vector' } } }).start()
    expect(await other.ended).toBe(69)
    expect(other.stderr).toMatch(/Cannot listen on \\?"127.0.0.1:\d+\\?": .*; set ingest.http.listen to a free address/)
    expect(await first.stop()).toBe(0)
  })
})
