/** Adds up vitest's JSON reports: `node scripts/total.ts FOLDER SUITE...`. Fails when a test failed or none ran. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Total {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

const [folder = '', ...suites] = process.argv.slice(2)
let total: Total = { passed: 0, failed: 0, skipped: 0 }
for (const suite of suites) total = sum(total, totalOf(join(folder, `${suite}.json`)))
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0

/** A suite without a report, or one that failed outside its tests, counts as one failure. */
function totalOf(file: string): Total {
  const report = read(file)
  const failed = count(report, 'numFailedTests')
  const isBroken = report['success'] !== true && failed === 0
  return {
    passed: count(report, 'numPassedTests'),
    failed: isBroken ? 1 : failed,
    skipped: count(report, 'numPendingTests') + count(report, 'numTodoTests'),
  }
}

function read(file: string): Readonly<Record<string, unknown>> {
  try {
    const report: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'))
    return report
  } catch {
    return {}
  }
}

function count(report: Readonly<Record<string, unknown>>, key: string): number {
  const value = report[key]
  return typeof value === 'number' ? value : 0
}

function sum(a: Total, b: Total): Total {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}
