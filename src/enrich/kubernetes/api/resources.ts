import type { RowTarget } from '../../endpoint/row-target.ts'
import { type FieldProblem, FieldReader, isObject, type JsonObject } from '../field-reader.ts'
import { namespaceRowOf } from '../namespace.ts'
import { nodeRowOf } from '../node.ts'
import { podRowOf } from '../pod.ts'
import { serviceRowOf } from '../service.ts'
import type { Message } from './message.ts'
import { messagesFor } from './objects.ts'

/** The four resources that we list and watch, and no other. */
export type ResourceName = 'pods' | 'services' | 'nodes' | 'namespaces'

/** Labels that rows keep. */
export interface WantedLabels {
  /** Of pods and services. */
  readonly labels: readonly string[]
  readonly namespaceLabels: readonly string[]
}

/** One resource of the API server, and where its objects go. */
export interface Resource {
  readonly name: ResourceName
  readonly message: Message
  /** Pods that have ended hold no address: the API server leaves them out, and tells when one ends as if it was deleted. */
  readonly fieldSelector: string | undefined
  /** What the target tells objects apart by; undefined of an object that lacks it. */
  keyOf(object: JsonObject): string | undefined
  /** Hand the object over, or say what is wrong with it. */
  put(object: JsonObject, seenAtMs: number): FieldProblem | undefined
  remove(object: JsonObject, seenAtMs: number): FieldProblem | undefined
  retain(keys: ReadonlySet<string>, seenAtMs: number): void | Promise<void>
}

/** The resources, feeding `target`; what they hand over first is what the others refer to. */
export function resourcesFor(target: RowTarget, { labels, namespaceLabels }: WantedLabels): readonly Resource[] {
  const messages = messagesFor([...labels, ...namespaceLabels])
  return [
    resource({
      name: 'namespaces',
      message: messages.namespace,
      keyPaths: ['name'],
      rowOf: (object, reader) => namespaceRowOf(object, reader, namespaceLabels),
      upsert: (row) => target.upsertNamespace(row),
      remove: (key) => target.deleteNamespace(key),
      retain: (keys) => target.retainNamespaces(keys),
    }),
    resource({
      name: 'nodes',
      message: messages.node,
      keyPaths: ['name'],
      rowOf: nodeRowOf,
      upsert: (row) => target.upsertNode(row),
      remove: (key) => target.deleteNode(key),
      retain: (keys) => target.retainNodes(keys),
    }),
    resource({
      name: 'services',
      message: messages.service,
      keyPaths: ['namespace', 'name'],
      rowOf: (object, reader) => serviceRowOf(object, reader, labels),
      upsert: (row) => target.upsertService(row),
      remove: (key) => {
        const slash = key.indexOf('/')
        target.deleteService(key.slice(0, slash), key.slice(slash + 1))
      },
      retain: (keys) => target.retainServices(keys),
    }),
    resource({
      name: 'pods',
      message: messages.pod,
      fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed',
      keyPaths: ['uid'],
      rowOf: (object, reader) => podRowOf(object, reader, labels),
      upsert: (row, seenAtMs) => target.upsertPod(row, seenAtMs),
      remove: (key, seenAtMs) => target.deletePod(key, seenAtMs),
      retain: (keys, seenAtMs) => target.retainPods(keys, seenAtMs),
    }),
  ]
}

interface Parts<Row> {
  readonly name: ResourceName
  readonly message: Message
  readonly fieldSelector?: string
  /** Fields of the metadata that make the key. */
  readonly keyPaths: readonly string[]
  rowOf(object: JsonObject, reader: FieldReader): Row
  upsert(row: Row, seenAtMs: number): void
  remove(key: string, seenAtMs: number): void
  retain(keys: ReadonlySet<string>, seenAtMs: number): void | Promise<void>
}

function resource<Row>(parts: Parts<Row>): Resource {
  const { name, message, fieldSelector, keyPaths } = parts
  const keyOf = (object: JsonObject) => keyAt(object, keyPaths)
  return {
    name,
    message,
    fieldSelector,
    keyOf,
    put(object, seenAtMs) {
      const reader = new FieldReader()
      const row = parts.rowOf(object, reader)
      const [problem] = reader.problems
      if (problem === undefined) parts.upsert(row, seenAtMs)
      return problem
    },
    remove(object, seenAtMs) {
      const key = keyOf(object)
      if (key === undefined) return { field: `metadata.${keyPaths.at(-1)}`, expected: 'a text', found: 'nothing' }
      parts.remove(key, seenAtMs)
      return undefined
    },
    retain: (keys, seenAtMs) => parts.retain(keys, seenAtMs),
  }
}

function keyAt({ metadata }: JsonObject, names: readonly string[]): string | undefined {
  if (!isObject(metadata)) return undefined
  const texts = names.map((name) => metadata[name]).filter((text) => typeof text === 'string' && text !== '')
  return texts.length === names.length ? texts.join('/') : undefined
}
