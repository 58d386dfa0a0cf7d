import { describe, expect, test } from 'vitest'
import { parseListen } from '../../../src/config/listen.ts'

describe('parseListen()', () => {
  test.for([
    ['127.0.0.1:9464', { host: '127.0.0.1', port: 9464 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::1]:9464', { host: '::1', port: 9464 }],
    ['fd00::1:9464', { host: 'fd00::1', port: 9464 }],
    ['0.0.0.0:65535', { host: '0.0.0.0', port: 65_535 }],
  ] as const)('reads %s', ([text, expected]) => {
    expect(parseListen(text)).toEqual(expected)
  })

  test.for([
    '',
    '9464',
    ':9464',
    'localhost',
    'localhost:',
    'localhost:http',
    'localhost:65536',
    '[127.0.0.1]:1',
    '[::1:1',
    'a b:1',
    '-:1',
  ])('refuses "%s"', (text) => {
    expect(parseListen(text)).toBeUndefined()
  })
})
