import type { KafkaAdmin } from '../../clients/kafka/admin.ts'
import { difference } from '../difference.ts'
import { BOOTSTRAP_VERSION, type Found, type Target } from '../object.ts'
import { asking } from './refusal.ts'
import type { KafkaTopic, TopicBody } from './topics.ts'

/**
 * A cluster to make topics in. A topic bears no mark: what has a name of the configuration is taken for ours. What is
 * wanted was reckoned from `present`, so that is what counts: brokers that are asked twice may not agree.
 */
export class KafkaTarget implements Target {
  readonly objects: readonly KafkaTopic[]
  readonly #admin: KafkaAdmin
  readonly #present: ReadonlyMap<string, TopicBody>

  constructor(admin: KafkaAdmin, objects: readonly KafkaTopic[], present: ReadonlyMap<string, TopicBody>) {
    this.#admin = admin
    this.objects = objects
    this.#present = present
  }

  async find({ id }: Pick<KafkaTopic, 'id'>): Promise<Found> {
    const body = this.#present.get(id)
    return body === undefined ? { kind: 'absent' } : { kind: 'ours', version: BOOTSTRAP_VERSION, body }
  }

  async write({ id }: Pick<KafkaTopic, 'id'>, found: Found): Promise<void> {
    const { body } = this.#topic(id)
    if (found.kind === 'absent')
      return asking(`Cannot make topic "${id}"`, RIGHTS.create, this.#admin.createTopics([{ topic: id, ...body }]))
    if (found.kind === 'ours') await this.#change(id, found.body, body)
  }

  async remove({ id }: Pick<KafkaTopic, 'id'>): Promise<string | undefined> {
    const count = await this.recordCount(id)
    if (count > 0n) return holds(count)
    await asking(`Cannot remove topic "${id}"`, RIGHTS.remove, this.#admin.deleteTopic(id))
    return undefined
  }

  /** How many records stand in the way of removing a topic. */
  async recordCount(id: string): Promise<bigint> {
    return asking(`Cannot count the records of topic "${id}"`, RIGHTS.find, this.#admin.recordCount(id))
  }

  async #change(id: string, before: object, { partitions, config }: TopicBody): Promise<void> {
    const [size, settings] = [Reflect.get(before, 'partitions'), Reflect.get(before, 'config')]
    if (difference(settings, config).length > 0)
      await asking(`Cannot change topic "${id}"`, RIGHTS.change, this.#admin.changeConfig(id, config))
    if (size !== partitions)
      await asking(`Cannot grow topic "${id}"`, RIGHTS.grow, this.#admin.growTopic(id, partitions))
  }

  #topic(id: string): KafkaTopic {
    const topic = this.objects.find((each) => each.id === id)
    if (topic === undefined) throw new Error(`Cannot install topic "${id}": it is not of this target`)
    return topic
  }
}

/** Why a topic stays. */
export function holds(count: bigint): string {
  return `it holds ${count} ${count === 1n ? 'record' : 'records'}, which flagship never deletes`
}

/** What each call takes, as ACLs name it. */
export const RIGHTS = {
  find: 'DESCRIBE on the topic',
  read: 'DESCRIBE_CONFIGS on the topic',
  create: 'CREATE on the topic or the cluster, and DESCRIBE on the topic',
  change: 'ALTER_CONFIGS on the topic',
  grow: 'ALTER on the topic',
  remove: 'DELETE on the topic',
} as const
