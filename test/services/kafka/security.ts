import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Credentials } from '../ask.ts'

const CERTIFICATES = join(import.meta.dirname, '..', '..', 'fixtures', 'tls')
const MODULES = 'org.apache.kafka.common.security'
const SCRAM = ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const

/** Who may come in, and what they need for it. */
export interface KafkaSecurity {
  /** The certificate of the authority that has signed those of the nodes. */
  readonly caFile: string
  /** A certificate that the nodes trust; whoever has it is `User:agent`. */
  readonly certificateFile: string
  readonly keyFile: string
  /** May do everything. */
  readonly admin: Credentials
  /** May do nothing until an ACL allows it. */
  readonly shipper: Credentials
}

/** Security for a new cluster: the passwords are others each time. */
export function newSecurity(): KafkaSecurity {
  return {
    caFile: join(CERTIFICATES, 'ca.crt'),
    certificateFile: join(CERTIFICATES, 'agent.crt'),
    keyFile: join(CERTIFICATES, 'agent.key'),
    admin: { username: 'admin', password: randomBytes(12).toString('hex') },
    shipper: { username: 'shipper', password: randomBytes(12).toString('hex') },
  }
}

/** A token for OAUTHBEARER that names its bearer, unsigned: the nodes believe it until it expires. */
export function unsignedToken(username: string, lifetimeSeconds = 3_600): string {
  const nowSeconds = Math.floor(Date.now() / 1_000)
  const claims = { sub: username, iat: nowSeconds, exp: nowSeconds + lifetimeSeconds }
  const [header = '', body = ''] = [{ alg: 'none' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  return `${header}.${body}.`
}

/** How the storage of a node learns the users of SCRAM. */
export function formatOptionsOf({ admin, shipper }: KafkaSecurity): string[] {
  const users = [admin, shipper].map(({ username, password }) => `[name=${username},password=${password}]`)
  return SCRAM.flatMap((mechanism) => users.flatMap((user) => ['--add-scram', `${mechanism}=${user}`]))
}

/** What makes the listeners SASL_SSL and SSL of a node secure. Whoever comes in by PLAINTEXT, as the nodes themselves do, may do everything. */
export function securitySettings({ admin, shipper, caFile }: KafkaSecurity, home: string): Record<string, string> {
  const keyStore = join(home, 'node.pem')
  const parts = ['node.key', 'node.crt'].map((name) => readFileSync(join(CERTIFICATES, name), 'utf8'))
  writeFileSync(keyStore, parts.join(''), { mode: 0o600 })
  const users = [admin, shipper].map(({ username, password }) => `user_${username}="${password}"`)
  return {
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': `User:ANONYMOUS;User:${admin.username}`,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keyStore,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': caFile,
    'listener.name.ssl.ssl.client.auth': 'required',
    'listener.name.ssl.ssl.principal.mapping.rules': 'RULE:^CN=([^,]+).*$/$1/',
    'listener.name.sasl_ssl.sasl.enabled.mechanisms': [...SCRAM, 'PLAIN', 'OAUTHBEARER'].join(','),
    ...login('SCRAM-SHA-256', 'scram.ScramLoginModule'),
    ...login('SCRAM-SHA-512', 'scram.ScramLoginModule'),
    ...login('PLAIN', 'plain.PlainLoginModule', users.join(' ')),
    ...login('OAUTHBEARER', 'oauthbearer.OAuthBearerLoginModule'),
  }
}

function login(mechanism: string, module: string, options = ''): Record<string, string> {
  const key = `listener.name.sasl_ssl.${mechanism.toLowerCase()}.sasl.jaas.config`
  return { [key]: `${MODULES}.${module} required ${options};` }
}
