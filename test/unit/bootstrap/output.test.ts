import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { outputFiles, writeFiles } from '../../../src/bootstrap/output.ts'
import { objectNamed } from './fake-target.ts'

const directory = mkdtempSync(join(tmpdir(), 'flagship-output-'))
afterAll(() => rmSync(directory, { recursive: true }))

const INSTRUCTIONS = { title: 'T', intro: 'I.', commands: ['one', 'two'] }

describe('outputFiles()', () => {
  test('gives a file for each object and a page with the commands', () => {
    expect(outputFiles([objectNamed('a')], INSTRUCTIONS)).toEqual([
      ['things/a.json', '{\n  "value": 1\n}\n'],
      ['README.md', expect.stringMatching(/^# T\n\n.* I\.\n\n```sh\none\ntwo\n```\n$/)],
    ])
  })

  test('writes YAML where the name says so', () => {
    const files = new Map(outputFiles([{ ...objectNamed('a'), fileName: 'a.yaml' }], INSTRUCTIONS))
    expect(files.get('a.yaml')).toBe('value: 1\n')
  })
})

describe('writeFiles()', () => {
  test('makes directories and leaves other files', async () => {
    const there = join(directory, 'new', 'one')
    await writeFiles(there, outputFiles([objectNamed('a')], INSTRUCTIONS))
    writeFileSync(join(there, 'mine'), 'x')
    await writeFiles(there, outputFiles([objectNamed('a', 2)], INSTRUCTIONS))
    expect(JSON.parse(readFileSync(join(there, 'things/a.json'), 'utf8'))).toEqual({ value: 2 })
    expect(readFileSync(join(there, 'mine'), 'utf8')).toBe('x')
  })

  test('names the file that cannot be written', async () => {
    writeFileSync(join(directory, 'file'), '')
    await expect(writeFiles(join(directory, 'file'), [['a.json', '']])).rejects.toThrow(
      /^Cannot write ".*file\/a\.json": /,
    )
  })
})
