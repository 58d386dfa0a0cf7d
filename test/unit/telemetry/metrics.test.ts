import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createMetrics, METRICS, type MetricName } from '../../../src/telemetry/metrics.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/generated/metrics.md'), 'utf8')
const src = join(import.meta.dirname, '../../../src')
const callers = globSync(['cli/**/*.ts', 'pipeline/**/*.ts'], { cwd: src }).map((path) =>
  readFileSync(join(src, path), 'utf8'),
)
const names = Object.keys(METRICS).filter((name): name is MetricName => name in METRICS)

describe('createMetrics()', () => {
  test('renders what was counted, set and observed', async () => {
    const metrics = createMetrics(false)
    metrics.count('flagship_lines_total', { pipeline: 'copy', dataset: 'envoy.access' }, 3)
    metrics.count('flagship_lines_total', { pipeline: 'copy', dataset: 'envoy.access' })
    metrics.set('flagship_files_followed', {}, 7)
    metrics.observe('flagship_deliver_seconds', { pipeline: 'copy' }, 0.02)
    const text = await metrics.render()
    expect(text).toContain('flagship_lines_total{pipeline="copy",dataset="envoy.access"} 4\n')
    expect(text).toContain('flagship_files_followed 7\n')
    expect(text).toContain('flagship_deliver_seconds_bucket{le="0.05",pipeline="copy"} 1\n')
    expect(text).toContain('flagship_deliver_seconds_bucket{le="0.01",pipeline="copy"} 0\n')
  })

  test('exports every metric of the table, each with its help', async () => {
    const text = await createMetrics(false).render()
    expect(names.filter((name) => !text.includes(`# HELP ${name} ${METRICS[name].help}\n`))).toEqual([])
  })

  test('forgets a gauge of something that is gone', async () => {
    const metrics = createMetrics(false)
    metrics.set('flagship_pipeline_state', { pipeline: 'copy', state: 'running' }, 1)
    metrics.remove('flagship_pipeline_state', { pipeline: 'copy', state: 'running' })
    expect(await metrics.render()).not.toContain('state="running"')
  })

  test('keeps two sets apart', async () => {
    const [one, two] = [createMetrics(false), createMetrics(false)]
    one.set('flagship_files_followed', {}, 1)
    expect(await two.render()).toContain('flagship_files_followed 0\n')
  })

  test('adds the metrics of the process', async () => {
    expect(await createMetrics().render()).toContain('process_cpu_seconds_total')
  })
})

describe('METRICS', () => {
  // https://prometheus.io/docs/practices/naming/
  test.for(names)('%s follows the naming rules of Prometheus', (name) => {
    const { type, help } = METRICS[name]
    expect(name).toMatch(/^flagship_[a-z]+(_[a-z]+)*$/)
    expect(name.endsWith('_total')).toBe(type === 'counter')
    expect(help).toMatch(/\.$/)
  })

  test.for(names)('%s is given a value somewhere', (name) => {
    expect(callers.some((code) => code.includes(`'${name}'`))).toBe(true)
  })

  test.for(names)('%s is in docs/generated/metrics.md', (name) => {
    expect(page).toContain(`| \`${name}\` |`)
  })
})
