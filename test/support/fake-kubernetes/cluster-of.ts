import { seededRandom } from '../seeded-random.ts'
import type { JsonObject } from '../../../src/enrich/kubernetes/field-reader.ts'
import type { GivenObject, Resource } from './object.ts'

/** How big a cluster is to be. */
export interface ClusterSize {
  readonly pods: number
  readonly services: number
  readonly nodes: number
  readonly seed?: number
  /** How long the containers of a pod are described, in bytes of JSON: 2 KB to 10 KB in real clusters. */
  readonly podBytes?: number
}

const CREATED = '2026-11-22T12:00:00Z'
const PODS_PER_NAMESPACE = 500
const ZONES = ['eu-1a', 'eu-1b', 'eu-1c']

/** A workload, and what all its pods share. */
interface Workload {
  readonly name: string
  readonly namespace: string
  readonly labels: JsonObject
  readonly owners: readonly JsonObject[]
  readonly containers: readonly JsonObject[]
}

/**
 * A cluster of so many objects, the same for the same seed. Pods share the description of their containers, so that
 * 100,000 of them take some 200 MB here; addresses are distinct: pods from 10.0.0.0, nodes from 172.16.0.0, services
 * from 10.240.0.0.
 */
export function clusterOf(size: ClusterSize): Readonly<Record<Resource, readonly GivenObject[]>> {
  const random = seededRandom(size.seed ?? 1)
  const { podBytes = 4_000, services, nodes } = size
  const workloads = Array.from({ length: Math.max(1, services) }, (_, at) =>
    workload(at, size.pods, services, podBytes),
  )
  const namespaces = [...new Set(workloads.map(({ namespace }) => namespace))]
  return {
    namespaces: namespaces.map((name) => ({ metadata: { name }, status: { phase: 'Active' } })),
    nodes: Array.from({ length: nodes }, (_, at) => node(at)),
    services: workloads.slice(0, services).map((each, at) => service(each, at)),
    pods: Array.from({ length: size.pods }, (_, at) => {
      const of = workloads[Math.floor(random() * workloads.length)]
      return podOf(of ?? workload(0, 1, 1, podBytes), at, Math.floor(random() * Math.max(1, nodes)))
    }),
  }
}

/** The address of the pod with this number. */
export function podAddress(at: number): string {
  return addressFrom(10, at + 1)
}

function workload(at: number, pods: number, services: number, podBytes: number): Workload {
  const namespaceCount = Math.max(1, Math.floor(pods / PODS_PER_NAMESPACE))
  const [name, namespace] = [`app-${at}`, `team-${at % Math.min(namespaceCount, Math.max(1, services))}`]
  const replicaSet = `${name}-${hex(at, 9)}`
  return {
    name: replicaSet,
    namespace,
    labels: Object.freeze({ app: name, version: 'v1', 'pod-template-hash': hex(at, 9) }),
    owners: [
      Object.freeze({
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: replicaSet,
        uid: `00000000-0000-4000-9000-${hex(at, 12)}`,
        controller: true,
        blockOwnerDeletion: true,
      }),
    ],
    containers: [container('app', podBytes / 2), container('istio-proxy', podBytes / 2)],
  }
}

function container(name: string, bytes: number): JsonObject {
  const env = Array.from({ length: Math.max(1, Math.floor(bytes / 100)) }, (_, at) => ({
    name: `SETTING_${at}`,
    value: 'what a program is told when it starts, in a text like this'.slice(0, 58),
  }))
  const isProxy = name === 'istio-proxy'
  return Object.freeze({
    name,
    image: `registry.example/${name}:1`,
    ...(isProxy && { args: ['proxy', 'sidecar'] }),
    ports: [{ name: isProxy ? 'http-envoy-prom' : 'http', containerPort: isProxy ? 15090 : 8080, protocol: 'TCP' }],
    env,
    resources: { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '100m', memory: '128Mi' } },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
  })
}

function podOf({ name, namespace, labels, owners, containers }: Workload, at: number, nodeAt: number): GivenObject {
  const [ip, hostIP] = [podAddress(at), addressFrom(172 + 16 / 256, nodeAt + 1)]
  const uid = `00000000-0000-4000-8000-${hex(at, 12)}`
  return {
    metadata: {
      name: `${name}-${hex(at, 6)}`,
      namespace,
      uid,
      creationTimestamp: CREATED,
      labels,
      ownerReferences: owners,
    },
    spec: { nodeName: `node-${nodeAt}`, serviceAccountName: 'default', containers, restartPolicy: 'Always' },
    status: {
      phase: 'Running',
      podIP: ip,
      podIPs: [{ ip }],
      hostIP,
      hostIPs: [{ ip: hostIP }],
      startTime: CREATED,
      conditions: CONDITIONS,
      containerStatuses: CONTAINER_STATUSES,
    },
  }
}

const CONDITIONS = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
  (type) => Object.freeze({ type, status: 'True', lastTransitionTime: CREATED }),
)
const CONTAINER_STATUSES = ['app', 'istio-proxy'].map((name) =>
  Object.freeze({
    name,
    ready: true,
    started: true,
    restartCount: 0,
    image: `registry.example/${name}:1`,
    imageID: `registry.example/${name}@sha256:${'0'.repeat(64)}`,
    containerID: `containerd://${'1'.repeat(64)}`,
    state: { running: { startedAt: CREATED } },
  }),
)

function service({ labels, namespace }: Workload, at: number): GivenObject {
  const clusterIP = addressFrom(10 + 240 / 256, at + 1)
  return {
    metadata: {
      name: `app-${at}`,
      namespace,
      uid: `00000000-0000-4000-a000-${hex(at, 12)}`,
      creationTimestamp: CREATED,
    },
    spec: {
      type: 'ClusterIP',
      clusterIP,
      clusterIPs: [clusterIP],
      selector: { app: labels['app'] },
      ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 8080 }],
    },
    status: { loadBalancer: {} },
  }
}

function node(at: number): GivenObject {
  const name = `node-${at}`
  const zone = ZONES[at % ZONES.length] ?? ''
  return {
    metadata: {
      name,
      uid: `00000000-0000-4000-b000-${hex(at, 12)}`,
      creationTimestamp: CREATED,
      labels: { 'topology.kubernetes.io/region': 'eu-1', 'topology.kubernetes.io/zone': zone },
    },
    spec: {},
    status: {
      addresses: [
        { type: 'InternalIP', address: addressFrom(172 + 16 / 256, at + 1) },
        { type: 'Hostname', address: name },
      ],
    },
  }
}

/** The address so far behind the first one of a range, whose first byte is whole and whose second is its fraction. */
function addressFrom(range: number, offset: number): string {
  const number = Math.round(range * 2 ** 24) + offset
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
