import { availableParallelism } from 'node:os'
import type { Cost } from './cost.ts'

/** Costs of tasks in rounds, each task once a round, as a table: the median counts. The first task is what others are compared with. */
export function costTable(title: string, first: string, costs: ReadonlyMap<string, readonly Cost[]>): string {
  const base = middle([...costs.values()][0] ?? [], 'cpuSecondsPerMillion')
  const rows = [...costs].map(([name, list]) => {
    const seconds = list.map((cost) => cost.cpuSecondsPerMillion)
    const cpu = middle(list, 'cpuSecondsPerMillion')
    const spread = `${Math.min(...seconds).toFixed(1)} - ${Math.max(...seconds).toFixed(1)}`
    const bytes = `${middle(list, 'bytesPerLine').toFixed(0)} -> ${middle(list, 'bytesPerDocument').toFixed(0)}`
    return `| ${name} | ${cpu.toFixed(1)} | ${spread} | ${(cpu / base).toFixed(2)} | ${middle(list, 'maxResidentMb').toFixed(0)} | ${bytes} |`
  })
  return [
    `${title}, ${availableParallelism()} cores, Node ${process.version}\n`,
    `| Whole process | CPU s per million lines (median) | spread | times ${first} | resident at most, MB | bytes a line -> a document |`,
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

function middle(list: readonly Cost[], key: keyof Cost): number {
  return list.map((cost) => cost[key]).toSorted((a, b) => a - b)[list.length >> 1] ?? Number.NaN
}
