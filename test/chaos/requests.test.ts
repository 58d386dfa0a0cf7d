import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { freePort } from '../services/ports.ts'
import { until, Workplace } from '../support/agent-process.ts'
import { balanceOf } from '../support/balance.ts'
import { RecordingProcess } from '../support/recording-process.ts'
import type { Fault } from '../support/recording-faults.ts'
import { EACH_LINE_ONCE, inSoak, outcomeOf } from '../support/scene.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type BODY_FORMS, Shipper } from '../support/shipper.ts'

const KILLS = inSoak(4, 25)
const TURNS = inSoak(15, 60)

/** Kill the agent again and again while shippers send, and let the last one take the rest. */
async function killed(form: keyof typeof BODY_FORMS, envelope: string, seed: number, faults: readonly Fault[]) {
  const random = seededRandom(seed)
  const server = await RecordingProcess.start({ extract: '"path":"/lines/([^"]+)"', seed })
  await server.faults(...faults)
  const listen = `127.0.0.1:${await freePort()}`
  const batch = { maxAgeMs: 20, maxDocuments: 200 }
  const search = { type: 'elasticsearch', nodes: [server.url], requestTimeoutMs: 500, settleMs: 1_000, batch }
  const workplace = new Workplace({ ingest: { http: { listen, envelope } }, sinks: { search } })
  const shippers = ['patient', 'hasty'].map(
    (name, index) => new Shipper(`http://${listen}/`, name, form, { patienceMs: index === 0 ? 30_000 : 60 }),
  )
  const isAnswered = () => (shippers[0]?.statuses['200'] ?? 0) > 0
  for (let kill = 0; kill < KILLS; kill += 1) {
    const agent = workplace.start()
    await agent.started
    for (let turn = 0; turn < TURNS; turn += 1) {
      for (const shipper of shippers) shipper.send(1 + Math.floor(random() * 40))
      await sleep(random() * 30)
    }
    if (kill === 0) await until(isAnswered, () => agent.stderr)
    await agent.kill()
    for (const shipper of shippers) shipper.send(20)
  }
  const last = workplace.start()
  await Promise.all(shippers.map((shipper) => shipper.drained()))
  expect(await last.stop()).toBe(0)
  expect(shippers.every(({ statuses }) => (statuses['none'] ?? 0) > KILLS)).toBe(true)
  expect(shippers.flatMap(({ givenUp }) => givenUp)).toEqual([])
  const arrived = (await server.documents()).map(({ text }) => text)
  const written = shippers.flatMap(({ lines }) => lines)
  return balanceOf(written, arrived)
}

describe('kill -9 in mid request, and shippers that send again', () => {
  // biome-ignore format: a table, one row a case
  test.for([
    ['Fluent Bit, format json_lines, compress gzip', 'fluentbit', 71, []],
    ['Vector, json array', 'vector', 72, [{ kind: 'lose_answer', probability: 0.2 }]],
  ] as const)('%s, into a server: each line stands there once', async ([form, envelope, seed, faults]) => {
    const balance = await killed(form, envelope, seed, faults)
    expect(outcomeOf(`kill -9 x${KILLS}, requests, ${form}`, balance)).toBe(EACH_LINE_ONCE)
  })
})
