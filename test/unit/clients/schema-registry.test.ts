import { once } from 'node:events'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type RegistryOptions, SchemaRegistry, valueSubject } from '../../../src/clients/schema-registry.ts'
import { isRetryable } from '../../../src/errors.ts'
import { bodyOf, portOf } from '../../support/recording-server.ts'
import { ManualClock } from '../fakes/manual-clock.ts'
import { scratch } from '../fakes/scratch.ts'

const fixture = (name: string) => join(import.meta.dirname, '../../fixtures/tls', name)
const pem = (name: string) => readFileSync(fixture(name), 'utf8')

const SCHEMA = '{"type":"string"}'
const BASE = '/apis/ccompat/v7'

/** What a request was, and what it gets: bodies as Apicurio 3.0.9 gave them on 2026-11-23. */
type Answer = readonly [status: number, body: unknown]
interface Asked {
  readonly request: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

const NO_SUBJECT: Answer = [
  404,
  { message: "No artifact with ID 'a-value' in group 'null' was found.", error_code: 40401 },
]
const NO_SCHEMA: Answer = [
  404,
  { message: 'The given schema does not match any schema under the subject a-value', error_code: 40403 },
]
const NO_CONTENT: Answer = [404, { message: "No content with ID '99' was found.", error_code: 40403 }]
const INCOMPATIBLE: Answer = [
  409,
  { message: 'Incompatible artifact: a-value [AVRO], num of incompatible diffs: {1}', error_code: 409 },
]
const INVALID: Answer = [422, { message: 'Failed to discover artifact type from content.', error_code: 42201 }]
const NOT_FOUND: Answer = [404, { title: 'RESTEASY003210: Could not find resource for full path', status: 404 }]

/** A registry whose answers are given one after another, the last for ever. */
async function serve(answers: readonly Answer[], options: Partial<RegistryOptions> = {}, clock = new ManualClock()) {
  const asked: Asked[] = []
  const listener: RequestListener = (request, response) => {
    void bodyOf(request).then((body) => {
      asked.push({ request: `${request.method} ${request.url}`, headers: request.headers, body: body.toString() })
      const [status, answer] = answers[Math.min(asked.length, answers.length) - 1] ?? [500, '']
      response.writeHead(status).end(typeof answer === 'string' ? answer : JSON.stringify(answer))
    })
  }
  const isTls = options.tls !== undefined
  const server = isTls
    ? createTlsServer({ cert: pem('node.crt'), key: pem('node.key') }, listener)
    : createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close().closeAllConnections()
  })
  const url = `${isTls ? 'https' : 'http'}://127.0.0.1:${portOf(server)}${BASE}`
  return { asked, url, server, registry: new SchemaRegistry({ url, requestTimeoutMs: 30_000, ...options }, clock) }
}

const find = (registry: SchemaRegistry) => registry.find('a-value', SCHEMA)
const register = (registry: SchemaRegistry) => registry.register('a-value', SCHEMA)

