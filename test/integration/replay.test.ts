import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeElasticsearch, type ElasticsearchServer } from '../support/real-elasticsearch.ts'
import { RealScene } from '../support/real-scene.ts'
import { EACH_LINE_ONCE, outcomeOf } from '../support/scene.ts'
import { request, type StoredDocument, storedIn } from '../support/stored-documents.ts'

interface BulkAnswer {
  readonly items: readonly { readonly create: { readonly status: number } }[]
}

interface IndexingStats {
  readonly _all: {
    readonly primaries: { readonly indexing: { readonly index_total: number; readonly index_failed: number } }
  }
}

/** A scene in which an agent has delivered everything and left its logs as they are. */
async function delivered(server: ElasticsearchServer, namespace: string) {
  const scene = await RealScene.open(server, { namespace, seed: 7 })
  await scene.writeTurns(4, 200, 50, 0)
  scene.end()
  const agent = scene.start()
  await scene.answered(scene.written.length, agent)
  expect(await agent.stop(), agent.stderr).toBe(0)
  expect(await scene.count()).toBe(scene.written.length)
  return scene
}

/** Create documents under the ids that they have, as a shipper does that knows nothing of backing indices. */
async function createAgain(server: ElasticsearchServer, stream: string, documents: readonly StoredDocument[]) {
  const lines = documents.flatMap(({ id, source }) => [{ create: { _id: id } }, source])
  const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  const { items } = await request<BulkAnswer>(server, 'POST', `/${stream}/_bulk?require_data_stream=true`, body)
  return new Set(items.map(({ create }) => create.status))
}

/** How many documents were offered to a stream: those that were indexed and those that were refused, as with 409. */
async function offeredCount(server: ElasticsearchServer, stream: string): Promise<number> {
  const { _all: all } = await request<IndexingStats>(server, 'GET', `/${stream}/_stats/indexing`)
  const { index_total: indexed, index_failed: refused } = all.primaries.indexing
  return indexed + refused
}

describeElasticsearch('flagship run without its state', (server) => {
  test.for([
    ['into the same backing index', 'same', 0],
    ['after a rollover', 'rolled', 1],
    ['after two rollovers', 'rolled_twice', 2],
  ] as const)('reads everything again %s, and looks it up instead of sending it', async ([, namespace, rollovers]) => {
    const scene = await delivered(server(), namespace)
    for (let count = 0; count < rollovers; count += 1) await scene.rollover()
    const offered = await offeredCount(server(), scene.access)
    rmSync(scene.workplace.state, { recursive: true })
    const agent = scene.start()
    await scene.answered(scene.written.length, agent)
    expect(agent.stderr).toContain('documents that an earlier run may have sent are looked up')
    expect(await agent.stop()).toBe(0)
    expect(outcomeOf(`replay, ${rollovers} rollovers`, await scene.balance())).toBe(EACH_LINE_ONCE)
    expect(await scene.distinctEventIds()).toBe(scene.written.length)
    expect(await scene.backingIndexCount()).toBe(rollovers + 1)
    expect(await offeredCount(server(), scene.access)).toBe(offered)
  })

  test('delivers what is new beside what it finds', async () => {
    const scene = await delivered(server(), 'grown')
    await scene.rollover()
    rmSync(scene.workplace.state, { recursive: true })
    scene.write(200, 0)
    expect(outcomeOf('replay with new lines', await scene.finish())).toBe(EACH_LINE_ONCE)
    expect(await scene.backingIndexCount()).toBe(2)
  })

  test('would double it over a rollover: an id is refused, with 409, only within its backing index', async () => {
    const scene = await delivered(server(), 'plain')
    const documents = await storedIn(server(), scene.access)
    expect(await createAgain(server(), scene.access, documents)).toEqual(new Set([409]))
    expect(await scene.count()).toBe(documents.length)
    await scene.rollover()
    expect(await createAgain(server(), scene.access, documents)).toEqual(new Set([201]))
    const { delivered: there, doubled, lost } = await scene.balance()
    expect({ there, doubled, lost }).toEqual({ there: 2 * documents.length, doubled: documents.length, lost: 0 })
    expect(await scene.distinctEventIds()).toBe(documents.length)
  })
})
