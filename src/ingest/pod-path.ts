import { basename, dirname, join } from 'node:path'
import type { ReporterIdentity } from '../record/reporter-identity.ts'

/** Kubelet's directory of one pod. Source: kubernetes pkg/kubelet/kuberuntime/helpers.go, BuildPodLogsDirectory. */
export type PodDirectory = Required<Pick<ReporterIdentity, 'namespace' | 'podName' | 'podUid'>>

/**
 * Read `<namespace>_<pod>_<uid>`; undefined for every other name.
 *
 * Names of namespaces and pods hold no underscore. The UID of a static pod is a hash of its manifest: 32 hex digits
 * without dashes, so its form is not checked.
 */
export function parsePodDirectory(name: string): PodDirectory | undefined {
  const [namespace = '', podName = '', podUid = '', ...rest] = name.split('_')
  if (rest.length > 0 || namespace === '' || podName === '' || podUid === '') return undefined
  return { namespace, podName, podUid }
}

/** Whose log a link below `/var/log/containers` is. */
export interface ContainerLink {
  readonly namespace: string
  readonly podName: string
  readonly containerName: string
}

const CONTAINER_LINK = /^([^_]+)_([^_]+)_([^_]+)-[0-9a-f]{64}\.log$/

/**
 * Read `<pod>_<namespace>_<container>-<container id>.log`; undefined for every other name.
 * Source: kubernetes pkg/kubelet/kuberuntime/legacy.go, legacyLogSymlink.
 */
export function parseContainerLink(name: string): ContainerLink | undefined {
  const [, podName, namespace, containerName] = CONTAINER_LINK.exec(name) ?? []
  if (podName === undefined || namespace === undefined || containerName === undefined) return undefined
  return { namespace, podName, containerName }
}

/** Where kubelet keeps the logs of one container. */
export interface ContainerDirectory {
  /** Of its chain: pod UID and container. */
  readonly scope: string
  /** The directory of its pod: a link out of it would give lines of others in its name. */
  readonly root: string
  readonly pod: PodDirectory
  readonly containerName: string
  readonly directory: string
}

/** Read `<root>/<namespace>_<pod>_<uid>/<container>/<restart>.log`, where a link leads; undefined for every other path. */
export function parsePodLog(path: string): ContainerDirectory | undefined {
  const directory = dirname(path)
  const podDirectory = dirname(directory)
  const pod = parsePodDirectory(basename(podDirectory))
  if (pod === undefined || !/^\d{1,9}\.log$/.test(basename(path))) return undefined
  return containerDirectory({ ...pod, directory: podDirectory }, basename(directory))
}

/** The logs of a container of `pod`, whose own directory is known. */
export function containerDirectory(
  pod: PodDirectory & { readonly directory: string },
  containerName: string,
): ContainerDirectory {
  const scope = `pod\0${pod.podUid}\0${containerName}`
  return { scope, root: pod.directory, pod, containerName, directory: join(pod.directory, containerName) }
}
