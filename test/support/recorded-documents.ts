import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ShownDocument } from '../../src/cli/document.ts'
import { AgentProcess, until } from './agent-process.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const RECORDED = join(import.meta.dirname, '../fixtures/recorded')
/** The lines of the recorded tree, pieces joined. */
const RECORDED_LINES = 566

/** The documents that an agent makes of the recorded tree, with the recorded cluster as its inventory. */
export async function recordedDocuments(): Promise<readonly ShownDocument[]> {
  const root = mkdtempSync(join(tmpdir(), 'flagship-recorded-'))
  const path = join(root, 'documents.ndjson')
  cpSync(join(RECORDED, 'pods'), join(root, 'pods'), { recursive: true })
  const config = {
    state: { directory: join(root, 'state') },
    ingest: { pods: join(root, 'pods'), logLevel: 'trace' },
    enrich: { kubernetes: { mode: 'inventory' }, inventory: join(RECORDED, 'cluster.json') },
    sinks: { copy: { type: 'file', path } },
    http: { listen: 'off' },
  }
  writeFileSync(join(root, 'flagship.json'), JSON.stringify(config))
  const agent = new AgentProcess([MAIN, 'run', '--config', join(root, 'flagship.json')], {})
  const lines = () => readFileSync(path, 'utf8').split('\n').slice(0, -1)
  try {
    await agent.started
    await until(
      () => lines().length >= RECORDED_LINES,
      () => agent.stderr,
    )
    await agent.stop()
    return lines().map((line): ShownDocument => JSON.parse(line))
  } finally {
    await agent.kill()
    rmSync(root, { recursive: true, force: true })
  }
}
