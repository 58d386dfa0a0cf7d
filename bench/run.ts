/**
 * What does a million lines cost? `npm run bench -- [LINES] [ROUNDS]`: whole processes, one after the other, in rounds,
 * with rsyslog as the yardstick where it is installed. The machine may be shared: the middle of the rounds counts, and
 * the ratios more than the seconds.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { jsonCorpus, textCorpus } from './corpus.ts'
import { costTable } from './cost-table.ts'
import { type Cost, costOf } from './cost.ts'
import { flagshipBulkCost, flagshipCost, rsyslogBulkCost, rsyslogCost, writeInput } from './whole-process.ts'

const LINES = Number(process.argv[2] ?? 1_000_000)
const ROUNDS = Number(process.argv[3] ?? 3)
const DISCARD = fileURLToPath(new URL('discard.ts', import.meta.url))

type Task = () => Promise<Cost>

const directory = mkdtempSync(join(tmpdir(), 'flagship-bench-'))
try {
  await main()
} finally {
  rmSync(directory, { recursive: true, force: true })
}

async function main(): Promise<void> {
  const costs = new Map<string, Cost[]>()
  const tasks = tasksIn(directory)
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const [name, task] of Object.entries(tasks)) {
      const cost = await task()
      costs.set(name, [...(costs.get(name) ?? []), cost])
      process.stderr.write(`round ${round}: ${name} ${cost.cpuSecondsPerMillion.toFixed(1)}\n`)
    }
  }
  process.stdout.write(`${costTable(`${LINES} lines, ${ROUNDS} rounds`, 'bare', costs)}\n`)
}

function tasksIn(place: string): Record<string, Task> {
  const json = join(place, 'corpus.json.log')
  const text = join(place, 'corpus.text.log')
  writeFileSync(json, jsonCorpus())
  writeFileSync(text, textCorpus())
  const input = writeInput(join(place, 'access.log'), LINES)
  const tasks: Record<string, Task> = {
    'JSON.parse + JSON.stringify, discarded': discarded('bare', json),
    'transcode JSON, discarded': discarded('transcode', json),
    'transcode text, discarded': discarded('transcode', text),
    'flagship run, file to file': () => flagshipCost(input, place),
    'flagship run, into a bulk endpoint': () => flagshipBulkCost(input, place, false),
    'flagship run, into a bulk endpoint, gzip': () => flagshipBulkCost(input, place, true),
  }
  if (spawnSync('rsyslogd', ['-v']).status === 0) {
    tasks['rsyslog, file to file'] = () => rsyslogCost(input, place)
    tasks['rsyslog, into a bulk endpoint'] = () => rsyslogBulkCost(input, place)
  } else
    process.stderr.write('rsyslogd is not installed (apt-get install rsyslog rsyslog-elasticsearch): no yardstick\n')
  return tasks
}

function discarded(task: 'bare' | 'transcode', path: string): Task {
  return () => costOf(process.execPath, [DISCARD, task, path, String(LINES)])
}
