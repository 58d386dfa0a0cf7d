import { globSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isObject, type JsonObject } from '../../src/enrich/kubernetes/field-reader.ts'
import { KINDS, RESOURCES } from './fake-kubernetes/object.ts'
import { askApi, itemsOf } from './kubernetes-api.ts'
import { namespaceObject } from './kubernetes-objects.ts'
import type { KubernetesApi } from './real-kubernetes.ts'
import { recordedObjects } from './recorded-cluster.ts'

const RECORDED_PODS = join(import.meta.dirname, '../fixtures/recorded/pods')
/** The first second of the recorded lines, and the second after the last. */
const RECORDED = { fromMs: Date.parse('2026-11-22T13:17:32Z'), toMs: Date.parse('2026-11-22T13:17:51Z') }
const RECORDED_TIME = /2026-11-22T\d\d:\d\d:\d\d/g
/** More than clocks may differ by and whole seconds hide: nothing near a pod's beginning is sure. */
const CLEAR_MS = 5_000

/** The recorded pods as they would be in the cluster of a server that made the objects itself. */
export interface RecordedTree {
  /** What `kubectl get pods,services,nodes,namespaces -A -o json` prints. */
  readonly inventory: string
  /** Every line of the tree. */
  readonly lines: string
}

/** Have a server hold the recorded cluster. It gives UIDs and times of creation of its own; statuses have the time of now. */
export async function holdRecordedCluster(api: KubernetesApi): Promise<void> {
  const [nodes, services, pods] = [recordedObjects('nodes'), recordedObjects('services'), recordedObjects('pods')]
  const names = new Set([...services, ...pods].flatMap(({ metadata: { namespace = [] } }) => namespace))
  for (const name of names) await api.put('namespaces', namespaceObject(name))
  for (const node of nodes) await api.put('nodes', node)
  for (const service of services) await api.put('services', service)
  for (const pod of pods) await api.put('pods', JSON.parse(timesAt(JSON.stringify(pod), () => Date.now())))
}

/**
 * Write the inventory of that server into `root`, and the recorded tree into `pods`: under the UIDs that the server gave,
 * and later by whole seconds, so that the pods had been created before the first line.
 */
export async function writeRecordedTree(api: KubernetesApi, root: string, pods: string): Promise<RecordedTree> {
  const items = await everythingOf(api)
  const laterMs = Math.ceil(Date.now() / 1_000) * 1_000 + CLEAR_MS - RECORDED.fromMs
  const inventory = join(root, 'cluster.json')
  writeFileSync(inventory, JSON.stringify({ apiVersion: 'v1', kind: 'List', items, metadata: { resourceVersion: '' } }))
  // A list tells the states of pods up to when it was made, a watch goes on telling them: it counts as made after the lines.
  const madeAt = new Date(RECORDED.toMs + laterMs + CLEAR_MS)
  utimesSync(inventory, madeAt, madeAt)
  const texts = globSync('*/*/*.log', { cwd: RECORDED_PODS }).map((path) => {
    const target = join(pods, renamed(path, items))
    const text = timesAt(readFileSync(join(RECORDED_PODS, path), 'utf8'), (atMs) => atMs + laterMs)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text)
    return text
  })
  return { inventory, lines: texts.join('') }
}

async function everythingOf({ url, ca, tokens }: KubernetesApi): Promise<readonly JsonObject[]> {
  const lists = RESOURCES.map(async (resource) => {
    const { body } = await askApi({ url, ca, token: tokens.reader }, `/api/v1/${resource}`)
    return itemsOf(body).map((item) => ({ apiVersion: 'v1', kind: KINDS[resource], ...Object(item) }))
  })
  return (await Promise.all(lists)).flat()
}

/** A path of the recorded tree with the UID that the pod has now. */
function renamed(path: string, items: readonly JsonObject[]): string {
  const [directory = '', ...rest] = path.split('/')
  const [namespace, name] = directory.split('_')
  const metadata = items
    .map((item) => item['metadata'])
    .filter(isObject)
    .find((each) => each['namespace'] === namespace && each['name'] === name)
  if (metadata === undefined) throw new Error(`Cannot rename "${directory}": the server has no such pod`)
  return join(`${namespace}_${name}_${String(metadata['uid'])}`, ...rest)
}

/** Fractions of seconds stay as they are. */
function timesAt(text: string, timeOf: (recordedMs: number) => number): string {
  return text.replaceAll(RECORDED_TIME, (time) => new Date(timeOf(Date.parse(`${time}Z`))).toISOString().slice(0, 19))
}
