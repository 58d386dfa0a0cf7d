import { describe, expect, test } from 'vitest'
import { createLogger, type LogLevel } from '../../../src/telemetry/logger.ts'

function logged(level: LogLevel, use: (logger: ReturnType<typeof createLogger>) => void): string {
  let text = ''
  use(createLogger(level, { write: (line) => (text += line) }))
  return text
}

describe('createLogger()', () => {
  test('writes one line of JSON with level, time, fields and message', () => {
    const text = logged('info', (logger) => logger.warn({ pipeline: 'copy' }, 'sink does not answer'))
    expect(text.endsWith('}\n')).toBe(true)
    expect(JSON.parse(text)).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      pipeline: 'copy',
      message: 'sink does not answer',
    })
  })

  test.for([
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
    ['silent', []],
  ] as const)('at %s writes %s', ([level, expected]) => {
    const text = logged(level, (logger) => {
      logger.info({}, 'info')
      logger.warn({}, 'warn')
      logger.error({}, 'error')
    })
    expect(
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line).level),
    ).toEqual(expected)
  })

  test('writes an error with its message and stack', () => {
    const text = logged('info', (logger) => logger.error({ err: new TypeError('no') }, 'failed'))
    expect(JSON.parse(text).err).toMatchObject({ type: 'TypeError', message: 'no', stack: expect.any(String) })
  })

  test('writes ASCII only, and what it stands for is unchanged', () => {
    const path = '/var/log/\u001b[2J\u009b\u202e\u{1f6a2}ä\ud800'
    const text = logged('info', (logger) => logger.info({ path }, 'found'))
    expect(text).toMatch(/^[\u0020-\u007e]+\n$/)
    expect(JSON.parse(text).path).toBe(path)
  })
})
