/**
 * What does a million lines cost? `npm run bench -- [LINES] [ROUNDS]`: whole processes, one after the other, in rounds,
 * with rsyslog as the yardstick where it is installed. The machine may be shared: the middle of the rounds counts, and
 * the ratios more than the seconds.
 */
import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { countLines, jsonCorpus, textCorpus } from './corpus.ts'
import { type Cost, costOf } from './cost.ts'
import { flagshipBulkCost, flagshipCost, type Input, rsyslogBulkCost, rsyslogCost } from './whole-process.ts'

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
  process.stdout.write(`${tableOf(costs)}\n`)
}

function tasksIn(place: string): Record<string, Task> {
  const json = join(place, 'corpus.json.log')
  const text = join(place, 'corpus.text.log')
  writeFileSync(json, jsonCorpus())
  writeFileSync(text, textCorpus())
  const input = inputOf(join(place, 'access.log'))
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

/** The recorded lines again and again in one file. */
function inputOf(path: string): Input {
  const corpus = jsonCorpus()
  const linesPerRound = countLines(corpus)
  const rounds = Math.ceil(LINES / linesPerRound)
  for (let round = 0; round < rounds; round += 1) appendFileSync(path, corpus)
  return { path, lines: rounds * linesPerRound }
}

function tableOf(costs: ReadonlyMap<string, readonly Cost[]>): string {
  const bare = middle([...costs.values()][0] ?? [], 'cpuSecondsPerMillion')
  const rows = [...costs].map(([name, list]) => {
    const seconds = list.map((cost) => cost.cpuSecondsPerMillion)
    const cpu = middle(list, 'cpuSecondsPerMillion')
    const spread = `${Math.min(...seconds).toFixed(1)} - ${Math.max(...seconds).toFixed(1)}`
    const bytes = `${middle(list, 'bytesPerLine').toFixed(0)} -> ${middle(list, 'bytesPerDocument').toFixed(0)}`
    return `| ${name} | ${cpu.toFixed(1)} | ${spread} | ${(cpu / bare).toFixed(2)} | ${middle(list, 'maxResidentMb').toFixed(0)} | ${bytes} |`
  })
  const head = `${LINES} lines, ${ROUNDS} rounds, ${availableParallelism()} cores, Node ${process.version}\n`
  return [
    head,
    '| Whole process | CPU s per million lines (median) | spread | times bare | resident at most, MB | bytes a line -> a document |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

function middle(list: readonly Cost[], key: keyof Cost): number {
  return list.map((cost) => cost[key]).toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN
}
