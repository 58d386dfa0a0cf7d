import { cpSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AgentProcess, until, type Workplace } from './agent-process.ts'
import { type Difference, differencesOf } from './differences.ts'
import { bootstrap } from './flagship-command.ts'
import { at } from './read-back.ts'
import type { ElasticsearchServer } from './real-elasticsearch.ts'
import { countIn, type StoredDocument, storedIn } from './stored-documents.ts'

const RECORDED = join(import.meta.dirname, '../fixtures/recorded')
const PATIENCE_MS = 60_000
/** Nothing was sent before, so nothing of it can still be on its way. */
const SETTLE_MS = 500

/** How many documents become of the tree: access lines, and component logs from `warning` on, as its files say. */
export const SHIPPED_COUNT = globSync(join(RECORDED, 'pods/*/*/*.log'))
  .flatMap((path) => readFileSync(path, 'utf8').trimEnd().split('\n'))
  .filter((line) => !/^\S+ \S+ P /.test(line) && !/^\S+ stderr F \S+\t(trace|debug|info)\t/.test(line)).length

export type Document = Readonly<Record<string, unknown>>

/** The recorded tree as a real server has it, and as a file sink of the same agent wrote it. */
export interface DeliveredTree {
  readonly stored: readonly StoredDocument[]
  readonly written: readonly Document[]
  readonly agent: AgentProcess
}

/** Bootstrap a server that holds no documents, and run an agent until all of the recorded tree is there and in a file. */
export async function deliverTree(
  server: ElasticsearchServer,
  workplace: Workplace,
  sink: object = {},
): Promise<DeliveredTree> {
  cpSync(join(RECORDED, 'pods'), workplace.pods, { recursive: true })
  workplace.configure({
    cluster: 'recorded',
    enrich: { inventory: join(RECORDED, 'cluster.json') },
    sinks: {
      search: { type: 'elasticsearch', nodes: [server.url], settleMs: SETTLE_MS, ...sink },
      copy: { type: 'file', path: workplace.output },
    },
  })
  await bootstrap(workplace.config)
  const agent = workplace.start()
  const isThere = async () => (await countIn(server, 'logs-envoy.*')) >= SHIPPED_COUNT
  await until(
    async () => workplace.countDocuments() === SHIPPED_COUNT && (await isThere()),
    () => agent.stderr,
    PATIENCE_MS,
  )
  const exitCode = await agent.stop()
  if (exitCode !== 0) throw new Error(`the agent ended with ${exitCode}: ${agent.stderr}`)
  return { stored: await storedIn(server, 'logs-envoy.*'), written: workplace.documents(), agent }
}

export function eventId(document: Document): string {
  return String(at(document, 'event.id'))
}

/** Where stored documents are not what a file sink wrote. */
export function differencesIn(written: readonly Document[], stored: readonly StoredDocument[]): readonly Difference[] {
  const sources = new Map(stored.map(({ id, source }) => [id, source]))
  return written.flatMap((document) => differencesOf(document, sources.get(eventId(document))))
}
