import type { ReporterIdentity } from '../../src/record/reporter-identity.ts'

/** A line as a shipper read it. */
export interface ShippedLine {
  readonly text: string
  readonly time: string
  readonly stream: string
  readonly identity: Required<Omit<ReporterIdentity, 'workload'>>
  readonly path: string
  readonly offsetBytes: number
}

type Json = { readonly [key: string]: unknown }

const seconds = (time: string) => Date.parse(time) / 1_000

/** Nanoseconds since the epoch of a time with up to nine digits behind the dot. */
function nanosOf(time: string): bigint {
  const digits = /\.(\d{1,9})Z$/.exec(time)?.[1] ?? ''
  return BigInt(Math.floor(seconds(time))) * 1_000_000_000n + BigInt(digits.padEnd(9, '0'))
}

function fluentBitRecord({ text, time, stream, identity }: ShippedLine, log: Json = { log: text }) {
  const { namespace, podName, podUid, containerName, nodeName } = identity
  return {
    '@timestamp': seconds(time),
    time,
    stream,
    _p: 'F',
    ...log,
    kubernetes: {
      pod_name: podName,
      namespace_name: namespace,
      pod_id: podUid,
      labels: { app: 'reviews', 'pod-template-hash': '85cd9b6f7' },
      annotations: { 'prometheus.io/scrape': 'true' },
      host: nodeName,
      pod_ip: '10.244.2.31',
      container_name: containerName,
      docker_id: '3f4d0c4ab1f3',
      container_hash: 'docker.io/istio/proxyv2@sha256:8f29',
      container_image: 'docker.io/istio/proxyv2:1.24.1',
    },
  }
}

function vectorRecord({ text, time, stream, identity, path }: ShippedLine, line: Json = { message: text }) {
  const { namespace, podName, podUid, containerName, nodeName } = identity
  return {
    file: path,
    kubernetes: {
      container_id: 'containerd://3f4d0c4ab1f3',
      container_image: 'docker.io/istio/proxyv2:1.24.1',
      container_name: containerName,
      namespace_labels: { 'istio-injection': 'enabled' },
      node_labels: { 'kubernetes.io/arch': 'amd64' },
      pod_ip: '10.244.2.31',
      pod_ips: ['10.244.2.31'],
      pod_labels: { app: 'reviews' },
      pod_name: podName,
      pod_namespace: namespace,
      pod_node_name: nodeName,
      pod_owner: 'ReplicaSet/reviews-v1-7f8d6c5b4',
      pod_uid: podUid,
    },
    ...line,
    source_type: 'kubernetes_logs',
    stream,
    timestamp: time,
  }
}

function filebeatRecord(
  { text, time, stream, identity, path, offsetBytes }: ShippedLine,
  line: Json = { message: text },
) {
  const { namespace, podName, podUid, containerName, nodeName } = identity
  return {
    '@timestamp': new Date(time).toISOString(),
    '@metadata': { beat: 'filebeat', type: '_doc', version: '9.1.0' },
    ecs: { version: '8.0.0' },
    host: { name: nodeName },
    agent: { name: nodeName, type: 'filebeat', version: '9.1.0', ephemeral_id: '1c54', id: 'f6fc' },
    log: { offset: offsetBytes, file: { path } },
    stream,
    ...line,
    input: { type: 'filestream' },
    container: { id: '3f4d0c4ab1f3', image: { name: 'docker.io/istio/proxyv2:1.24.1' }, runtime: 'containerd' },
    kubernetes: {
      container: { name: containerName },
      namespace,
      namespace_labels: { 'istio-injection': 'enabled' },
      node: { name: nodeName, uid: '2af3', hostname: nodeName },
      pod: { name: podName, uid: podUid, ip: '10.244.2.31' },
      labels: { app: 'reviews' },
      replicaset: { name: 'reviews-v1-7f8d6c5b4' },
    },
  }
}

