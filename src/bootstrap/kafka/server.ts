import type { KafkaAdmin } from '../../clients/kafka/admin.ts'
import { FlagshipError } from '../../errors.ts'
import { asking } from './refusal.ts'
import { RIGHTS } from './target.ts'
import type { KafkaTopic, TopicBody } from './topics.ts'

/** The topics that are there already, by name. */
export async function presentTopics(
  admin: KafkaAdmin,
  topics: readonly KafkaTopic[],
): Promise<ReadonlyMap<string, TopicBody>> {
  const present = new Map<string, TopicBody>()
  for (const topic of topics) {
    const body = await topicAt(admin, topic)
    if (body !== undefined) present.set(topic.id, body)
  }
  return present
}

/** A topic as it is, with those settings that are ours; undefined when it is not there. */
async function topicAt(admin: KafkaAdmin, { id, body }: KafkaTopic): Promise<TopicBody | undefined> {
  const size = await asking(`Cannot read topic "${id}"`, RIGHTS.find, admin.sizeOf(id))
  if (size === undefined) return undefined
  const all = await asking(`Cannot read the settings of topic "${id}"`, RIGHTS.read, admin.configOf(id))
  const ours = Object.keys(body.config).flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]] as const]))
  return { ...size, config: Object.fromEntries(ours) }
}

/**
 * Whether the cluster would make all of these topics: half of them would be worse than none.
 * @throws FlagshipError SINK_MISCONFIGURED, with the remedy.
 */
export async function refuseUnmakable(admin: KafkaAdmin, topics: readonly KafkaTopic[]): Promise<void> {
  const brokers = await asking('Cannot ask for the brokers', 'DESCRIBE on the cluster', admin.brokerCount())
  for (const { id, body } of topics) {
    if (body.replicas > brokers) throw tooFew(id, body.replicas, brokers)
    await asking(`Cannot make topic "${id}"`, RIGHTS.create, admin.checkTopics([{ topic: id, ...body }]))
  }
}

function tooFew(id: string, replicas: number, brokers: number): FlagshipError {
  const there = brokers === 1 ? 'only 1 broker runs' : `only ${brokers} brokers run`
  const cost = brokers === 1 ? ', which loses records with it' : ''
  return new FlagshipError(
    'SINK_MISCONFIGURED',
    `Cannot make topic "${id}" with ${replicas} replicas: ${there}; start more, or give --replicas ${brokers}${cost}`,
  )
}
