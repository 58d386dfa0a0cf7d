import { describe, expect, test } from 'vitest'
import { leftOutLine } from '../../support/services.ts'

describe('leftOutLine()', () => {
  test('names in one line what was left out and how to run it', () => {
    const line = leftOutLine(['elasticsearch-8', 'elasticsearch-9'])
    expect(line).toContain('(elasticsearch-8, elasticsearch-9)')
    expect(line).toContain('npm run services -- install elasticsearch-8 elasticsearch-9 && npm test')
    expect(line).not.toContain('\n')
  })

  test('is undefined when nothing was left out', () => {
    expect(leftOutLine([])).toBeUndefined()
  })
})