/** `{"log":{...}}`: the keys of a JSON line, or the text of another. */
function keysOf(text: string, otherwise: Json): Json {
  return text.startsWith('{') ? JSON.parse(text) : otherwise
}

/** OTLP's JSON mapping of a value. */
export function anyValue(value: unknown): Json {
  if (value === null || value === undefined) return {}
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } }
  return { kvlistValue: { values: keyValues({ ...value }) } }
}

function keyValues(members: Json): readonly Json[] {
  return Object.entries(members).map(([key, value]) => ({ key, value: anyValue(value) }))
}

/** The records of some lines of one pod, as the Collector batches them. */
export function otlpJson(lines: readonly ShippedLine[], bodyOf = ({ text }: ShippedLine): unknown => text): Json {
  const resourceLogs = lines.map((line) => {
    const { namespace, podName, podUid, containerName, nodeName } = line.identity
    const names = {
      'k8s.namespace.name': namespace,
      'k8s.pod.name': podName,
      'k8s.pod.uid': podUid,
      'k8s.container.name': containerName,
      'k8s.container.restart_count': '0',
      'k8s.node.name': nodeName,
    }
    const attributes = { 'log.iostream': line.stream, logtag: 'F', 'log.file.path': line.path }
    const nanos = String(nanosOf(line.time))
    const record = {
      timeUnixNano: nanos,
      observedTimeUnixNano: nanos,
      body: anyValue(bodyOf(line)),
      attributes: keyValues(attributes),
      traceId: '',
      spanId: '',
    }
    return { resource: { attributes: keyValues(names) }, scopeLogs: [{ scope: {}, logRecords: [record] }] }
  })
  return { resourceLogs }
}

/** The same in protobuf. */
export function otlpProto(lines: readonly ShippedLine[], bodyOf = ({ text }: ShippedLine): unknown => text): Buffer {
  return Buffer.concat(
    lines.map((line) => {
      const { namespace, podName, podUid, containerName, nodeName } = line.identity
      const names = {
        'k8s.namespace.name': namespace,
        'k8s.pod.name': podName,
        'k8s.pod.uid': podUid,
        'k8s.container.name': containerName,
        'k8s.node.name': nodeName,
      }
      const attributes = { 'log.iostream': line.stream, logtag: 'F', 'log.file.path': line.path }
      const time = Buffer.alloc(8)
      time.writeBigUInt64LE(nanosOf(line.time))
      const record = Buffer.concat([
        Buffer.from([(1 << 3) | 1]),
        time,
        lengthDelimited(5, protoValue(bodyOf(line))),
        protoMembers(6, attributes),
        Buffer.from([(11 << 3) | 1]),
        time,
      ])
      const scope = lengthDelimited(2, Buffer.concat([lengthDelimited(1, Buffer.alloc(0)), lengthDelimited(2, record)]))
      return lengthDelimited(1, Buffer.concat([lengthDelimited(1, protoMembers(1, names)), scope]))
    }),
  )
}

function protoMembers(number: number, members: Json): Buffer {
  const entries = Object.entries(members).map(([key, value]) =>
    lengthDelimited(
      number,
      Buffer.concat([lengthDelimited(1, Buffer.from(key)), lengthDelimited(2, protoValue(value))]),
    ),
  )
  return Buffer.concat(entries)
}

/** `AnyValue`. */
export function protoValue(value: unknown): Buffer {
  if (value === null || value === undefined) return Buffer.alloc(0)
  if (typeof value === 'string') return lengthDelimited(1, Buffer.from(value))
  if (typeof value === 'boolean') return Buffer.from([2 << 3, value ? 1 : 0])
  if (typeof value === 'number' && Number.isSafeInteger(value))
    return Buffer.concat([Buffer.from([3 << 3]), varint(BigInt.asUintN(64, BigInt(value)))])
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(9, (4 << 3) | 1)
    bytes.writeDoubleLE(value, 1)
    return bytes
  }
  if (Array.isArray(value))
    return lengthDelimited(5, Buffer.concat(value.map((each) => lengthDelimited(1, protoValue(each)))))
  return lengthDelimited(6, protoMembers(1, { ...value }))
}

