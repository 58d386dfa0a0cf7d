import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { findGo } from '../../services/kubernetes/recipe.ts'

const directory = mkdtempSync(join(tmpdir(), 'flagship-go-'))
const go = join(directory, 'go')
writeFileSync(go, '')
chmodSync(go, 0o755)
afterAll(() => rmSync(directory, { recursive: true }))

describe('findGo()', () => {
  test('takes the one in PATH, else the one where its own archive puts it', () => {
    expect(findGo(`/nowhere:${directory}`, '/nowhere/go')).toBe('go')
    expect(findGo('/nowhere', go)).toBe(go)
  })

  test('says what is missing, and the remedy', () => {
    expect(() => findGo('/nowhere', '/nowhere/go')).toThrow(
      'Cannot install Kubernetes "1.37.1": go is missing; install Go 1.26 or newer (https://go.dev/dl/) and put it into PATH',
    )
  })
})
