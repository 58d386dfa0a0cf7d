import { kafkaFiles } from '../../bootstrap/kafka/files.ts'
import { topicNotes } from '../../bootstrap/kafka/notes.ts'
import { refusal } from '../../bootstrap/kafka/refusal.ts'
import { presentTopics, refuseUnmakable } from '../../bootstrap/kafka/server.ts'
import { holds, KafkaTarget } from '../../bootstrap/kafka/target.ts'
import { kafkaTopics, type TopicWishes } from '../../bootstrap/kafka/topics.ts'
import { KafkaCluster } from '../../clients/kafka.ts'
import type { KafkaAdmin } from '../../clients/kafka-admin.ts'
import { SYSTEM_CLOCK } from '../../clock.ts'
import type { Logger } from '../../logger.ts'
import type { KafkaSinkConfig } from '../../sinks/kafka/config.ts'
import { connectionOf, partiesOf, wishesOf } from './kafka-options.ts'
import type { BootstrapOptions } from './options.ts'
import type { Connected, Product } from './product.ts'

/** What `flagship bootstrap kafka` works with: the topics of one sink. */
export function kafkaProduct(_sinkName: string, sink: KafkaSinkConfig, options: BootstrapOptions): Product {
  const wishes = wishesOf(options)
  return {
    files: () => kafkaFiles(kafkaTopics(sink, wishes), partiesOf(sink, options)),
    async connect() {
      const admin = await adminOf(sink, options)
      try {
        return await (options.remove === true ? removal(admin, sink) : installation(admin, sink, wishes))
      } catch (error) {
        await admin.close()
        throw error
      }
    },
  }
}

async function installation(admin: KafkaAdmin, sink: KafkaSinkConfig, wishes: TopicWishes): Promise<Connected> {
  const present = await presentTopics(admin, kafkaTopics(sink))
  const topics = kafkaTopics(sink, wishes, present)
  await refuseUnmakable(
    admin,
    topics.filter(({ id }) => !present.has(id)),
  )
  return {
    ...bare(admin),
    target: new KafkaTarget(admin, topics, present),
    notes: topicNotes(topics, wishes, present),
    beforeRemove: async () => [],
  }
}

async function removal(admin: KafkaAdmin, sink: KafkaSinkConfig): Promise<Connected> {
  const topics = kafkaTopics(sink)
  const present = await presentTopics(admin, topics)
  const target = new KafkaTarget(admin, topics, present)
  return {
    ...bare(admin),
    target,
    notes: [],
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

async function adminOf(sink: KafkaSinkConfig, options: BootstrapOptions): Promise<KafkaAdmin> {
  const connection = await connectionOf(sink, options)
  try {
    return await new KafkaCluster(connection, SYSTEM_CLOCK, SILENT).admin()
  } catch (error) {
    throw refusal(`Cannot reach Kafka "${connection.brokers.join(',')}"`, 'nothing but a login', error)
  }
}

/** What goes wrong is thrown, and what goes well is printed. */
const SILENT: Logger = { info() {}, warn() {}, error() {} }
