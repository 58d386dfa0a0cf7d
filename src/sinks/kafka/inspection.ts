/** What is wrong with a cluster as a sink would find it: asked before any line is sent. */
import type { TopicConfig } from '../../clients/kafka/admin.ts'
import { KafkaCluster, KafkaFailure, type KafkaProducer, type Partition } from '../../clients/kafka/cluster.ts'
import { SYSTEM_CLOCK } from '../../clock.ts'
import { FlagshipError } from '../../errors.ts'
import { SILENT } from '../../logger.ts'
import { type Complaint, complaintOf, complaintsOf } from '../complaint.ts'
import { type KafkaSinkConfig, topicsOf } from './config.ts'
import { CURSOR_TOPIC } from './cursor-topic.ts'
import { valuesOf } from './values.ts'

/** Everything that is wrong, at once; nothing is written. */
export async function inspectKafka(config: KafkaSinkConfig): Promise<readonly Complaint[]> {
  return (await Promise.all([complaintsOf(inspectBrokers(config)), inspectRegistry(config)])).flat()
}

/** Each topic that has no schema is told: they may be registered one by one. */
async function inspectRegistry(config: KafkaSinkConfig): Promise<readonly Complaint[]> {
  const values = valuesOf(config, SYSTEM_CLOCK)
  const complaints: Complaint[] = []
  for (const topic of new Set(Object.values(config.topics))) {
    complaints.push(...(await complaintsOf(values.learn([topic]).then(() => []))))
    if (complaints.at(-1)?.kind === 'unreachable') break
  }
  return complaints
}

async function inspectBrokers(config: KafkaSinkConfig): Promise<readonly Complaint[]> {
  const cluster = new KafkaCluster(config, SYSTEM_CLOCK, SILENT)
  const signal = new AbortController().signal
  // The producer id shows that the login works and that there is a topic that may be written.
  const producer = await cluster.producer(config.compression, config.topics.access, signal)
  try {
    const complaints: Complaint[] = []
    for (const topic of topicsOf(config)) complaints.push(...(await topicComplaints(cluster, producer, topic, signal)))
    if (config.delivery === 'exactly_once') complaints.push(...(await cursorComplaints(cluster, config.cursorTopic)))
    return complaints
  } finally {
    producer.close()
  }
}

async function topicComplaints(
  cluster: KafkaCluster,
  producer: KafkaProducer,
  topic: string,
  signal: AbortSignal,
): Promise<readonly Complaint[]> {
  let partitions: readonly Partition[]
  try {
    partitions = await producer.partitionsOf(topic, signal)
  } catch (error) {
    if (!(error instanceof FlagshipError)) throw error
    return [complaintOf(error)]
  }
  const replicas = Math.min(...partitions.map((partition) => partition.replicas.length))
  const { 'min.insync.replicas': minInSync } = await settingsOf(cluster, topic)
  return minInSync === undefined ? [] : replicaComplaints(topic, replicas, Number(minInSync))
}

/** What makes agents forget how far they are, or takes them long to read. */
async function cursorComplaints(cluster: KafkaCluster, topic: string): Promise<readonly Complaint[]> {
  const { 'cleanup.policy': policy, 'retention.ms': retention } = await settingsOf(cluster, topic)
  const remedy = 'run `flagship bootstrap kafka`'
  const complaints: Complaint[] = []
  if (policy !== undefined && !policy.split(',').includes('compact')) {
    const message = `topic "${topic}" is not compacted: every start reads all of it; ${remedy}`
    complaints.push({ kind: 'weak', message })
  }
  const isShort = Number(retention) >= 0 && Number(retention) < CURSOR_TOPIC.retentionMs
  if (isShort && policy?.includes('delete') === true) {
    const message = `topic "${topic}" has retention.ms ${retention}: agents may forget how far they are; ${remedy}`
    complaints.push({ kind: 'weak', message })
  }
  return complaints
}

/** Empty where we may not see them: who may only write needs no more. */
async function settingsOf(cluster: KafkaCluster, topic: string): Promise<TopicConfig> {
  const admin = await cluster.admin()
  try {
    return await admin.configOf(topic)
  } catch (error) {
    if (error instanceof KafkaFailure) return {}
    throw error
  } finally {
    await admin.close()
  }
}

function replicaComplaints(topic: string, replicas: number, minInSync: number): readonly Complaint[] {
  const has = `topic "${topic}" has ${replicas} ${replicas === 1 ? 'replica' : 'replicas'} and min.insync.replicas ${minInSync}`
  if (minInSync > replicas) return [{ kind: 'wrong', message: `${has}: nothing can ever be written to it` }]
  if (replicas > 1 && minInSync === replicas)
    return [{ kind: 'weak', message: `${has}: while one broker is down nothing is written` }]
  if (minInSync > 1) return []
  return [{ kind: 'weak', message: `${has}: what is acknowledged may be lost with one broker` }]
}
