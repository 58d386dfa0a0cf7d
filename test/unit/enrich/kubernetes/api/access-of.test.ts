import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { Clock } from '../../../../../src/clock.ts'
import { accessOf } from '../../../../../src/enrich/kubernetes/api/access-of.ts'

const root = mkdtempSync(join(tmpdir(), 'flagship-access-'))
const CA = readFileSync(new URL('../../../../fixtures/tls/ca.crt', import.meta.url), 'utf8').trim()
const CERT = readFileSync(new URL('../../../../fixtures/tls/agent.crt', import.meta.url), 'utf8').trim()
const KEY = readFileSync(new URL('../../../../fixtures/tls/agent.key', import.meta.url), 'utf8').trim()
const SECRET = 'very-secret-token'

let directory = ''
let nowMs = 0
let elapsedMs = 0
const clock: Clock = { nowMs: () => nowMs, elapsedMs: () => elapsedMs, sleep: async () => {} }

beforeEach(() => {
  directory = mkdtempSync(join(root, 'case-'))
  nowMs = Date.parse('2026-11-23T12:00:00Z')
  elapsedMs = 0
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function config(cluster: object = {}, user: object = {}, more: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'dev',
    contexts: [{ name: 'dev', context: { cluster: 'dev-cluster', user: 'dev-user' } }],
    clusters: [{ name: 'dev-cluster', cluster: { server: 'https://kubernetes.example:6443', ...cluster } }],
    users: [{ name: 'dev-user', user }],
    ...more,
  }
}

function written(content: object | string, name = 'config'): string {
  const path = join(directory, name)
  writeFileSync(path, typeof content === 'string' ? content : stringify(content))
  return path
}

async function accessWith(content: object | string, context?: string) {
  return accessOf({ kubeconfig: written(content), ...(context !== undefined && { context }) }, {}, clock)
}

/** A program of a shell that counts its runs in `runs`. */
function plugin(script: string, name = 'plugin.sh'): object {
  const path = join(directory, name)
  writeFileSync(path, `#!/bin/sh\necho x >> "${directory}/runs"\n${script}\n`)
  chmodSync(path, 0o755)
  return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: `./${name}`, args: ['get-token'] } }
}

function credential(status: object, apiVersion = 'client.authentication.k8s.io/v1'): string {
  return `cat <<'END'\n${JSON.stringify({ apiVersion, kind: 'ExecCredential', status })}\nEND`
}

function runs(): number {
  return readFileSync(join(directory, 'runs'), 'utf8').trim().split('\n').length
}

describe('accessOf() in a pod', () => {
  const env = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' }

  beforeEach(() => {
    writeFileSync(join(directory, 'token'), `${SECRET}\n`)
    writeFileSync(join(directory, 'ca.crt'), CA)
  })

  test('takes the token and the authority of the ServiceAccount', async () => {
    const access = await accessOf({}, env, clock, directory)

    expect(access.server.href).toBe('https://10.96.0.1/')
    expect(await access.current(false)).toMatchObject({
      authorization: `Bearer ${SECRET}`,
      tls: { ca: CA, isVerified: true },
    })
  })

  test('takes a token that was replaced, and keeps its connections', async () => {
    const access = await accessOf({}, env, clock, directory)
    const before = await access.current(false)
    writeFileSync(join(directory, 'token'), 'a-newer-token')

    expect((await access.current(false)).authorization).toBe(before.authorization)
    elapsedMs += 3_000
    const after = await access.current(false)
    expect(after.authorization).toBe('Bearer a-newer-token')
    expect(after.tls).toBe(before.tls)
  })

  test('takes it at once where the last one was refused', async () => {
    const access = await accessOf({}, env, clock, directory)
    await access.current(false)
    writeFileSync(join(directory, 'token'), 'a-newer-token')

    expect((await access.current(true)).authorization).toBe('Bearer a-newer-token')
  })

  test('reaches a server with an IPv6 address', async () => {
    const access = await accessOf({}, { ...env, KUBERNETES_SERVICE_HOST: 'fd00::1' }, clock, directory)

    expect(access.server.host).toBe('[fd00::1]')
  })

  test('says what is missing outside of a pod', async () => {
    await expect(accessOf({}, {}, clock, directory)).rejects.toMatchObject({
      code: 'KUBECONFIG_INVALID',
      message: expect.stringContaining('name a kubeconfig'),
    })
  })
})

