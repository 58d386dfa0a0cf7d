import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

function demo(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'demo', ...args], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

describe('flagship demo', () => {
  test('delivers every line once over two kills and a rotation, and tells the story of the lines', () => {
    const { status, stdout } = demo('--json')
    expect(status).toBe(0)
    const report = JSON.parse(stdout)
    expect(report.balance).toEqual({ written: 566, delivered: 566, lost: 0, doubled: 0 })
    expect(report.performance).toMatchObject({ kills: 2, rotations: 8 })
    expect(report.story.alike).toHaveLength(3)
    expect(report.story.proven).toHaveLength(3)
    expect(report.story.alike[0].decidedBy.envoy.response_code_details_text).toBe('filter_chain_not_found')
    const causes = report.failures.groups.map(({ cause }: { cause: string }) => cause)
    expect(causes).toEqual(
      expect.arrayContaining(['cluster_not_found', 'no_filter_chain', 'upstream_closed_before_response']),
    )
    const lines = readFileSync(report.stage.documents, 'utf8').trimEnd().split('\n')
    expect(lines).toHaveLength(566)
  })
})
