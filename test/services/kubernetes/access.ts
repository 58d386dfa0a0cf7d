import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const CERTIFICATES = join(import.meta.dirname, '..', '..', 'fixtures', 'tls')

/** Who may come in, and what they need for it; the tokens are others each time. */
export interface KubernetesAccess {
  /** The certificate of the authority that has signed the server's, and whose clients it lets in. */
  readonly caFile: string
  /** A certificate that the server trusts; whoever has it is the user `agent`, who may do nothing until a role allows it. */
  readonly certificateFile: string
  readonly keyFile: string
  /** May do everything. */
  readonly adminToken: string
  /** `system:serviceaccount:flagship:flagship`, who may do nothing until a role allows it. */
  readonly flagshipToken: string
  /** May never do anything. */
  readonly nobodyToken: string
}

/** Access to a new server. */
export function newAccess(): KubernetesAccess {
  return {
    caFile: join(CERTIFICATES, 'ca.crt'),
    certificateFile: join(CERTIFICATES, 'agent.crt'),
    keyFile: join(CERTIFICATES, 'agent.key'),
    adminToken: newToken(),
    flagshipToken: newToken(),
    nobodyToken: newToken(),
  }
}

function newToken(): string {
  return randomBytes(16).toString('hex')
}

/** Write what the server needs of it into its directory, and give the flags that name it. */
export function accessFlags({ caFile, ...tokens }: KubernetesAccess, home: string): string[] {
  const [users, key] = [join(home, 'tokens.csv'), join(home, 'service-account.key')]
  const lines = [
    `${tokens.adminToken},admin,admin,"system:masters"`,
    `${tokens.flagshipToken},system:serviceaccount:flagship:flagship,flagship,"system:serviceaccounts"`,
    `${tokens.nobodyToken},nobody,nobody,`,
  ]
  writeFileSync(users, `${lines.join('\n')}\n`, { mode: 0o600 })
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  writeFileSync(key, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
  return [
    `--tls-cert-file=${join(CERTIFICATES, 'node.crt')}`,
    `--tls-private-key-file=${join(CERTIFICATES, 'node.key')}`,
    `--client-ca-file=${caFile}`,
    `--token-auth-file=${users}`,
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--authorization-mode=RBAC',
  ]
}

/** What kubectl and other clients read, with the rights of the admin. */
export function kubeconfigOf(url: string, { caFile, adminToken }: KubernetesAccess): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'flagship-test',
    contexts: [{ name: 'flagship-test', context: { cluster: 'test', user: 'admin' } }],
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority': caFile } }],
    users: [{ name: 'admin', user: { token: adminToken } }],
  })
}