describe('SchemaRegistry', () => {
  test.for<
    readonly [
      what: string,
      answer: Answer,
      call: (registry: SchemaRegistry) => Promise<unknown>,
      request: string,
      result: unknown,
    ]
  >([
    [
      'finds the id of a schema',
      [200, { subject: 'a-value', id: 7, version: 1, schema: SCHEMA }],
      find,
      'POST /subjects/a-value',
      7,
    ],
    ['finds none where there is no subject', NO_SUBJECT, find, 'POST /subjects/a-value', undefined],
    ['finds none where the subject has another schema', NO_SCHEMA, find, 'POST /subjects/a-value', undefined],
    ['registers a schema', [200, { id: 7 }], register, 'POST /subjects/a-value/versions', 7],
    ['reads a schema', [200, { schema: SCHEMA }], (registry) => registry.schemaOf(7), 'GET /schemas/ids/7', SCHEMA],
    [
      'reads no schema that is not there',
      NO_CONTENT,
      (registry) => registry.schemaOf(99),
      'GET /schemas/ids/99',
      undefined,
    ],
    [
      'reads a compatibility',
      [200, { compatibilityLevel: 'BACKWARD' }],
      (registry) => registry.compatibilityOf('a-value'),
      'GET /config/a-value',
      'BACKWARD',
    ],
    [
      'reads no compatibility that is not set',
      NO_SUBJECT,
      (registry) => registry.compatibilityOf('a-value'),
      'GET /config/a-value',
      undefined,
    ],
    [
      'sets a compatibility, as Apicurio says it',
      [200, { compatibilityLevel: 'FULL' }],
      (registry) => registry.setCompatibility('a-value', 'FULL'),
      'PUT /config/a-value',
      undefined,
    ],
    [
      "sets a compatibility, as Confluent's says it",
      [200, { compatibility: 'FULL' }],
      (registry) => registry.setCompatibility('a-value', 'FULL'),
      'PUT /config/a-value',
      undefined,
    ],
    [
      'writes a subject so that a path can hold it',
      [200, { id: 1 }],
      (registry) => registry.register('a/b c%', SCHEMA),
      'POST /subjects/a%2Fb%20c%25/versions',
      1,
    ],
  ])('%s', async ([, answer, call, request, result]) => {
    const { registry, asked } = await serve([answer])
    expect(await call(registry)).toEqual(result)
    expect(asked.map((each) => each.request)).toEqual([request.replace(' ', ` ${BASE}`)])
  })

  test('sends the schema as a text, and says that it is JSON of registries', async () => {
    const { registry, asked } = await serve([[200, { id: 7 }]])
    await register(registry)
    const type = 'application/vnd.schemaregistry.v1+json'
    expect(asked).toMatchObject([
      { body: JSON.stringify({ schema: SCHEMA }), headers: { accept: type, 'content-type': type } },
    ])
    expect(asked[0]?.headers).not.toHaveProperty('authorization')
  })

  test.for<
    readonly [
      what: string,
      answer: Answer,
      call: (registry: SchemaRegistry) => Promise<unknown>,
      message: RegExp,
      isRetryable: boolean,
    ]
  >([
    [
      'an incompatible schema',
      INCOMPATIBLE,
      register,
      /^Cannot register the schema of subject "a-value" in schema registry "http:.*v7": HTTP 409, code 409, "Incompatible artifact.*"; .*use another topic/,
      false,
    ],
    [
      'a schema it does not take',
      INVALID,
      register,
      /HTTP 422, code 42201, "Failed to discover.*"; .*takes no such schema/,
      false,
    ],
    [
      'no credentials',
      [401, { message: 'Unauthorized', error_code: 401 }],
      register,
      /does not let us in \(HTTP 401\); check the credentials/,
      true,
    ],
    ['no rights', [403, 'Forbidden'], find, /does not let us in \(HTTP 403\)/, true],
    [
      'an error of its own',
      [500, { message: 'Error in the backend datastore', error_code: 50001 }],
      register,
      /: HTTP 500, "Error in the backend datastore"$/,
      true,
    ],
    ['too many requests', [429, ''], find, /: HTTP 429$/, true],
    [
      'a schema that must be there',
      NO_SUBJECT,
      (registry) => registry.idOf('a-value', SCHEMA),
      /^Cannot find the schema of subject "a-value" .* not registered there; run "flagship bootstrap kafka"$/,
      true,
    ],
    ['an id that no message holds', [200, { id: 2 ** 31 }], register, /no schema registry \(HTTP 200\)/, false],
    ['an id below zero', [200, { id: -1 }], find, /no schema registry \(HTTP 200\)/, false],
    [
      'a wrong base path',
      NOT_FOUND,
      find,
      /no schema registry \(HTTP 404\); give its whole address, with its base path/,
      false,
    ],
    ['a page', [200, '<html>hello</html>'], find, /no schema registry \(HTTP 200\)/, false],
    ['an id that is none', [200, { id: '7' }], register, /no schema registry \(HTTP 200\)/, false],
    [
      'another compatibility than was set',
      [200, { compatibility: 'NONE' }],
      (registry) => registry.setCompatibility('a-value', 'FULL'),
      /no schema registry \(HTTP 200\)/,
      false,
    ],
    [
      'another way',
      [302, ''],
      (registry) => registry.compatibilityOf('a-value'),
      /no schema registry \(HTTP 302\)/,
      false,
    ],
    [
      'no text for a schema',
      [200, {}],
      (registry) => registry.schemaOf(7),
      /^Cannot read schema "7" in .*no schema registry/,
      false,
    ],
  ])('says what to do about %s', async ([, answer, call, message, canBeTriedAgain]) => {
    const { registry } = await serve([answer])
    const error: unknown = await call(registry).catch((reason: unknown) => reason)
    expect(String(error)).toMatch(new RegExp(message.source.replace(/^\^/, '^FlagshipError: ')))
    expect(isRetryable(error)).toBe(canBeTriedAgain)
  })

  test('says that nobody answers', async () => {
    const { registry, server } = await serve([])
    server.close()
    await once(server, 'close')
    const error: unknown = await find(registry).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'SINK_UNAVAILABLE', isSurelyUnsent: true })
    expect(String(error)).toMatch(
      /Cannot find the schema of subject "a-value" in schema registry "http:.*": .*ECONNREFUSED/,
    )
  })

  test('gives up when it is told to', async () => {
    const { registry } = await serve([[200, { id: 1 }]])
    await expect(registry.find('a-value', SCHEMA, AbortSignal.abort())).rejects.toThrow(/: stopped$/)
  })

  test('keeps the base path, with a slash at its end or without', async () => {
    const { url, asked } = await serve([[200, { id: 1 }]])
    const registry = new SchemaRegistry({ url: `${url}/`, requestTimeoutMs: 30_000 }, new ManualClock())
    await find(registry)
    expect(asked[0]?.request).toBe(`POST ${BASE}/subjects/a-value`)
    expect(registry.address).toBe(url)
  })

  test('shows a user name with a password from a file', async () => {
    const passwordFile = join(scratch(), 'password')
    writeFileSync(passwordFile, 'secret\n')
    const { registry, asked } = await serve([[200, { id: 1 }]], { username: 'flagship', passwordFile })
    await find(registry)
    expect(asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('flagship:secret').toString('base64')}`)
  })

  test('reads a token again as soon as the old one is refused', async () => {
    const bearerTokenFile = join(scratch(), 'token')
    writeFileSync(bearerTokenFile, 'old')
    const { registry, asked } = await serve(
      [
        [200, { id: 1 }],
        [401, ''],
        [200, { id: 1 }],
      ],
      { bearerTokenFile },
    )
    await find(registry)
    writeFileSync(`${bearerTokenFile}.new`, 'new')
    renameSync(`${bearerTokenFile}.new`, bearerTokenFile)
    expect(await find(registry)).toBe(1)
    expect(asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer old', 'Bearer new'])
  })

  test('trusts the authority it is given, and no other', async () => {
    const { registry, url } = await serve([[200, { id: 1 }]], { tls: { caFile: fixture('ca.crt') } })
    expect(await find(registry)).toBe(1)
    const tls = { caFile: fixture('other-ca.crt') }
    const wary = new SchemaRegistry({ url, requestTimeoutMs: 30_000, tls }, new ManualClock())
    await expect(find(wary)).rejects.toThrow(/Cannot find .* certificate is not trusted/)
  })
})

describe('valueSubject()', () => {
  test('is named after the topic', () => {
    expect(valueSubject('envoy.access')).toBe('envoy.access-value')
  })
})
