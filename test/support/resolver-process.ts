import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { freePort } from '../services/ports.ts'
import { AgentProcess } from './agent-process.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** `flagship resolver` in a process of its own, which watches the API server at a URL without credentials. */
export class ResolverProcess extends AgentProcess {
  readonly url: string
  /** Where probes and scrapes go. */
  readonly statusUrl: string
  readonly root: string

  private constructor(root: string, config: string, port: number, statusPort: number, scheme: string) {
    super([MAIN, 'resolver', '--config', config], {})
    this.root = root
    this.url = `${scheme}://127.0.0.1:${port}`
    this.statusUrl = `http://127.0.0.1:${statusPort}`
  }

  /** Start one; `files` are written beside its configuration, which names them. */
  static async start(
    server: string,
    settings: Readonly<Record<string, unknown>> = {},
    files: Readonly<Record<string, string>> = {},
    clear: (after: () => Promise<void>) => void = onTestFinished,
  ): Promise<ResolverProcess> {
    const root = mkdtempSync(join(tmpdir(), 'flagship-resolver-'))
    const [port, statusPort] = [await freePort(), await freePort()]
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text)
    writeFileSync(join(root, 'kubeconfig'), kubeconfigOf(server))
    const config = join(root, 'resolver.json')
    const defaults = {
      api: { kubeconfig: 'kubeconfig' },
      listen: `127.0.0.1:${port}`,
      http: { listen: `127.0.0.1:${statusPort}` },
    }
    writeFileSync(config, JSON.stringify({ ...defaults, ...settings })) // JSON is YAML too
    const resolver = new ResolverProcess(root, config, port, statusPort, 'tls' in settings ? 'https' : 'http')
    clear(async () => {
      await resolver.kill()
      rmSync(root, { recursive: true, force: true })
    })
    await resolver.started
    return resolver
  }

  /** Whether it can tell everything. */
  async isReady(): Promise<boolean> {
    return (await fetch(`${this.statusUrl}/readyz`)).status === 200
  }

  /** What `/v1/status` says. */
  async status(): Promise<Record<string, unknown>> {
    return JSON.parse(await (await fetch(`${this.statusUrl}/v1/status`)).text())
  }
}

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'fake', cluster: { server } }],
    users: [{ name: 'fake', user: {} }],
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
    'current-context': 'fake',
  })
}
