import { expect, test } from 'vitest'
import { ask } from '../services/ask.ts'
import { guarded } from '../support/guarded.ts'
import { isRegistryLeftOut, startRegistry } from '../support/real-registry.ts'
import { describeOnServer } from '../support/real-service.ts'

const SUBJECT = 'envoy.access-value'
const FIELD = { name: 'duration_ms', type: 'long' }

function schemaOf(...fields: readonly object[]): { schema: string } {
  return { schema: JSON.stringify({ type: 'record', name: 'Access', fields }) }
}

describeOnServer(
  { name: 'RegistryServer', product: 'Apicurio', isLeftOut: isRegistryLeftOut(), start: startRegistry },
  (registry) => {
    test('answers as the registry of Confluent does', async () => {
      const versions = `/subjects/${SUBJECT}/versions`
      expect(await registry().request('GET', `${versions}/latest`)).toMatchObject({
        status: 404,
        body: { error_code: 40401 },
      })
      const { status, body } = await registry().request('POST', versions, schemaOf(FIELD))
      expect([status, body]).toEqual([200, { id: expect.any(Number) }])
      expect(await registry().request('POST', versions, schemaOf(FIELD))).toEqual({ status, body })
      expect(await registry().request('POST', versions, { schema: '{' })).toMatchObject({
        status: 422,
        body: { error_code: 42201 },
      })
    })

    test('refuses a schema that breaks the compatibility that is asked for', async () => {
      const config = { compatibility: 'BACKWARD' }
      expect(await registry().request('PUT', `/config/${SUBJECT}`, config)).toMatchObject({ status: 200 })
      const text = { name: 'text', type: 'string' }
      const refused = await registry().request('POST', `/subjects/${SUBJECT}/versions`, schemaOf(FIELD, text))
      expect(refused).toMatchObject({ status: 409, body: { error_code: 409 } })
      const optional = schemaOf(FIELD, { ...text, default: '' })
      expect(await registry().request('POST', `/subjects/${SUBJECT}/versions`, optional)).toMatchObject({ status: 200 })
    })

    test('keeps its schemas when it is killed', async () => {
      const path = `/subjects/${SUBJECT}/versions/latest`
      const before = await registry().request('GET', path)
      expect(before.status).toBe(200)
      await registry().kill()
      await expect(registry().request('GET', path)).rejects.toThrow('ECONNREFUSED')
      await registry().restart()
      expect(await registry().request('GET', path)).toEqual(before)
    })

    test('answers nothing while it is frozen', async () => {
      registry().freeze()
      const asked = registry().request('GET', '/subjects')
      expect(await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 500, 'silent'))])).toBe('silent')
      registry().thaw()
      expect(await asked).toEqual({ status: 200, body: [SUBJECT] })
    })

    test('behind a door answers those who know the password', async () => {
      const auth = { username: 'reader', password: 'secret' }
      const url = await guarded(registry().url, auth)
      const question = { method: 'GET', path: `${new URL(url).pathname}/subjects` }
      expect(await ask(url, { ...question, auth })).toEqual({ status: 200, body: [SUBJECT] })
      for (const wrong of [{}, { auth: { ...auth, password: 'wrong' } }])
        expect(await ask(url, { ...question, ...wrong })).toMatchObject({ status: 401, body: { error_code: 401 } })
    })
  },
)
