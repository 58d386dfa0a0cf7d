import { describe, expect, test } from 'vitest'
import { parseArguments } from '../../services/arguments.ts'
import { SERVICES } from '../../services/services.ts'

const BOTH = ['elasticsearch-8', 'elasticsearch-9']

describe('parseArguments()', () => {
  test.for([
    ['up elasticsearch', { command: 'up', services: BOTH, security: false }],
    ['up elasticsearch-9 --security', { command: 'up', services: ['elasticsearch-9'], security: true }],
    ['down elasticsearch-8 elasticsearch', { command: 'down', services: BOTH, security: false }],
    ['status', { command: 'status', services: Object.keys(SERVICES), security: false }],
    ['install', { command: 'install', services: Object.keys(SERVICES), security: false }],
  ] as const)('reads "%s"', ([text, order]) => {
    expect(parseArguments(text.split(' '))).toEqual({ ok: true, order })
  })

  test.for([
    ['', 'command ""'],
    ['start', 'command "start"'],
    ['up elastic', 'service "elastic"'],
    ['up elasticsearch-7', 'service "elasticsearch-7"'],
    ['up --secure', 'option "--secure"'],
  ] as const)('refuses "%s"', ([text, what]) => {
    const reason = `Cannot read arguments: ${what} is not known`
    expect(parseArguments(text === '' ? [] : text.split(' '))).toEqual({ ok: false, reason })
  })
})
