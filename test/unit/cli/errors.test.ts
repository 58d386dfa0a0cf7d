import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { reportFailure } from '../../../src/cli/dispatch.ts'
import { type ErrorCode, ERRORS, FlagshipError } from '../../../src/errors.ts'
import { capturedIo } from './captured-io.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/generated/errors.md'), 'utf8')
const codes = Object.keys(ERRORS).filter((code): code is ErrorCode => code in ERRORS)

describe('reportFailure()', () => {
  test.for(codes)('gives the exit code of %s and its message', (code) => {
    const { io, written } = capturedIo()
    const status = reportFailure(new FlagshipError(code, 'Cannot read "x": gone'), io)
    expect({ status, ...written }).toEqual({
      status: ERRORS[code].exitCode,
      stdout: '',
      stderr: 'flagship: Cannot read "x": gone\n',
    })
  })

  test.for([
    ['an error of the runtime', new RangeError('too far'), 'flagship: bug: too far\n'],
    ['what is no error', 'text', 'flagship: bug: text\n'],
  ] as const)('calls %s a bug', ([, thrown, stderr]) => {
    const { io, written } = capturedIo()
    expect({ status: reportFailure(thrown, io), ...written }).toEqual({ status: 70, stdout: '', stderr })
  })
})

describe('docs/generated/errors.md', () => {
  test('has every code, and no other', () => {
    const listed = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d+) \|/gm)].map(([, code, exitCode]) => [
      code,
      Number(exitCode),
    ])
    expect(listed).toEqual(codes.map((code) => [code, ERRORS[code].exitCode]))
  })
})
