import {
  decode,
  flag,
  integer,
  list,
  type Message,
  message,
  one,
  type Reading,
  text,
  textAmong,
  textMap,
} from './message.ts'
import { KnownTexts, MalformedBytes, SPAN, VARINT, Wire } from './wire.ts'

/**
 * The fields that rows are made of, with their numbers in protobuf.
 * Source: kubernetes/api core/v1/generated.proto, kubernetes/apimachinery pkg/apis/meta/v1/generated.proto (v0.37.1);
 * numbers are never given twice, so that older and newer servers mean the same.
 */

/** Labels that `podRowOf` and `nodeRowOf` ask for, whichever are configured. */
export const ALWAYS_WANTED_LABELS: readonly string[] = [
  'app',
  'app.kubernetes.io/name',
  'deploymentconfig',
  'failure-domain.beta.kubernetes.io/zone',
  'gateway.envoyproxy.io/owning-gateway-name',
  'gateway.istio.io/managed',
  'gateway.networking.k8s.io/gateway-class-name',
  'gateway.networking.k8s.io/gateway-name',
  'istio',
  'istio.io/gateway-name',
  'pod-template-hash',
  'rollouts-pod-template-hash',
  'service.istio.io/canonical-name',
  'service.istio.io/workload-name',
  'topology.kubernetes.io/zone',
]

/** The four kinds we read, each with only what its row needs; of labels the wanted ones. */
export interface Messages {
  readonly pod: Message
  readonly service: Message
  readonly node: Message
  readonly namespace: Message
}

/** Make the messages for these labels. */
export function messagesFor(wantedLabels: readonly string[]): Messages {
  const labels = textMap(new KnownTexts([...ALWAYS_WANTED_LABELS, ...wantedLabels]))
  const metadata = one(
    message({
      name: [1, text],
      namespace: [3, text],
      uid: [5, text],
      resourceVersion: [6, text],
      creationTimestamp: [8, time],
      deletionTimestamp: [9, timeText],
      deletionGracePeriodSeconds: [10, integer],
      labels: [11, labels],
      annotations: [12, textMap(new KnownTexts(['kubernetes.io/config.hash']))],
      ownerReferences: [13, list(one(OWNER))],
    }),
  )
  return {
    pod: message({ metadata: [1, metadata], spec: [2, one(POD_SPEC)], status: [3, one(POD_STATUS)] }),
    service: message({ metadata: [1, metadata], spec: [2, one(SERVICE_SPEC)], status: [3, one(SERVICE_STATUS)] }),
    node: message({ metadata: [1, metadata], spec: [2, one(NODE_SPEC)], status: [3, one(NODE_STATUS)] }),
    namespace: message({ metadata: [1, metadata] }),
  }
}

/** A Date: a text would be made here only to be parsed there. One that is empty is absent. */
const time: Reading = { wireType: SPAN, read: dateOf }

/** As in JSON, where somebody only asks whether it is there. */
const timeText: Reading = { wireType: SPAN, read: (wire) => dateOf(wire)?.toISOString() }

/** Tag of the field of `meta.v1.Time` that has the seconds. */
const SECONDS = (1 << 3) | VARINT

/** 9999-12-31; a time before 1970 is a number beyond all bounds. */
const LAST_SECOND = 253_402_300_799

function dateOf(wire: Wire): Date | undefined {
  const end = wire.spanEnd()
  let seconds: number | undefined
  while (wire.at < end) {
    const tag = wire.varint()
    if (tag === SECONDS) seconds = wire.varint()
    else wire.skip(tag & 7)
  }
  if (wire.at !== end) throw new MalformedBytes('a field ends behind what holds it')
  if (seconds === undefined) return undefined
  if (seconds > LAST_SECOND) throw new MalformedBytes('a time beyond all bounds')
  return new Date(seconds * 1000)
}

/** What most pods repeat. */
const COMMON = [
  'True False Ready Initialized PodScheduled ContainersReady PodReadyToStartContainers',
  'Running Pending Succeeded Failed Completed Error OOMKilled CrashLoopBackOff',
  'ReplicaSet StatefulSet DaemonSet Job Node default istio-proxy istio-init TCP UDP',
]
const common = textAmong(new KnownTexts(COMMON.flatMap((line) => line.split(' '))))

