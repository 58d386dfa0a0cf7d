import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync, mkdirSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { cacheDirectory, install, installationPath, isInstalled, type Recipe } from '../../services/cache.ts'

let root = ''
let runs = 0
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'flagship-cache-'))
  runs = 0
  writeFileSync(join(root, 'ingredient'), 'flour')
})
afterEach(() => rmSync(root, { recursive: true }))

function recipe(fails = false): Recipe {
  return {
    name: 'server-1.0',
    ingredients: [join(root, 'ingredient')],
    install: async (directory) => {
      runs += 1
      writeFileSync(join(directory, 'half'), '')
      await Promise.resolve()
      if (fails) throw new Error('the line is dead')
    },
  }
}

describe('install()', () => {
  test('installs once', async () => {
    expect(isInstalled(recipe(), root)).toBe(false)
    const path = await install(recipe(), root)
    expect(await install(recipe(), root)).toBe(path)
    expect(runs).toBe(1)
    expect(isInstalled(recipe(), root)).toBe(true)
  })

  test('installs anew after a change of an ingredient', async () => {
    const path = await install(recipe(), root)
    writeFileSync(join(root, 'ingredient'), 'rye')
    expect(isInstalled(recipe(), root)).toBe(false)
    expect(await install(recipe(), root)).not.toBe(path)
    expect(existsSync(path)).toBe(true)
  })

  test('leaves nothing behind when it fails', async () => {
    await expect(install(recipe(true), root)).rejects.toThrow('the line is dead')
    expect(isInstalled(recipe(), root)).toBe(false)
    expect(readdirSync(join(root, 'services'))).toEqual([])
  })

  test('twice at a time gives both the same installation', async () => {
    const [one, other] = await Promise.all([install(recipe(), root), install(recipe(), root)])
    expect(one).toBe(other)
    expect(runs).toBe(2)
    expect(readdirSync(join(root, 'services'))).toHaveLength(1)
  })

  test('removes what an interrupted one left long ago, and no other', async () => {
    const [old, young] = ['old', 'young'].map((name) => `${installationPath(recipe(), root)}.draft-${name}`)
    for (const path of [old ?? '', young ?? '']) mkdirSync(path, { recursive: true })
    utimesSync(old ?? '', 0, 0)
    await install(recipe(), root)
    expect([old, young].map((path) => existsSync(path ?? ''))).toEqual([false, true])
  })
})

describe('cacheDirectory()', () => {
  test.for([
    [{ XDG_CACHE_HOME: '/var/cache' }, '/var/cache/flagship'],
    [{ XDG_CACHE_HOME: 'relative' }, join(homedir(), '.cache', 'flagship')],
    [{}, join(homedir(), '.cache', 'flagship')],
  ] as const)('of %j is %s', ([env, path]) => {
    expect(cacheDirectory(env)).toBe(path)
  })
})
