import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const SLOW_MS = 240_000 // an installation from the registry
const folder = mkdtempSync(join(tmpdir(), 'flagship-pack-'))
const packed = mkdtempSync(join(tmpdir(), 'flagship-tarball-'))

/** This Node first, as a user of the package has it; nothing of the checkout's npm settings. */
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'))),
  PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
}

function run(command: string, args: readonly string[], cwd: string, input = ''): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit ${status}\n${stdout}${stderr}`)
  return stdout
}

function flagship(args: readonly string[], input = ''): string {
  return run(join(folder, 'node_modules/.bin/flagship'), args, folder, input)
}

beforeAll(() => {
  run('npm', ['pack', '--pack-destination', packed], ROOT)
  const [tarball = ''] = readdirSync(packed)
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', join(packed, tarball)], folder)
}, SLOW_MS)

afterAll(() => {
  rmSync(folder, { recursive: true })
  rmSync(packed, { recursive: true })
})

describe('the package, installed in an empty folder', () => {
  test('says its version', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect(flagship(['--version'])).toBe(`flagship ${version}\n`)
  })

  test('lists its commands, each of which loads', () => {
    expect(flagship(['--help'])).toContain('validate')
  })

  test('turns a line into a document', () => {
    const corpus = join(ROOT, 'test/fixtures/samples/samples.jsonl')
    const { line } = JSON.parse(readFileSync(corpus, 'utf8').split('\n', 1)[0] ?? '')
    const document = JSON.parse(flagship(['parse'], `${line}\n`))
    expect(document).toMatchObject({ '@timestamp': expect.any(String), event: { module: 'envoy' } })
  })

  test('holds JavaScript, what the demo plays, and nothing that only a checkout needs', () => {
    const installed = join(folder, 'node_modules/flagship')
    const entries = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json', 'test']
    expect(readdirSync(installed).toSorted()).toEqual(entries)
    expect(readdirSync(join(installed, 'test/fixtures/recorded')).toSorted()).toEqual(['cluster.json', 'pods'])
    const files = readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' })
    expect(files.filter((name) => name.endsWith('.ts'))).toEqual([])
  })
})
