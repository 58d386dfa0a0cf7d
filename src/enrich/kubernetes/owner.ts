import type { Workload } from '../endpoint/row.ts'

/** The controlling entry of `metadata.ownerReferences`. */
export interface Controller {
  readonly kind: string
  readonly name: string
}

/** What of a pod names its workload. */
export interface OwnedPod {
  readonly name: string
  readonly controller: Controller | undefined
  readonly label: (key: string) => string | undefined
}

/**
 * The workload of a pod by Istio's rules, from the pod alone: a ReplicaSet that ends with its template hash belongs to
 * a Deployment (or an Argo Rollout), a Job that ends with 8 to 10 digits to a CronJob; a label overrides the name.
 * Source: istio/istio pkg/kube/util.go, GetDeployMetaFromPod; label service.istio.io/workload-name.
 */
export function workloadOf(pod: OwnedPod): Workload {
  const owner = ownerOf(pod)
  const name = pod.label('service.istio.io/workload-name')
  return name === undefined || name === '' ? owner : { name, kind: owner.kind }
}

function ownerOf({ name, controller, label }: OwnedPod): Workload {
  if (controller === undefined) return { kind: 'Pod', name }
  switch (controller.kind) {
    case 'Node': // a static pod: it belongs to nobody
      return { kind: 'Pod', name }
    case 'ReplicaSet':
      return (
        hashed(controller, 'Rollout', label('rollouts-pod-template-hash')) ??
        hashed(controller, 'Deployment', label('pod-template-hash')) ??
        controller
      )
    case 'ReplicationController':
      return openShift(controller, label('deploymentconfig'))
    case 'Job':
      return cronJobOf(controller)
    default:
      return controller
  }
}

/** The owner's name without `-HASH`, when it ends so. */
function hashed({ name }: Controller, kind: string, hash: string | undefined): Workload | undefined {
  if (hash === undefined || hash === '' || !name.endsWith(`-${hash}`)) return undefined
  return { kind, name: name.slice(0, -hash.length - 1) }
}

function openShift(controller: Controller, deploymentConfig: string | undefined): Workload {
  if (deploymentConfig === undefined || deploymentConfig === '') return controller
  return { kind: 'DeploymentConfig', name: deploymentConfig }
}

function cronJobOf(job: Controller): Workload {
  const dash = job.name.lastIndexOf('-')
  const digits = job.name.length - dash - 1
  if (dash < 1 || digits < 8 || digits > 10) return job
  for (let at = dash + 1; at < job.name.length; at += 1) {
    const code = job.name.charCodeAt(at)
    if (code < 0x30 || code > 0x39) return job
  }
  return { kind: 'CronJob', name: job.name.slice(0, dash) }
}