export function lengthDelimited(number: number, content: Buffer): Buffer {
  return Buffer.concat([varint(BigInt((number << 3) | 2)), varint(BigInt(content.length)), content])
}

function varint(value: bigint): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Buffer.from([...bytes, Number(rest)])
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value))

/** How each shipper may write a line: its envelope, and the message. */
export const WRAPPINGS = {
  'Fluent Bit, as the multiline parser cri makes it': ['fluentbit', (line: ShippedLine) => json(fluentBitRecord(line))],
  'Fluent Bit, Merge_Log into the root': [
    'fluentbit',
    (line: ShippedLine) => json(fluentBitRecord(line, keysOf(line.text, { log: line.text }))),
  ],
  'Fluent Bit, Merge_Log with Keep_Log': [
    'fluentbit',
    (line: ShippedLine) => json(fluentBitRecord(line, { log: line.text, ...keysOf(line.text, {}) })),
  ],
  'Fluent Bit, Merge_Log_Key': [
    'fluentbit',
    (line: ShippedLine) =>
      json(
        fluentBitRecord(
          line,
          line.text.startsWith('{') ? { log_processed: JSON.parse(line.text) } : { log: line.text },
        ),
      ),
  ],
  'Fluent Bit, with the frame of the runtime still on': [
    'fluentbit',
    (line: ShippedLine) => {
      const {
        time: _,
        stream: _stream,
        _p,
        ...record
      } = fluentBitRecord(line, {
        log: `${line.time} ${line.stream} F ${line.text}\n`,
      })
      return json(record)
    },
  ],
  'Vector, json': ['vector', (line: ShippedLine) => json(vectorRecord(line))],
  'Vector, native_json': ['vector', (line: ShippedLine) => json({ log: vectorRecord(line) })],
  'Vector, parsed into the root': [
    'vector',
    (line: ShippedLine) => json(vectorRecord(line, keysOf(line.text, { message: line.text }))),
  ],
  'Vector, parsed in the place of message': [
    'vector',
    (line: ShippedLine) =>
      json(vectorRecord(line, { message: keysOf(line.text, { text: line.text })['text'] ?? keysOf(line.text, {}) })),
  ],
  Filebeat: ['filebeat', (line: ShippedLine) => json(filebeatRecord(line))],
  'Filebeat, decoded into the root': [
    'filebeat',
    (line: ShippedLine) => json(filebeatRecord(line, { message: line.text, ...keysOf(line.text, {}) })),
  ],
  'Filebeat, decoded below json': [
    'filebeat',
    (line: ShippedLine) =>
      json(filebeatRecord(line, line.text.startsWith('{') ? { json: JSON.parse(line.text) } : { message: line.text })),
  ],
  'Collector, otlp_json': ['otel', (line: ShippedLine) => json(otlpJson([line]))],
  'Collector, otlp_json, parsed body': [
    'otel',
    (line: ShippedLine) => json(otlpJson([line], ({ text }) => (text.startsWith('{') ? JSON.parse(text) : text))),
  ],
  'Collector, otlp_proto': ['otel', (line: ShippedLine) => otlpProto([line])],
  'Collector, otlp_proto, parsed body': [
    'otel',
    (line: ShippedLine) => otlpProto([line], ({ text }) => (text.startsWith('{') ? JSON.parse(text) : text)),
  ],
  'raw, in the frame of the runtime': [
    'raw',
    (line: ShippedLine) => Buffer.from(`${line.time} ${line.stream} F ${line.text}`),
  ],
  'raw, as the Collector writes a text': [
    'raw',
    (line: ShippedLine) => json(`${line.time} ${line.stream} F ${line.text}`),
  ],
} as const
