import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { command } from '../../../src/cli/parse.ts'
import type { FakeKubernetesOptions } from '../../support/fake-kubernetes/fake-kubernetes.ts'
import { kubeconfigTo, RECORDED_CLUSTER, recordedCluster } from '../../support/recorded-cluster.ts'
import { scratch } from '../fakes/scratch.ts'
import { capturedIo } from './captured-io.ts'

const RECORDED = join(import.meta.dirname, '../../fixtures/recorded')
const LINES = readFileSync(
  join(RECORDED, 'pods/default_reviews-v2-6b9f7d8c5-w4n7p_3d9f1082-2e61-4b80-af55-b3c9d4e6f704/istio-proxy/0.log'),
  'utf8',
)

/** A home directory whose kubeconfig has a context `lab`, and a server that holds the recorded cluster. */
async function lab(options: FakeKubernetesOptions = {}) {
  const fake = await recordedCluster(options)
  const home = scratch()
  mkdirSync(join(home, '.kube'))
  writeFileSync(join(home, '.kube/config'), kubeconfigTo(fake.url))
  return { fake, home }
}

async function parsed(home: string, ...args: string[]) {
  const { io, written } = capturedIo(LINES)
  const code = await command.run(args, { ...io, env: { HOME: home } })
  return { code, ...written }
}

describe('flagship parse --kube-context', () => {
  test('names pods as the inventory file of the same cluster does', async () => {
    const { home, fake } = await lab()
    const asked = await parsed(home, '--kube-context', 'lab')
    const read = await parsed(home, '--inventory', RECORDED_CLUSTER)
    expect(asked.stdout).toContain('"workload":"reviews-v2"')
    expect(asked.stdout).toBe(read.stdout)
    expect([asked.code, asked.stderr]).toEqual([0, ''])
    expect(fake.requests.every(({ verb }) => verb === 'list')).toBe(true)
  })

  test('names a context that is not there', async () => {
    const { home } = await lab()
    await expect(parsed(home, '--kube-context', 'prod')).rejects.toMatchObject({
      code: 'KUBECONFIG_INVALID',
      message: expect.stringContaining('prod'),
    })
  })

  test('names the server that refuses', async () => {
    const { home } = await lab({ users: new Map() })
    await expect(parsed(home, '--kube-context', 'lab')).rejects.toMatchObject({ code: 'KUBERNETES_REFUSED' })
  })

  test('stands in place of a file, not beside it', async () => {
    await expect(parsed('/nowhere', '--kube-context', 'lab', '--inventory', 'x')).rejects.toThrow(
      'Cannot take names from "--kube-context" and "--inventory": give one of them; see flagship parse --help',
    )
  })
})