describe('accessOf() with a kubeconfig', () => {
  test.for([
    ['a token', { token: SECRET }, { authorization: `Bearer ${SECRET}` }],
    [
      'certificates in it',
      { 'client-certificate-data': base64(CERT), 'client-key-data': base64(KEY) },
      { tls: { cert: CERT, key: KEY } },
    ],
    ['nobody', {}, { authorization: undefined, tls: { cert: undefined, key: undefined } }],
  ] as const)('comes in with %s', async ([, user, expected]) => {
    const access = await accessWith(config({}, user))

    expect(await access.current(false)).toMatchObject(expected)
  })

  test('reads files that stand beside it, and a token file before a token', async () => {
    mkdirSync(join(directory, 'pki'))
    for (const [name, text] of Object.entries({
      'ca.crt': CA,
      'user.crt': CERT,
      'user.key': KEY,
      token: 'from-the-file',
    }))
      writeFileSync(join(directory, 'pki', name), text)
    const user = {
      'client-certificate': 'pki/user.crt',
      'client-key': 'pki/user.key',
      tokenFile: 'pki/token',
      token: SECRET,
    }
    const access = await accessWith(config({ 'certificate-authority': 'pki/ca.crt' }, user))

    expect(await access.current(false)).toMatchObject({
      authorization: 'Bearer from-the-file',
      tls: { ca: CA, cert: CERT, key: KEY },
    })
  })

  test('takes what is said of the server', async () => {
    const access = await accessWith(
      config({ server: 'https://lb.example/k8s/', 'tls-server-name': 'kubernetes', 'insecure-skip-tls-verify': true }),
    )

    expect(access.server.href).toBe('https://lb.example/k8s/')
    expect((await access.current(false)).tls).toMatchObject({ servername: 'kubernetes', isVerified: false })
  })

  test('takes the context that is named', async () => {
    const contexts = [
      { name: 'dev', context: { cluster: 'dev-cluster', user: 'dev-user' } },
      { name: 'prod', context: { cluster: 'prod-cluster', user: 'dev-user' } },
    ]
    const clusters = [{ name: 'prod-cluster', cluster: { server: 'https://prod.example' } }]
    const access = await accessWith(config({}, {}, { contexts, clusters }), 'prod')

    expect(access.server.host).toBe('prod.example')
  })

  test('takes the files of KUBECONFIG as kubectl does: the first to name a thing wins', async () => {
    const first = written({ 'current-context': 'dev', users: [{ name: 'dev-user', user: { token: SECRET } }] }, 'first')
    const second = written(config({}, { token: 'another' }), 'second')
    const env = { KUBECONFIG: `${first}:${join(directory, 'missing')}:${second}` }
    const access = await accessOf({ context: 'dev' }, env, clock)

    expect(access.server.host).toBe('kubernetes.example:6443')
    expect((await access.current(false)).authorization).toBe(`Bearer ${SECRET}`)
  })

  test('takes ~/.kube/config where a context is named and nothing else', async () => {
    mkdirSync(join(directory, '.kube'))
    written(config(), '.kube/config')

    expect((await accessOf({ context: 'dev' }, { HOME: directory }, clock)).server.host).toBe('kubernetes.example:6443')
  })

  const bad: readonly (readonly [string, object | string, string | undefined, RegExp])[] = [
    ['no YAML', `users: [ ${SECRET}: {`, undefined, /line 1: it is not YAML$/],
    ['no mapping', '- a', undefined, /it is a list of 1, expected a mapping/],
    [
      'no current context',
      config({}, {}, { 'current-context': '' }),
      undefined,
      /current-context: it is missing; set it, or name a context$/,
    ],
    ['no such context', config(), 'prod', /contexts: no context "prod"; there are "dev"$/],
    ['no such user', config({}, {}, { users: [] }), undefined, /users: no user "dev-user"; there are none$/],
    [
      'no server',
      config({ server: '' }),
      undefined,
      /clusters\[0\]\.cluster\.server: it is missing; expected an address/,
    ],
    [
      'a server that is no address',
      config({ server: `ftp://x:${SECRET}@y` }),
      undefined,
      /server: it is no address like https:/,
    ],
    [
      'a proxy',
      config({ 'proxy-url': 'http://proxy' }),
      undefined,
      /cluster\.proxy-url: it is not supported; name a server/,
    ],
    [
      'a password',
      config({}, { username: 'a', password: SECRET }),
      undefined,
      /user\.username: it is not supported; .*token or a client certificate/,
    ],
    [
      'an auth provider',
      config({}, { 'auth-provider': { name: 'gcp' } }),
      undefined,
      /user\.auth-provider: it is not supported; .*exec plugin/,
    ],
    ['another user to be', config({}, { as: 'root' }), undefined, /user\.as: it is not supported/],
    [
      'a token of two words',
      config({}, { token: `${SECRET} ${SECRET}` }),
      undefined,
      /user\.token: it holds more than one word/,
    ],
    [
      'a token that is a number',
      config({}, { token: 12_345_678 }),
      undefined,
      /user\.token: it is a number, expected a text$/,
    ],
    [
      'an authority that is no base64',
      config({ 'certificate-authority-data': '%%' }),
      undefined,
      /certificate-authority-data: it is not base64$/,
    ],
    [
      'an authority that is no PEM',
      config({ 'certificate-authority-data': base64(SECRET) }),
      undefined,
      /certificate-authority-data: it is not whole PEM$/,
    ],
    [
      'a certificate without key',
      config({}, { 'client-certificate-data': base64(CERT) }),
      undefined,
      /a certificate and its key go together/,
    ],
    [
      'a plugin of an old version',
      config({}, { exec: { apiVersion: 'client.authentication.k8s.io/v1alpha1', command: 'x' } }),
      undefined,
      /exec\.apiVersion: "client.*v1alpha1" is not supported; expected/,
    ],
    [
      'a plugin that asks a person',
      config({}, { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'x', interactiveMode: 'Always' } }),
      undefined,
      /interactiveMode: nobody is there to answer/,
    ],
  ]
  test.for(bad)('refuses one with %s, and says where and what to do', async ([, content, context, message]) => {
    const rejected = await accessWith(content, context).catch((error: unknown) => error)

    expect(rejected).toMatchObject({ code: 'KUBECONFIG_INVALID', message: expect.stringMatching(message) })
    expect(String(rejected)).toContain(join(directory, 'config'))
    expect(String(rejected)).not.toContain(SECRET)
  })

  test('refuses one that is not there', async () => {
    const access = accessOf({ kubeconfig: join(directory, 'none') }, {}, clock)

    await expect(access).rejects.toMatchObject({
      code: 'KUBECONFIG_INVALID',
      message: expect.stringContaining('ENOENT'),
    })
  })
})

