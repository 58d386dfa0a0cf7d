import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Recipe } from '../cache.ts'
import { hasCommand, runCommand } from '../commands.ts'

const GO_MODULE = join(import.meta.dirname, 'go')
/** Where Go's own archive puts it, which is not always in PATH. */
const SYSTEM_GO = '/usr/local/go/bin/go'
const LEAST_GO = '1.26'
const VERSION_PACKAGE = 'k8s.io/component-base/version'

/** The release that the project is tested with. */
export const KUBERNETES_VERSION = '1.37.1'

/** etcd and kube-apiserver in one program, compiled from the modules of the Go module proxy: minutes, the first time. */
export const kubernetesRecipe: Recipe = {
  name: `kubernetes-${KUBERNETES_VERSION}`,
  ingredients: [join(import.meta.dirname, 'recipe.ts'), GO_MODULE],
  install: installKubernetes,
}

/** The program of an installation: `kube etcd`, `kube apiserver`. */
export function kubernetesProgram(installation: string): string {
  return join(installation, 'kube')
}

/** The command that compiles it; throws with the remedy when there is none. */
export function findGo(path = process.env['PATH'] ?? '', systemGo = SYSTEM_GO): string {
  if (hasCommand('go', path)) return 'go'
  if (existsSync(systemGo)) return systemGo
  const remedy = `install Go ${LEAST_GO} or newer (https://go.dev/dl/) and put it into PATH`
  throw new Error(`Cannot install Kubernetes "${KUBERNETES_VERSION}": go is missing; ${remedy}`)
}

async function installKubernetes(home: string): Promise<void> {
  const [major, minor] = KUBERNETES_VERSION.split('.')
  const versions = { gitVersion: `v${KUBERNETES_VERSION}`, gitMajor: major, gitMinor: minor }
  const variables = Object.entries(versions).map(([name, value]) => `-X ${VERSION_PACKAGE}.${name}=${value}`)
  // It takes every core for minutes, beside tests that wait for answers.
  const build = ['-n', '15', findGo(), 'build', '-p', '2', '-buildvcs=false', '-trimpath']
  const flags = ['-ldflags', ['-s', '-w', ...variables].join(' '), '-o', kubernetesProgram(home), '.']
  await runCommand('nice', [...build, ...flags], GO_MODULE)
}
