import { describe, expect, test } from 'vitest'
import { workloadOf } from '../../../../src/enrich/kubernetes/owner.ts'

const TEMPLATE_HASH = { 'pod-template-hash': '7f8d6c5b4' }

describe('workloadOf()', () => {
  test.for([
    [
      'a ReplicaSet that ends with the template hash',
      'ReplicaSet',
      'reviews-v1-7f8d6c5b4',
      TEMPLATE_HASH,
      'Deployment',
      'reviews-v1',
    ],
    ['a bare ReplicaSet', 'ReplicaSet', 'reviews-v1', TEMPLATE_HASH, 'ReplicaSet', 'reviews-v1'],
    ['a ReplicaSet without a hash', 'ReplicaSet', 'reviews-v1-7f8d6c5b4', {}, 'ReplicaSet', 'reviews-v1-7f8d6c5b4'],
    [
      'a hash that only ends alike',
      'ReplicaSet',
      'reviewsv17f8d6c5b4',
      TEMPLATE_HASH,
      'ReplicaSet',
      'reviewsv17f8d6c5b4',
    ],
    [
      'an Argo Rollout',
      'ReplicaSet',
      'web-5d4c',
      { 'rollouts-pod-template-hash': '5d4c', 'pod-template-hash': 'x' },
      'Rollout',
      'web',
    ],
    ['a Job of a CronJob, 8 digits', 'Job', 'backup-29384720', {}, 'CronJob', 'backup'],
    ['a Job of a CronJob, 10 digits', 'Job', 'backup-1609459200', {}, 'CronJob', 'backup'],
    ['a Job with 7 digits', 'Job', 'backup-2938472', {}, 'Job', 'backup-2938472'],
    ['a Job with 11 digits', 'Job', 'backup-16094592000', {}, 'Job', 'backup-16094592000'],
    ['a Job with a letter', 'Job', 'backup-2938472a', {}, 'Job', 'backup-2938472a'],
    ['a Job that is only digits', 'Job', '-29384720', {}, 'Job', '-29384720'],
    ['a StatefulSet', 'StatefulSet', 'mongodb', {}, 'StatefulSet', 'mongodb'],
    ['a DaemonSet', 'DaemonSet', 'ztunnel', {}, 'DaemonSet', 'ztunnel'],
    [
      'an OpenShift DeploymentConfig',
      'ReplicationController',
      'web-3',
      { deploymentconfig: 'web' },
      'DeploymentConfig',
      'web',
    ],
    ['a ReplicationController', 'ReplicationController', 'web-3', {}, 'ReplicationController', 'web-3'],
    ['a node, for a static pod', 'Node', 'node-a', {}, 'Pod', 'pod-1'],
    ['nobody', undefined, '', {}, 'Pod', 'pod-1'],
    [
      'the label, which overrides the name',
      'ReplicaSet',
      'a-7f8d6c5b4',
      { ...TEMPLATE_HASH, 'service.istio.io/workload-name': 'b' },
      'Deployment',
      'b',
    ],
    ['an empty label', 'StatefulSet', 'db', { 'service.istio.io/workload-name': '' }, 'StatefulSet', 'db'],
  ] as const)('gives a pod to %s', ([, ownerKind, ownerName, labels, kind, name]) => {
    const controller = ownerKind === undefined ? undefined : { kind: ownerKind, name: ownerName }
    const all: Readonly<Record<string, string | undefined>> = labels
    expect(workloadOf({ name: 'pod-1', controller, label: (key) => all[key] })).toEqual({ kind, name })
  })
})
