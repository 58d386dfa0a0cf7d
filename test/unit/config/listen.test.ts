import { describe, expect, test } from 'vitest'
import { isCidr, parseListen } from '../../../src/config/listen.ts'

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

describe('isCidr()', () => {
  test.for(['10.0.0.0/8', '192.168.1.7/32', '0.0.0.0/0', 'fd00::/8', '::/0', '::ffff:10.0.0.0/104'])(
    'accepts %s',
    (text) => {
      expect(isCidr(text)).toBe(true)
    },
  )

  test.for([
    '10.0.0.0',
    '10.1/8',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    'fd00::/129',
    'fe80::%eth0/64',
    'office',
    '/8',
    '10.0.0.0/',
  ])('refuses %s', (text) => {
    expect(isCidr(text)).toBe(false)
  })
})
