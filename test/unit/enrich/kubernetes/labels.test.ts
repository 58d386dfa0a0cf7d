import { describe, expect, test } from 'vitest'
import { canonicalServiceOf, selectLabels } from '../../../../src/enrich/kubernetes/labels.ts'

const labels = (all: Readonly<Record<string, string>>) => (key: string) => all[key]

describe('selectLabels()', () => {
  test('keeps the wanted labels in the wanted order and escapes what must be', () => {
    const label = labels({ version: 'v1', app: 'a"b\u001b', other: 'x' })
    expect(selectLabels(label, ['app', 'version', 'missing'])).toBe('{"app":"a\\"b\\u001b","version":"v1"}')
  })

  test('leaves out empty values and values Kubernetes would not take', () => {
    expect(selectLabels(labels({ app: '', version: 'v'.repeat(254) }), ['app', 'version'])).toBeUndefined()
  })
})

describe('canonicalServiceOf()', () => {
  test.for([
    ['Istio’s label', { 'service.istio.io/canonical-name': 'a', 'app.kubernetes.io/name': 'b', app: 'c' }, 'a'],
    ['the recommended label', { 'app.kubernetes.io/name': 'b', app: 'c' }, 'b'],
    ['app', { app: 'c' }, 'c'],
    ['the workload', {}, 'w'],
  ] as const)('takes %s', ([, all, wanted]) => {
    expect(canonicalServiceOf(labels(all), 'w')).toBe(wanted)
  })
})
