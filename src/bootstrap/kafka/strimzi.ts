import { createHash } from 'node:crypto'
import type { Installable } from '../object.ts'
import type { Grant } from './acls.ts'
import type { KafkaTopic } from './topics.ts'

/** Since Strimzi 0.49; 1.0 has no other. */
const API_VERSION = 'kafka.strimzi.io/v1'

/** Kafka's settings that are numbers: Strimzi compares them as such. */
const IS_NUMBER = /^-?\d{1,15}$/

/** A topic for the operator of this cluster. */
export function topicManifest({ id, body, fileName }: KafkaTopic, cluster: string): Installable {
  const config = Object.entries(body.config).map(([name, value]) => [
    name,
    IS_NUMBER.test(value) ? Number(value) : value,
  ])
  const { partitions, replicas } = body
  const spec = { topicName: id, partitions, replicas, config: Object.fromEntries(config) }
  return { kind: 'KafkaTopic', id, fileName, body: { ...headOf('KafkaTopic', id, cluster), spec } }
}

/** A user with these rights for the operator of this cluster, which keeps the credentials. */
export function userManifest(
  { user, rules }: Grant,
  { cluster, authentication, fileName }: { cluster: string; authentication: 'scram-sha-512' | 'tls'; fileName: string },
): Installable {
  const acls = rules.flatMap(({ type, names, isPrefix, operations }) =>
    names.map((name) => ({
      resource: { type: RESOURCES[type], name, patternType: isPrefix === true ? 'prefix' : 'literal' },
      operations,
    })),
  )
  const spec = { authentication: { type: authentication }, authorization: { type: 'simple', acls } }
  return { kind: 'KafkaUser', id: user, fileName, body: { ...headOf('KafkaUser', user, cluster), spec } }
}

const RESOURCES = { topic: 'topic', group: 'group', 'transactional-id': 'transactionalId' } as const

function headOf(kind: string, id: string, cluster: string): object {
  return {
    apiVersion: API_VERSION,
    kind,
    metadata: { name: resourceName(id), labels: { 'strimzi.io/cluster': cluster } },
  }
}

/** A name that Kubernetes takes: the same where it does already, else with a mark, so that two do not become one. */
export function resourceName(id: string): string {
  if (IS_SUBDOMAIN.test(id) && id.length <= MOST_CHARACTERS) return id
  const mark = createHash('sha256').update(id).digest('hex').slice(0, 8)
  const similar = id
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
  return [...(similar === '' ? [] : [similar.slice(0, 200)]), mark].join('-')
}

/** RFC 1123, as Kubernetes has it for names. */
const IS_SUBDOMAIN = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/
const MOST_CHARACTERS = 253
