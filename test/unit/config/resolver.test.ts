import { describe, expect, test } from 'vitest'
import { resolverJsonSchema } from '../../../src/config/json-schema.ts'
import { parseResolverConfig } from '../../../src/config/resolver.ts'

function problemsOf(text: string, env = {}): readonly string[] {
  const result = parseResolverConfig(text, '/etc/flagship', env)
  return result.ok
    ? []
    : result.problems.map(({ line, path, message }) => `${line ?? ''} ${path.join('.')}: ${message}`)
}

describe('parseResolverConfig()', () => {
  test.for(['', '{}', 'auth:\n'])('takes an empty file, %j, for that of a pod', (text) => {
    const result = parseResolverConfig(text, '/etc/flagship', {})
    expect(result.ok && result.config).toEqual({
      api: { encoding: 'protobuf' },
      labels: expect.arrayContaining(['app', 'service.istio.io/canonical-name']),
      namespaceLabels: [],
      historyMinutes: 30,
      listen: '0.0.0.0:9465',
      auth: {},
      tls: {},
      http: { listen: '127.0.0.1:9464' },
      log: { level: 'info' },
    })
  })

  test('takes paths from the folder of the file', () => {
    const text = `
api: { kubeconfig: a }
auth: { tokenFile: b }
tls: { certificateFile: c, keyFile: d, clientCaFile: /e }
`
    const result = parseResolverConfig(text, '/etc/flagship', {})
    expect(result.ok && result.config).toMatchObject({
      api: { kubeconfig: '/etc/flagship/a' },
      auth: { tokenFile: '/etc/flagship/b' },
      tls: { certificateFile: '/etc/flagship/c', keyFile: '/etc/flagship/d', clientCaFile: '/e' },
    })
  })

  test('lets the environment go over the file', () => {
    const env = { FLAGSHIP_RESOLVER_LISTEN: '10.0.0.1:1', FLAGSHIP_HTTP_LISTEN: 'off', FLAGSHIP_NODE_NAME: 'unused' }
    const result = parseResolverConfig('listen: 127.0.0.1:2\n', '/', env)
    expect(result.ok && result.config).toMatchObject({ listen: '10.0.0.1:1', http: { listen: 'off' } })
  })

  test.for([
    ['sinks: {}', '1 sinks: no such setting'],
    ['\nlisten: here', '2 listen: found "here", expected ADDRESS:PORT such as 0.0.0.0:9465'],
    ['http: { listen: 1.2.3.4 }', '1 http.listen: found "1.2.3.4", expected ADDRESS:PORT'],
    ['listen: 9465', '1 listen: found 9465, expected text'],
    ['tls: { keyFile: a }', '1 tls.certificateFile: missing, expected a file because there is a `keyFile`'],
    ['tls: { clientCaFile: a }', '1 tls.certificateFile: missing, expected a file because there is a `clientCaFile`'],
    ['auth: { token: secret }', '1 auth.token: no such setting (did you mean "tokenFile"?)'],
  ] as const)('refuses %j', ([text, problem]) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(problem)])
  })
})

describe('resolverJsonSchema()', () => {
  test('requires nothing', () => {
    expect(resolverJsonSchema()).toMatchObject({ title: 'flagship resolver configuration' })
    expect(resolverJsonSchema()).not.toHaveProperty('required')
  })
})
