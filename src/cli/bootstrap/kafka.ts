import { kafkaFiles } from '../../bootstrap/kafka/files.ts'
import type { KafkaNeeds } from '../../bootstrap/kafka/needs.ts'
import { topicNotes } from '../../bootstrap/kafka/notes.ts'
import { refusal } from '../../bootstrap/kafka/refusal.ts'
import { SchemaTarget, WHY_IT_STAYS } from '../../bootstrap/kafka/schemas.ts'
import { presentTopics, refuseUnmakable } from '../../bootstrap/kafka/server.ts'
import { holds, KafkaTarget } from '../../bootstrap/kafka/target.ts'
import { kafkaTopics, type TopicWishes } from '../../bootstrap/kafka/topics.ts'
import { joined } from '../../bootstrap/object.ts'
import { KafkaCluster } from '../../clients/kafka/cluster.ts'
import type { KafkaAdmin } from '../../clients/kafka/admin.ts'
import { SYSTEM_CLOCK } from '../../clock.ts'
import type { Config } from '../../config/schema.ts'
import { SILENT } from '../../logger.ts'
import { type Client, connectionOf, fileSettingsOf, wishesOf } from './kafka-options.ts'
import { type Subject, subjectOf } from './kafka-subject.ts'
import type { BootstrapOptions } from './options.ts'
import type { Connected, Product } from './product.ts'
import { registryOf } from './registry.ts'

/** What `flagship bootstrap kafka` works with: the topics of one sink and their schemas, or the topic of a group. */
export function kafkaProduct(config: Config, options: BootstrapOptions): Product {
  const subject = subjectOf(config, options)
  const { client, needs, parties } = subject
  const wishes = wishesOf(options)
  return {
    files: () => kafkaFiles(needs, fileSettingsOf(client, parties, options), wishes),
    async connect() {
      const schemas = await schemaTargets(subject, options)
      const admin = await adminOf(client, options)
      try {
        return await (options.remove === true ? removal(admin, needs) : installation({ admin, needs, schemas, wishes }))
      } catch (error) {
        await admin.close()
        throw error
      }
    },
  }
}

interface Installation {
  readonly admin: KafkaAdmin
  readonly needs: KafkaNeeds
  readonly schemas: readonly SchemaTarget[]
  readonly wishes: TopicWishes
}

/** Schemas come first: one that is refused is known only then, and topics have been checked already. */
async function installation({ admin, needs, schemas, wishes }: Installation): Promise<Connected> {
  const present = await presentTopics(admin, kafkaTopics(needs.topics))
  const topics = kafkaTopics(needs.topics, wishes, present)
  await refuseUnmakable(
    admin,
    topics.filter(({ id }) => !present.has(id)),
  )
  return {
    ...bare(admin),
    target: joined([...schemas, new KafkaTarget(admin, topics, present)]),
    notes: topicNotes(topics, wishes, present),
    beforeRemove: async () => [],
  }
}

async function schemaTargets({ needs, registry }: Subject, options: BootstrapOptions) {
  if (registry === undefined || needs.schemas.length === 0) return []
  return [new SchemaTarget(await registryOf(registry, options), needs.schemas)]
}

async function removal(admin: KafkaAdmin, needs: KafkaNeeds): Promise<Connected> {
  const topics = kafkaTopics(needs.topics)
  const present = await presentTopics(admin, topics)
  const target = new KafkaTarget(admin, topics, present)
  return {
    ...bare(admin),
    target,
    notes: needs.schemas.map(({ kind, id }) => `${kind} ${id} stays: ${WHY_IT_STAYS}`),
    async beforeRemove(isDry) {
      const full: string[] = []
      for (const id of isDry ? present.keys() : []) {
        const count = await target.recordCount(id)
        if (count > 0n) full.push(`topic ${id} would stay: ${holds(count)}`)
      }
      return full
    },
  }
}

function bare(admin: KafkaAdmin): Pick<Connected, 'afterInstall' | 'remedy' | 'close'> {
  return {
    afterInstall: async () => [],
    remedy:
      'stop who writes, wait until retention.ms has emptied them or delete them with kafka-topics.sh, then repeat',
    close: () => admin.close(),
  }
}

async function adminOf(client: Client, options: BootstrapOptions): Promise<KafkaAdmin> {
  const connection = await connectionOf(client, options)
  try {
    return await new KafkaCluster(connection, SYSTEM_CLOCK, SILENT).admin()
  } catch (error) {
    throw refusal(`Cannot reach Kafka "${connection.brokers.join(',')}"`, 'nothing but a login', error)
  }
}
