import { access, constants } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pemComplaint, tokenComplaint } from '../../../clients/access.ts'
import type { Clock } from '../../../clock.ts'
import { FlagshipError } from '../../../errors.ts'
import { quote } from '../../../record/quote.ts'
import type { ApiAccess, ClientTls, Credentials } from './access.ts'
import { ExecPlugin, execPluginConfig } from './exec-plugin.ts'
import { type KubeconfigContext, readKubeconfig } from './kubeconfig.ts'
import type { KubeconfigEntry } from './kubeconfig-entry.ts'
import { type Secret, secretFile, textOf } from './secret.ts'

/** Where the API server is, as configured. */
export interface ApiServer {
  readonly kubeconfig?: string
  readonly context?: string
}

/** What a pod has of its ServiceAccount. */
const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * Access to the API server of a kubeconfig: the one named, else with a context that of kubectl (`KUBECONFIG`, or
 * `~/.kube/config`), else to that of the cluster we are a pod of.
 * @throws FlagshipError KUBECONFIG_INVALID.
 */
export async function accessOf(
  { kubeconfig, context }: ApiServer,
  env: NodeJS.ProcessEnv,
  clock: Clock,
  serviceAccount = SERVICE_ACCOUNT,
): Promise<ApiAccess> {
  if (kubeconfig === undefined && context === undefined) return inCluster(env, clock, serviceAccount)
  const paths = kubeconfig === undefined ? await kubectlPaths(env) : [kubeconfig]
  return kubeconfigAccess(await readKubeconfig(paths, context), env, clock)
}

/** Files of `KUBECONFIG` that are not there are left out, as kubectl does. */
async function kubectlPaths(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const standard = join(env['HOME'] ?? homedir(), '.kube', 'config')
  const named = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '')
  const paths = named.length === 0 ? [standard] : named
  const there = await Promise.all(
    paths.map((path) =>
      access(path, constants.F_OK).then(
        () => true,
        () => false,
      ),
    ),
  )
  const found = paths.filter((_, at) => there[at])
  return found.length === 0 ? paths : found
}

function inCluster(env: NodeJS.ProcessEnv, clock: Clock, serviceAccount: string): ApiAccess {
  const host = env['KUBERNETES_SERVICE_HOST'] ?? ''
  const port = env['KUBERNETES_SERVICE_PORT'] ?? ''
  if (host === '' || port === '') {
    const state =
      'KUBERNETES_SERVICE_HOST and _PORT are not set, so this is no pod; name a kubeconfig in `api.kubeconfig`'
    throw new FlagshipError('KUBECONFIG_INVALID', `Cannot find the API server: ${state}`)
  }
  const address = `https://${host.includes(':') ? `[${host}]` : host}:${port}`
  if (!URL.canParse(address))
    throw new FlagshipError('KUBECONFIG_INVALID', `Cannot find the API server at ${quote(address)}: it is no address`)
  return new SecretAccess(new URL(address), {
    token: secretFile(join(serviceAccount, 'token'), tokenComplaint, clock),
    ca: secretFile(join(serviceAccount, 'ca.crt'), pemComplaint, clock),
  })
}

/** Where each credential comes from. */
interface Secrets {
  readonly token?: Secret | undefined
  readonly ca?: Secret | undefined
  readonly cert?: Secret | undefined
  readonly key?: Secret | undefined
  readonly plugin?: ExecPlugin | undefined
  readonly servername?: string | undefined
  readonly isVerified?: boolean
}

function kubeconfigAccess({ cluster, user }: KubeconfigContext, env: NodeJS.ProcessEnv, clock: Clock): ApiAccess {
  refuseUnsupported(cluster, user)
  const server = serverOf(cluster)
  const pem = (entry: KubeconfigEntry, name: string) =>
    pemData(entry, `${name}-data`) ?? secretFile(entry.path(name), pemComplaint, clock)
  const token = user.text('token')
  if (token !== undefined && tokenComplaint(token) !== undefined)
    throw user.not('token', 'it holds more than one word of printable ASCII')
  const exec = user.object('exec')
  const secrets = {
    ca: pem(cluster, 'certificate-authority'),
    cert: pem(user, 'client-certificate'),
    key: pem(user, 'client-key'),
    token: secretFile(user.path('tokenFile'), tokenComplaint, clock) ?? token,
    plugin: exec && new ExecPlugin(execPluginConfig(exec, clusterInfo(cluster)), env, clock),
    servername: cluster.text('tls-server-name'),
    isVerified: !cluster.isTrue('insecure-skip-tls-verify'),
  }
  if ((secrets.cert === undefined) !== (secrets.key === undefined))
    throw user.not('client-certificate', 'a certificate and its key go together; give both or none')
  return new SecretAccess(server, secrets)
}

function refuseUnsupported(cluster: KubeconfigEntry, user: KubeconfigEntry): void {
  cluster.refuse('proxy-url', 'name a server that is reached without one')
  user.refuse('auth-provider', 'it left Kubernetes in 1.26; use the exec plugin of the same provider')
  user.refuse('username', 'the API server takes no passwords since 1.19; use a token or a client certificate')
  for (const name of ['as', 'as-uid', 'as-groups']) user.refuse(name, 'use credentials that need no other user')
}

function serverOf(cluster: KubeconfigEntry): URL {
  const address = cluster.requiredText('server', 'expected an address like https://kubernetes.example:6443')
  const server = URL.canParse(address) ? new URL(address) : undefined
  if (server !== undefined && /^https?:$/.test(server.protocol) && server.username === '') return server
  throw cluster.not('server', 'it is no address like https://kubernetes.example:6443')
}

function pemData(entry: KubeconfigEntry, name: string): string | undefined {
  const text = entry.decoded(name)?.trim()
  if (text === undefined) return undefined
  const complaint = pemComplaint(text)
  if (complaint !== undefined) throw entry.not(name, complaint)
  return text
}

/** What a plugin may learn of the cluster: `ExecCredential.spec.cluster`. */
function clusterInfo(cluster: KubeconfigEntry) {
  return {
    server: cluster.text('server'),
    'tls-server-name': cluster.text('tls-server-name'),
    'insecure-skip-tls-verify': cluster.isTrue('insecure-skip-tls-verify'),
    'certificate-authority-data': cluster.text('certificate-authority-data'),
  }
}

class SecretAccess implements ApiAccess {
  readonly server: URL
  readonly #secrets: Secrets
  #tls: ClientTls | undefined

  constructor(server: URL, secrets: Secrets) {
    this.server = server
    this.#secrets = secrets
  }

  async current(isUrgent: boolean): Promise<Credentials> {
    const { ca, cert, key, token, plugin, servername, isVerified = true } = this.#secrets
    const given = await plugin?.current(isUrgent)
    const texts = await Promise.all([ca, cert, key, token].map((secret) => textOf(secret, isUrgent)))
    const [caText, certText, keyText, tokenText] = texts
    const bearer = given?.token ?? tokenText
    return {
      authorization: bearer === undefined ? undefined : `Bearer ${bearer}`,
      tls: this.#same({
        ca: caText,
        cert: given?.cert ?? certText,
        key: given?.key ?? keyText,
        servername,
        isVerified,
      }),
    }
  }

  #same(tls: ClientTls): ClientTls {
    const known = this.#tls
    if (known?.ca === tls.ca && known?.cert === tls.cert && known?.key === tls.key && known !== undefined) return known
    this.#tls = tls
    return tls
  }
}
