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
