import { execFile } from 'node:child_process'
import type { Clock } from '../../../clock.ts'
import { isObject, type JsonObject } from '../field-reader.ts'
import type { KubeconfigEntry } from './kubeconfig-entry.ts'
import { quote } from '../../../record/quote.ts'
import { pemComplaint, tokenComplaint } from '../../../clients/access.ts'

/** What a plugin gave us. */
export interface ExecCredentials {
  readonly token: string | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
}

/** A plugin of `users[].user.exec`, as the kubeconfig names it. */
export interface ExecPluginConfig {
  readonly apiVersion: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly installHint: string | undefined
  /** What the plugin is told of the cluster, where it wants to know. */
  readonly cluster: JsonObject | undefined
}

const API_VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']

/** Read `users[].user.exec`. Throws FlagshipError KUBECONFIG_INVALID. */
export function execPluginConfig(exec: KubeconfigEntry, cluster: JsonObject): ExecPluginConfig {
  const apiVersion = exec.requiredText('apiVersion', `expected ${API_VERSIONS.join(' or ')}`)
  if (!API_VERSIONS.includes(apiVersion))
    throw exec.not('apiVersion', `${quote(apiVersion)} is not supported; expected ${API_VERSIONS.join(' or ')}`)
  if (exec.text('interactiveMode') === 'Always')
    throw exec.not('interactiveMode', 'nobody is there to answer; use a plugin that does without')
  const command = exec.requiredText('command', 'name the program to run')
  const env = exec
    .objects('env')
    .map((each) => [each.requiredText('name', 'name the variable'), each.text('value') ?? ''])
  return {
    apiVersion,
    // With a slash it is a path from the kubeconfig's directory, else the name of a program.
    command: command.includes('/') ? exec.resolved(command) : command,
    args: exec.texts('args'),
    env: Object.fromEntries(env),
    installHint: exec.text('installHint')?.trim().slice(0, 300),
    cluster: exec.isTrue('provideClusterInfo') ? cluster : undefined,
  }
}

const LONGEST_RUN_MS = 60_000
const MOST_OUTPUT_BYTES = 1_048_576
/** What is refused just after it was made is not made again at once. */
const SHORTEST_USE_MS = 10_000
/** Credentials are renewed before they end, for they take a while on their way. */
const RENEW_EARLY_MS = 30_000

/** Runs a credential plugin when its last credentials end or were refused, once for all who wait for it. */
export class ExecPlugin {
  readonly #config: ExecPluginConfig
  readonly #env: NodeJS.ProcessEnv
  readonly #clock: Clock
  #credentials: ExecCredentials | undefined
  /** When they end, on the wall clock; undefined for those that hold until they are refused. */
  #endsMs: number | undefined
  #madeMs = Number.NEGATIVE_INFINITY
  #running: Promise<ExecCredentials> | undefined

  constructor(config: ExecPluginConfig, env: NodeJS.ProcessEnv, clock: Clock) {
    this.#config = config
    this.#env = env
    this.#clock = clock
  }

  /** What holds now. Rejects with an Error that names the plugin and holds nothing of what it wrote. */
  async current(isUrgent: boolean): Promise<ExecCredentials> {
    if (this.#running !== undefined) return this.#running
    if (this.#credentials !== undefined && !this.#isDue(isUrgent)) return this.#credentials
    this.#running = this.#run().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  #isDue(isUrgent: boolean): boolean {
    if (isUrgent && this.#clock.elapsedMs() - this.#madeMs >= SHORTEST_USE_MS) return true
    return this.#endsMs !== undefined && this.#clock.nowMs() >= this.#endsMs
  }

  async #run(): Promise<ExecCredentials> {
    const { command } = this.#config
    const output = await this.#output()
    const nowMs = this.#clock.nowMs()
    const status = statusOf(output, this.#config.apiVersion)
    const credentials = typeof status === 'string' ? status : credentialsOf(status)
    if (typeof credentials === 'string')
      throw new Error(
        `Cannot use credential plugin ${quote(command)}: ${credentials}; run it by hand to see what it prints`,
      )
    this.#credentials = credentials
    this.#madeMs = this.#clock.elapsedMs()
    this.#endsMs = typeof status === 'string' ? undefined : renewalMs(status, nowMs)
    return credentials
  }

  #output(): Promise<string> {
    const { command, args, env, apiVersion, cluster, installHint } = this.#config
    const info = { kind: 'ExecCredential', apiVersion, spec: { ...(cluster && { cluster }), interactive: false } }
    const options = {
      env: { ...this.#env, ...env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
      timeout: LONGEST_RUN_MS,
      killSignal: 'SIGKILL',
      maxBuffer: MOST_OUTPUT_BYTES,
      windowsHide: true,
    } as const
    return new Promise((resolve, reject) => {
      const child = execFile(command, args, options, (error, stdout) => {
        if (error === null) return resolve(stdout)
        const hint = error.code === 'ENOENT' && installHint !== undefined ? `; ${installHint}` : ''
        reject(new Error(`Cannot run credential plugin ${quote(command)}: ${endOf(error)}${hint}`))
      })
      child.stdin?.on('error', () => {}) // it may be gone before its input is closed
      child.stdin?.end()
    })
  }
}

/** How a run ended, without a word of what the plugin wrote or was called with. */
function endOf(error: Error): string {
  const code: unknown = Reflect.get(error, 'code')
  if (code === 'ENOENT') return 'there is no such program'
  if (code === 'EACCES') return 'it may not be run'
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return `it wrote more than ${MOST_OUTPUT_BYTES} bytes`
  if (Reflect.get(error, 'killed') === true) return `it did not end within ${LONGEST_RUN_MS / 1000} s`
  const signal: unknown = Reflect.get(error, 'signal')
  return `it ended with ${typeof signal === 'string' ? signal : `code ${String(code)}`}; run it by hand to see why`
}

function statusOf(output: string, apiVersion: string): JsonObject | string {
  let value: unknown
  try {
    value = JSON.parse(output)
  } catch {
    return 'it did not print JSON'
  }
  if (!isObject(value) || value['kind'] !== 'ExecCredential') return 'it did not print an ExecCredential'
  if (value['apiVersion'] !== apiVersion) return `it did not print one of apiVersion ${apiVersion}`
  return isObject(value['status']) ? value['status'] : 'its ExecCredential has no status'
}

function credentialsOf(status: JsonObject): ExecCredentials | string {
  const { token, clientCertificateData: cert, clientKeyData: key } = status
  if (isText(token) && tokenComplaint(token) !== undefined) return 'its token is none'
  if (isText(cert) !== isText(key)) return 'it gave a certificate without key, or a key without certificate'
  if (isText(cert) && pemComplaint(cert.trim()) !== undefined) return 'its certificate is not PEM'
  if (!isText(token) && !isText(cert)) return 'it gave neither a token nor a certificate'
  return {
    token: isText(token) ? token : undefined,
    cert: isText(cert) ? cert : undefined,
    key: isText(key) ? key : undefined,
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/** A little before the end, and of short ones a tenth. */
function renewalMs({ expirationTimestamp }: JsonObject, nowMs: number): number | undefined {
  const endMs = typeof expirationTimestamp === 'string' ? Date.parse(expirationTimestamp) : Number.NaN
  if (Number.isNaN(endMs)) return undefined
  return endMs - Math.min(RENEW_EARLY_MS, Math.max(0, (endMs - nowMs) / 10))
}
