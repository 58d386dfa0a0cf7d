import type { GivenObject } from './fake-kubernetes/object.ts'

/** How a pod is to be. */
export interface PodShape {
  readonly ip?: string
  readonly nodeName?: string
  readonly phase?: string
  readonly labels?: Readonly<Record<string, string>>
}

/** A pod that a real API server takes as it is. */
export function podObject(
  key: string,
  { ip, nodeName = 'node-a', phase = 'Running', labels }: PodShape = {},
): GivenObject {
  const [namespace = '', name = ''] = key.split('/')
  const addresses = ip === undefined ? {} : { podIP: ip, podIPs: [{ ip }] }
  return {
    metadata: {
      name,
      namespace,
      labels: { app: name.replace(/-\d+$/, ''), ...labels },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-rs`, uid: `uid-of-${name}-rs`, controller: true },
      ],
    },
    spec: {
      nodeName,
      containers: [{ name: 'app', image: 'example/app:1', ports: [{ name: 'http', containerPort: 8080 }] }],
    },
    status: {
      phase,
      hostIP: '192.0.2.10',
      hostIPs: [{ ip: '192.0.2.10' }],
      ...addresses,
      startTime: '2026-11-22T12:00:00Z',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-11-22T12:00:01Z' }],
      containerStatuses: [
        {
          name: 'app',
          ready: true,
          started: true,
          restartCount: 2,
          image: 'example/app:1',
          imageID: '',
          state: { running: { startedAt: '2026-11-22T12:00:01Z' } },
          lastState: {
            terminated: { exitCode: 137, startedAt: '2026-11-22T11:00:01Z', finishedAt: '2026-11-22T11:59:59Z' },
          },
        },
      ],
    },
  }
}

export function namespaceObject(name: string): GivenObject {
  return { metadata: { name }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } }
}
