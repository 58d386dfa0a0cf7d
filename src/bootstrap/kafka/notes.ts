import type { KafkaTopic, TopicBody, TopicWishes } from './topics.ts'

/** What to know of topics besides what is changed: how safe they are, and what is not changed. `present`: as they are. */
export function topicNotes(
  topics: readonly KafkaTopic[],
  wishes: TopicWishes,
  present: ReadonlyMap<string, TopicBody>,
): readonly string[] {
  const all = topics.map(({ id, role, body }) => ({ id, role, body, was: present.get(id) }))
  const isSmaller = ({ role, was }: (typeof all)[number]) =>
    role !== 'cursor' && was !== undefined && was.partitions > (wishes.partitions ?? was.partitions)
  const of = (isMeant: (each: (typeof all)[number]) => boolean, text: string) => {
    const ids = all.filter(isMeant).map(({ id }) => id)
    return ids.length === 0 ? [] : [`${ids.join(', ')}: ${text}`]
  }
  return [
    ...of(({ body, was }) => was !== undefined && body.partitions > was.partitions, GROWS),
    ...of(isSmaller, SHRINKS),
    ...of(({ was }) => was !== undefined && was.replicas !== (wishes.replicas ?? was.replicas), REPLICAS),
    ...of(({ body }) => leastInSync(body) === 1, ALONE),
    ...of(({ body }) => leastInSync(body) > 1 && leastInSync(body) > body.replicas - 1, ALL),
  ]
}

function leastInSync({ config }: TopicBody): number {
  return Number(config['min.insync.replicas'])
}

const GROWS =
  'with more partitions keys have others than before, so the two lines of a hop may be in different ones around that time'
const SHRINKS = 'more partitions than --partitions says; they never become fewer'
const REPLICAS =
  'other replicas than --replicas says; replicas of a topic that is there are moved by kafka-reassign-partitions.sh'
const ALONE =
  'min.insync.replicas is 1: records that one broker has acknowledged are lost with that broker; have 3 brokers and 3 replicas'
const ALL =
  'min.insync.replicas is as many as replicas: with one broker down nothing can be written; have one replica more'