const OWNER = message({ kind: [1, common], name: [3, text], controller: [6, flag] })

const CONTAINER_NAME = (1 << 3) | SPAN
const PROXY_NAME = new KnownTexts(['istio-proxy'])

/** Only the arguments of Istio's proxy are asked for: a container's name is its first field. */
function isProxy(wire: Wire): boolean {
  const start = wire.at
  const end = wire.spanEnd()
  let isFound = false
  while (!isFound && wire.at < end) {
    const tag = wire.varint()
    const valueAt = wire.at
    wire.skip(tag & 7)
    if (tag !== CONTAINER_NAME) continue
    const name = new Wire(wire.bytes, valueAt)
    const nameEnd = name.spanEnd()
    isFound = PROXY_NAME.find(wire.bytes, name.at, nameEnd) !== undefined
    break
  }
  wire.at = start
  return isFound
}

const PROXY_CONTAINERS = list(one(message({ name: [1, common], args: [4, list(text)] })), isProxy)

const POD_SPEC = message({
  containers: [2, PROXY_CONTAINERS],
  initContainers: [20, PROXY_CONTAINERS],
  serviceAccountName: [8, common],
  nodeName: [10, text],
  hostNetwork: [11, flag],
})

const STATE = message({
  waiting: [1, one(message({ reason: [1, common] }))],
  running: [2, one(message({ startedAt: [1, time] }))],
  terminated: [
    3,
    one(message({ exitCode: [1, integer], reason: [3, common], startedAt: [5, time], finishedAt: [6, time] })),
  ],
})

const CONTAINER_STATUSES = list(
  one(
    message({
      name: [1, common],
      state: [2, one(STATE)],
      lastState: [3, one(STATE)],
      ready: [4, flag],
      restartCount: [5, integer],
      started: [9, flag],
    }),
  ),
)

const CONDITION = message({
  type: [1, common],
  status: [2, common],
  lastTransitionTime: [4, time],
  reason: [5, common],
})
const ADDRESSES = list(one(message({ ip: [1, text] })))

const POD_STATUS = message({
  phase: [1, common],
  conditions: [2, list(one(CONDITION))],
  hostIP: [5, text],
  podIP: [6, text],
  containerStatuses: [8, CONTAINER_STATUSES],
  initContainerStatuses: [10, CONTAINER_STATUSES],
  podIPs: [12, ADDRESSES],
  hostIPs: [16, ADDRESSES],
})

const INT_OR_STRING = message({ type: [1, integer], intVal: [2, integer], strVal: [3, text] })

const targetPort: Reading = {
  wireType: SPAN,
  read(wire) {
    const { type, intVal, strVal } = decode(INT_OR_STRING, wire, wire.spanEnd())
    return type === 1 ? strVal : intVal
  },
}

const SERVICE_PORT = message({
  protocol: [2, common],
  port: [3, integer],
  targetPort: [4, targetPort],
  nodePort: [5, integer],
})

const SERVICE_SPEC = message({
  ports: [1, list(one(SERVICE_PORT))],
  clusterIP: [3, text],
  externalIPs: [5, list(text)],
  clusterIPs: [18, list(text)],
})

const SERVICE_STATUS = message({ loadBalancer: [1, one(message({ ingress: [1, ADDRESSES] }))] })

const NODE_SPEC = message({ podCIDR: [1, text], podCIDRs: [7, list(text)] })
const NODE_STATUS = message({ addresses: [5, list(one(message({ address: [2, text] })))] })

/** What a bookmark says. */
export const BOOKMARK = message({
  metadata: [
    1,
    one(
      message({
        resourceVersion: [6, text],
        annotations: [12, textMap(new KnownTexts(['k8s.io/initial-events-end']))],
      }),
    ),
  ],
})

/** `meta.v1.ListMeta`. */
export const LIST_METADATA = message({ resourceVersion: [2, text], continue: [3, text] })

/** `meta.v1.Status`, the answer to what failed. */
export const STATUS = message({
  message: [3, text],
  reason: [4, text],
  details: [
    5,
    one(message({ causes: [4, list(one(message({ reason: [1, text] })))], retryAfterSeconds: [5, integer] })),
  ],
  code: [6, integer],
})
