import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encodingFor } from '../../support/fake-kubernetes/encoding.ts'
import { decodeEnvelope, decodeFrames } from '../../support/fake-kubernetes/protobuf/decode.ts'
import { withoutEmpty } from '../../support/kubernetes-api.ts'

const RECORDED = join(import.meta.dirname, '..', '..', 'fixtures', 'kubernetes')
const KINDS = { pods: 'Pod', services: 'Service', nodes: 'Node', namespaces: 'Namespace' } as const
const RESOURCES = ['pods', 'services', 'nodes', 'namespaces'] as const
const PROTOBUF = encodingFor('application/vnd.kubernetes.protobuf')

test.for(RESOURCES)('FakeKubernetes writes %s in protobuf byte for byte as the real server does', (resource) => {
  const { metadata, items } = jsonOf(`${resource}.list.json`)
  const ours = [...(PROTOBUF?.list(KINDS[resource], metadata, items) ?? [])]

  expect(Buffer.concat(ours).equals(bytesOf(`${resource}.list.pb`))).toBe(true)
})

test.for(['pods.watch', 'expired.watch'])('FakeKubernetes writes the events of %s as the real server does', (name) => {
  const events = linesOf(`${name}.jsonl`)
  const ours = events.map(({ type, object }) => [...(PROTOBUF?.events(type, object.kind, [object]) ?? [])])

  expect(Buffer.concat(ours.flat()).equals(bytesOf(`${name}.pb`))).toBe(true)
})

test.for(RESOURCES)('decodeEnvelope() reads from %s in protobuf what JSON says', (resource) => {
  const decoded = decodeEnvelope(bytesOf(`${resource}.list.pb`))

  expect(withoutEmpty(decoded)).toEqual(withoutEmpty(jsonOf(`${resource}.list.json`)))
})

test.for(['pods.watch', 'expired.watch'])('decodeFrames() reads from %s in protobuf what JSON says', (name) => {
  expect(withoutEmpty(decodeFrames(bytesOf(`${name}.pb`)))).toEqual(withoutEmpty(linesOf(`${name}.jsonl`)))
})

interface RecordedList {
  readonly metadata: Record<string, unknown>
  readonly items: readonly Record<string, unknown>[]
}

interface RecordedEvent {
  readonly type: string
  readonly object: Record<string, unknown> & { readonly kind: string }
}

function bytesOf(name: string): Buffer {
  return readFileSync(join(RECORDED, name))
}

function jsonOf(name: string): RecordedList {
  const list: RecordedList = JSON.parse(bytesOf(name).toString())
  return list
}

function linesOf(name: string): RecordedEvent[] {
  return bytesOf(name)
    .toString()
    .trim()
    .split('\n')
    .map((line): RecordedEvent => {
      const event: RecordedEvent = JSON.parse(line)
      return event
    })
}
