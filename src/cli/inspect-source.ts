import { KafkaCluster } from '../clients/kafka/cluster.ts'
import type { KafkaAdmin } from '../clients/kafka/admin.ts'
import { SchemaRegistry } from '../clients/schema-registry.ts'
import { SYSTEM_CLOCK } from '../clock.ts'
import type { Config } from '../config/schema.ts'
import { SILENT } from '../logger.ts'
import { type Complaint, complaintsOf } from '../sinks/complaint.ts'

type KafkaSource = NonNullable<Config['ingest']['kafka']>

/** Any: which ids there are only messages say. */
const SCHEMA_ID = 1

/** Ask the brokers and the schema registry of a Kafka source whether they would let us read; undefined without one. */
export async function inspectSource({
  kafka,
}: Pick<Config['ingest'], 'kafka'>): Promise<readonly Complaint[] | undefined> {
  if (kafka === undefined) return undefined
  return (await Promise.all([complaintsOf(inspectBrokers(kafka)), complaintsOf(inspectRegistry(kafka))])).flat()
}

async function inspectBrokers(source: KafkaSource): Promise<readonly Complaint[]> {
  const admin = await new KafkaCluster(source, SYSTEM_CLOCK, SILENT).admin()
  try {
    const complaints: Complaint[] = []
    for (const topic of [...source.topics, source.deadLetterTopic])
      complaints.push(...(await complaintsOf(inspectTopic(admin, topic))))
    // It is asked for topics that are there.
    if (complaints.length === 0) await admin.checkGroup(source.group, source.topics)
    return complaints
  } finally {
    await admin.close()
  }
}

async function inspectTopic(admin: KafkaAdmin, topic: string): Promise<readonly Complaint[]> {
  if ((await admin.sizeOf(topic)) !== undefined) return []
  const message = `Cannot find topic "${topic}": it is not there, or the ACL is missing that allows DESCRIBE on it; \`flagship bootstrap kafka\` makes those of flagship`
  return [{ kind: 'wrong', message }]
}

async function inspectRegistry({ registry }: KafkaSource): Promise<readonly Complaint[]> {
  if (registry !== undefined) await new SchemaRegistry(registry, SYSTEM_CLOCK).schemaOf(SCHEMA_ID)
  return []
}
