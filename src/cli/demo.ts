import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { paint } from './colour.ts'
import type { Command } from './command.ts'
import { balanceOf, type Report, renderReport } from './demo/report.ts'
import { perform, prepare } from './demo/scene.ts'
import { tellStory } from './demo/story.ts'
import type { ShownDocument } from './document.ts'
import { FailureTally } from './failures.ts'
import { isColoured, write } from './io.ts'
import { parseOptions } from './options.ts'
import { widthOf } from './table.ts'

export const command: Command = {
  name: 'demo',
  summary: 'Show the whole path on recorded logs of real Envoys: no services needed, under a minute',
  usage: `Usage: flagship demo [--json]

Plays the logs of eight pods, as Envoy 1.40 wrote them, to a real agent (the same code as "flagship run") that
writes into a file; kills the agent and rotates the logs meanwhile; then shows what failed and why.

Options:
  --json   The same as one JSON object`,
  async run(args, io) {
    const { values } = parseOptions('demo', args, { json: { type: 'boolean' } })
    const stage = await prepare(await mkdtemp(join(tmpdir(), 'flagship-demo-')))
    const performance = await perform(stage, (step) => void io.stderr.write(`   ${step} ...\n`))
    const documents = await readDocuments(stage.documents)
    const tally = new FailureTally()
    for (const document of documents) tally.add(document)
    const report: Report = {
      stage,
      performance,
      balance: balanceOf(
        performance.written,
        documents.map((document) => document.event?.id),
      ),
      story: tellStory(documents),
      failures: tally.result(),
    }
    await write(
      io.stdout,
      values.json === true
        ? `${JSON.stringify(report)}\n`
        : renderReport(report, widthOf(io.stdout), paint(isColoured(io.stdout, io.env))),
    )
    return report.balance.lost === 0 && report.balance.doubled === 0 ? 0 : 70
  },
}

async function readDocuments(path: string): Promise<ShownDocument[]> {
  const text = await readFile(path, 'utf8')
  return text
    .trim()
    .split('\n')
    .map((line): ShownDocument => JSON.parse(line))
}
