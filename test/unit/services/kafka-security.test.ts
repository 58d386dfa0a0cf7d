import { describe, expect, test } from 'vitest'
import { unsignedToken } from '../../services/kafka/security.ts'

describe('unsignedToken()', () => {
  test('names its bearer, and when it ends', () => {
    const [header = '', claims = '', signature] = unsignedToken('shipper', 60).split('.')
    const [read, said] = [header, claims].map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))
    expect(read).toEqual({ alg: 'none' })
    expect(said).toMatchObject({ sub: 'shipper' })
    expect(said.exp - said.iat).toBe(60)
    expect(signature).toBe('')
  })
})
