import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const SCRIPT = join(import.meta.dirname, '../../scripts/total.ts')

function total(reports: Readonly<Record<string, object>>, suites = Object.keys(reports)) {
  const folder = mkdtempSync(join(tmpdir(), 'flagship-total-'))
  for (const [suite, report] of Object.entries(reports))
    writeFileSync(join(folder, `${suite}.json`), JSON.stringify(report))
  const { status, stdout } = spawnSync(process.execPath, [SCRIPT, folder, ...suites], { encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  return { status, stdout }
}

const report = (success: boolean, passed: number, failed = 0, pending = 0, todo = 0) => ({
  success,
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: pending,
  numTodoTests: todo,
})

describe('scripts/total.ts', () => {
  test.for([
    ['all that passed', { a: report(true, 3), b: report(true, 4) }, 0, '7 passed, 0 failed, 0 skipped\n'],
    ['what failed', { a: report(true, 3), b: report(false, 4, 2) }, 1, '7 passed, 2 failed, 0 skipped\n'],
    ['what was skipped', { a: report(true, 3, 0, 1, 1) }, 0, '3 passed, 0 failed, 2 skipped\n'],
    ['a file that did not load', { a: report(false, 3) }, 1, '3 passed, 1 failed, 0 skipped\n'],
    ['an empty suite', { a: report(true, 3), b: report(true, 0) }, 0, '3 passed, 0 failed, 0 skipped\n'],
    ['nothing at all', { a: report(true, 0) }, 1, '0 passed, 0 failed, 0 skipped\n'],
  ] as const)('counts %s', ([, reports, status, stdout]) => {
    expect(total(reports)).toEqual({ status, stdout })
  })

  test('counts a suite that left no report as one failure', () => {
    expect(total({ a: report(true, 3) }, ['a', 'b'])).toEqual({ status: 1, stdout: '3 passed, 1 failed, 0 skipped\n' })
  })
})
