import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { until, Workplace } from '../support/agent-process.ts'
import { ContainerLog } from '../support/container-log.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

function status(workplace: Workplace, ...args: readonly string[]) {
  const all = [MAIN, 'status', '--config', workplace.config, ...args]
  const { status: code, stdout, stderr } = spawnSync(process.execPath, all, { encoding: 'utf8' })
  return { code, stdout, stderr }
}

/** Everything below a directory with its content. */
function contentOf(directory: string): readonly (readonly [string, string])[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path, readFileSync(path, 'latin1')])
}

describe('flagship status', () => {
  test('shows an agent that runs, and what is left when it has ended, changing nothing', async () => {
    const workplace = new Workplace()
    const log = new ContainerLog(workplace.pods, 'a', () => 0.9)
    log.write(20)
    const agent = workplace.start()
    await until(
      () => workplace.countDocuments() === 20,
      () => agent.stderr,
    )
    expect(status(workplace).stdout).toMatch(`: held by process ${agent.process.pid} on `)
    expect(await agent.stop()).toBe(0)
    const path = join(workplace.pods, 'shop_a_a-uid', 'istio-proxy', '0.log')
    log.write(5)
    const before = contentOf(join(workplace.root, 'state'))
    const { code, stdout, stderr } = status(workplace)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^State directory ".*": no agent runs\n\nsink copy\n/)
    expect(stdout).toMatch(/watermark +20.*Z, \d+ s behind now\n/)
    expect(stdout).toMatch(/0.log +reading +cursor [\d,]+ of [\d,]+ +lag 2,\d+, \d/)
    expect(contentOf(join(workplace.root, 'state'))).toEqual(before)
    renameSync(path, `${path}.20261122-130000`)
    const report: unknown = JSON.parse(status(workplace, '--json').stdout)
    expect(report).toMatchObject({
      pipelines: [
        {
          name: 'copy',
          state: 'current',
          losses: 0,
          deadLetter: { documents: 0, reasons: {} },
          chains: [
            { scope: 'pod\0a-uid\0istio-proxy', files: [{ path: `${path}.20261122-130000`, state: 'reading' }] },
          ],
        },
      ],
    })
  })
})