describe('accessOf() with a credential plugin', () => {
  test('takes its token, until it ends', async () => {
    const status = { token: SECRET, expirationTimestamp: '2026-11-23T13:00:00Z' }
    const access = await accessWith(config({}, plugin(credential(status))))

    expect((await access.current(false)).authorization).toBe(`Bearer ${SECRET}`)
    nowMs += 3_500_000
    await access.current(false)
    expect(runs()).toBe(1)
    nowMs += 99_000
    await access.current(false)
    expect(runs()).toBe(2)
  })

  test('runs it once for all who wait', async () => {
    const access = await accessWith(config({}, plugin(`sleep 0.1\n${credential({ token: SECRET })}`)))

    await Promise.all([access.current(false), access.current(false), access.current(true)])
    expect(runs()).toBe(1)
  })

  test('runs it again where its token is refused, but not at once', async () => {
    const access = await accessWith(config({}, plugin(credential({ token: SECRET }))))
    await access.current(false)

    await access.current(true)
    expect(runs()).toBe(1)
    elapsedMs += 10_000
    await access.current(true)
    expect(runs()).toBe(2)
  })

  test('takes its certificate', async () => {
    const access = await accessWith(config({}, plugin(credential({ clientCertificateData: CERT, clientKeyData: KEY }))))

    expect((await access.current(false)).tls).toMatchObject({ cert: CERT, key: KEY })
  })

  test('tells it what it may know, in KUBERNETES_EXEC_INFO, its arguments and its variables', async () => {
    const version = 'client.authentication.k8s.io/v1beta1'
    const script = `echo "$1 $MODE $KUBERNETES_EXEC_INFO" > "${directory}/told"\n${credential({ token: SECRET }, version)}`
    plugin(script)
    const exec = {
      apiVersion: version,
      command: './plugin.sh',
      args: ['get-token'],
      env: [{ name: 'MODE', value: 'test' }],
      provideClusterInfo: true,
    }
    const access = await accessWith(config({ 'certificate-authority-data': base64(CA) }, { exec }))
    await access.current(false)

    const [argument, mode, ...info] = readFileSync(join(directory, 'told'), 'utf8').trim().split(' ')
    expect([argument, mode]).toEqual(['get-token', 'test'])
    expect(JSON.parse(info.join(' '))).toMatchObject({
      kind: 'ExecCredential',
      apiVersion: version,
      spec: {
        interactive: false,
        cluster: { server: 'https://kubernetes.example:6443', 'certificate-authority-data': base64(CA) },
      },
    })
  })

  test.for([
    ['fails', `echo ${SECRET}; echo ${SECRET} >&2; exit 3`, /it ended with code 3; run it by hand to see why$/],
    ['prints no JSON', `echo ${SECRET}`, /it did not print JSON/],
    ['prints something else', `echo '{"token":"${SECRET}"}'`, /it did not print an ExecCredential/],
    [
      'prints another version',
      credential({ token: SECRET }, 'client.authentication.k8s.io/v1beta1'),
      /it did not print one of apiVersion/,
    ],
    ['gives nothing', credential({}), /it gave neither a token nor a certificate/],
    ['gives half a certificate', credential({ clientCertificateData: CERT }), /a certificate without key/],
    ['prints without end', 'yes', /it wrote more than 1048576 bytes/],
  ] as const)('says so where it %s, and nothing of what it wrote', async ([, script, message]) => {
    const access = await accessWith(config({}, plugin(script)))
    const rejected = await access.current(false).catch(String)

    expect(rejected).toMatch(message)
    expect(rejected).not.toContain(SECRET)
  })

  test('says how to get one that is not there', async () => {
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'no-such-plugin',
      installHint: 'apt install it',
    }
    const access = await accessWith(config({}, { exec }))

    await expect(access.current(false)).rejects.toThrow(/"no-such-plugin": there is no such program; apt install it$/)
  })
})
