import { describe, expect, test } from 'vitest'
import { confluentHeader, parseConfluentValue } from '../../../src/record/confluent-frame.ts'

describe('confluentHeader()', () => {
  test.for([
    [1, '0000000001'],
    [0x0102_0304, '0001020304'],
    [0x7fff_ffff, '007fffffff'],
  ] as const)('writes id %i', ([id, hex]) => {
    expect(confluentHeader(id).toString('hex')).toBe(hex)
  })
})

describe('parseConfluentValue()', () => {
  test.for([1, 258, 0x7fff_ffff])('gives back id %i and the body', (schemaId) => {
    const body = Buffer.from('body')
    expect(parseConfluentValue(Buffer.concat([confluentHeader(schemaId), body]))).toEqual({ schemaId, body })
  })

  test.for([
    ['nothing', ''],
    ['half a header', '00000000'],
    ['the header with a GUID', '01000000010000'],
    ['JSON', Buffer.from('{"a":1}').toString('hex')],
  ] as const)('gives undefined for %s', ([, hex]) => {
    expect(parseConfluentValue(Buffer.from(hex, 'hex'))).toBeUndefined()
  })
})
