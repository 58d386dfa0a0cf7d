import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

const MAIN = join(import.meta.dirname, '../../src/main.ts')
const folder = mkdtempSync(join(tmpdir(), 'flagship-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

function flagship(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  })
  return { status, stdout, stderr }
}

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const GOOD = file('good.yaml', 'ingest: { pods: /var/log/pods }\nsinks: { out: { type: stdout } }\n')
const BAD = file('bad.yaml', 'cluter: x\ningest: { pods: /var/log/pods }\nsinks: { out: { type: stdot } }\n')

describe('flagship', () => {
  test.for(['--version', '--help', 'help'])('%s succeeds and says nothing on stderr', (argument) => {
    expect(flagship([argument])).toEqual({ status: 0, stdout: expect.stringContaining('flagship'), stderr: '' })
  })

  test('lists in its help every command that has a help of its own', () => {
    const { stdout } = flagship(['--help'])
    const names = [...stdout.matchAll(/^ {2}([a-z-]+) {2}/gm)].map(([, name = '']) => name)
    expect(names).toContain('dead-letter')
    for (const name of names) expect(flagship([name, '--help'])).toMatchObject({ status: 0, stderr: '' })
  })

  test.for([
    ['an unknown command', ['validat'], 64, 'did you mean "validate"?'],
    ['an unknown option', ['validate', '--confg', 'x'], 64, 'did you mean "--config"?'],
    ['no configuration', ['validate'], 64, 'option "--config" is missing'],
    ['a missing file', ['validate', '--config', '/nowhere.yaml'], 78, 'ENOENT'],
    ['an invalid configuration', ['validate', '--config', BAD], 78, '2 problems'],
  ] as const)('refuses %s with one message and no stack', ([, args, status, text]) => {
    const result = flagship(args)
    expect(result).toEqual({ status, stdout: '', stderr: expect.stringContaining(text) })
    expect(result.stderr).not.toMatch(/^\s+at |node:internal/m)
  })

  test('ends quietly when the reader of its output has left', async () => {
    const child = spawn(process.execPath, [MAIN, 'validate', '--schema'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let stderr = ''
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    const [status] = await once(child, 'close')
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })

  test('says so when its output cannot be written', () => {
    const full = openSync('/dev/full', 'w')
    const { status, stderr } = spawnSync(process.execPath, [MAIN, 'validate', '--schema'], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({
      status: 74,
      stderr: expect.stringMatching(/^flagship: Cannot write standard output: ENOSPC[^\n]*\n$/),
    })
  })
})

describe('flagship validate', () => {
  test('shows what a configuration comes to', () => {
    const { status, stdout, stderr } = flagship(['validate', '--config', GOOD], { FLAGSHIP_CLUSTER: 'from-env' })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain(`Configuration "${GOOD}" is valid\n`)
    expect(stdout).toMatch(/cluster +from-env/)
    expect(stdout).toMatch(/sink out +standard output/)
  })

  test('shows every problem with its line', () => {
    expect(flagship(['validate', '-c', BAD]).stderr.split('\n')).toEqual([
      `flagship: Cannot use configuration "${BAD}": 2 problems`,
      `  ${BAD}:1: cluter: no such setting (did you mean "cluster"?)`,
      `  ${BAD}:3: sinks.out.type: found "stdot", expected elasticsearch, file, kafka or stdout (did you mean "stdout"?)`,
      '',
    ])
  })

  test('gives the same to programs', () => {
    const good = flagship(['validate', '--json', '--config', GOOD])
    expect({ status: good.status, answer: JSON.parse(good.stdout) }).toMatchObject({
      status: 0,
      answer: { valid: true, config: { http: { listen: '127.0.0.1:9464' }, sinks: { out: { type: 'stdout' } } } },
    })
    const bad = flagship(['validate', '--json', '--config', BAD])
    expect({ status: bad.status, answer: JSON.parse(bad.stdout), stderr: bad.stderr }).toEqual({
      status: 78,
      answer: {
        valid: false,
        problems: [
          { path: 'cluter', line: 1, message: 'no such setting (did you mean "cluster"?)' },
          {
            path: 'sinks.out.type',
            line: 3,
            message: expect.stringContaining('expected elasticsearch, file, kafka or stdout'),
          },
        ],
      },
      stderr: '',
    })
  })

  test.for([
    [
      'a kubeconfig',
      '  kubernetes:\n    mode: direct\n    api: { kubeconfig: nowhere.yaml }',
      /flagship\.yaml:5: enrich\.kubernetes\.api: .*nowhere\.yaml/,
    ],
    ['an inventory', '  inventory: nowhere.json', /flagship\.yaml:3: enrich\.inventory: .*nowhere\.json/],
  ] as const)('reports %s that cannot be used, at its line', ([, enrich, complaint]) => {
    const path = file('flagship.yaml', `ingest: { pods: /p }\nenrich:\n${enrich}\nsinks: { out: { type: stdout } }\n`)
    expect(flagship(['validate', '--config', path])).toMatchObject({
      status: 78,
      stderr: expect.stringMatching(complaint),
    })
  })

  test('asks sinks with --connect, and says of all of them what is wrong', () => {
    const [a, b] = [1, 2].map((port) => `{ type: elasticsearch, nodes: ['http://127.0.0.1:${port}'] }`)
    const path = file('connect.yaml', `ingest: { pods: /p }\nsinks: { a: ${a}, b: ${b} }\n`)
    expect(flagship(['validate', '--config', path])).toMatchObject({ status: 0, stderr: '' })
    const { status, stdout, stderr } = flagship(['validate', '--connect', '--config', path])
    expect({ status, isValid: stdout.includes('is valid') }).toEqual({ status: 69, isValid: true })
    expect(stderr).toMatch(
      /^sink "a": Cannot reach .*:1".*ECONNREFUSED.*\nsink "b": Cannot reach .*:2".*ECONNREFUSED.*\n$/,
    )
    expect(flagship(['validate', '--connect', '--config', GOOD])).toMatchObject({ status: 0, stderr: '' })
  })

  test('lets nothing of a file steer the terminal', () => {
    const path = file(
      'hostile.yaml',
      '"\\e]0;owned\\a": 1\nstate: "\\e[2J\\u202e\\u009b"\nsinks: { out: { type: stdout } }\ningest: { pods: /p }\n',
    )
    const { status, stderr } = flagship(['validate', '--config', path])
    expect(status).toBe(78)
    // oxlint-disable-next-line no-control-regex -- these must not be there
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
  })
})
