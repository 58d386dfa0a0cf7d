import { type OutputFile, outputFiles } from '../output.ts'
import { grantScript, quoted, readerGrant, writerGrant } from './acls.ts'
import { topicManifest, userManifest } from './strimzi.ts'
import type { KafkaTopic } from './topics.ts'

/** Who writes and who reads, and whose operator gets the manifests. */
export interface Parties {
  /** Of the agent and of the consumers: what follows `User:` in an ACL. */
  readonly writer: string
  readonly reader: string
  readonly group: string
  /** Name of the Kafka resource of Strimzi. */
  readonly cluster: string
  readonly authentication: 'scram-sha-512' | 'tls'
}

/** Topics and rights as files: for Kafka's own tools, and for Strimzi. */
export function kafkaFiles(topics: readonly KafkaTopic[], parties: Parties): readonly OutputFile[] {
  const names = topics.map(({ id }) => id)
  const grants = [
    ['writer', writerGrant(parties.writer, names)],
    ['reader', readerGrant(parties.reader, parties.group, names)],
  ] as const
  const manifests = [
    ...topics.map((topic) => topicManifest(topic, parties.cluster)),
    ...grants.map(([role, grant]) => userManifest(grant, { ...parties, fileName: `strimzi/user-${role}.yaml` })),
  ]
  const scripts = grants.map(([role, grant]): OutputFile => [`acls-${role}.sh`, grantScript(grant)])
  return [...outputFiles(manifests, instructionsOf(topics, parties.cluster, scripts)), ...scripts]
}

function instructionsOf(topics: readonly KafkaTopic[], cluster: string, scripts: readonly OutputFile[]) {
  return {
    title: 'What flagship needs in Kafka',
    intro: `With Kafka's own tools, or with Strimzi 0.49 or newer for its cluster
\`${cluster}\`. A topic that is there is left as it is. Without an authorizer in the brokers, leave the ACLs out.`,
    commands: [
      'export KAFKA=kafka:9092 ADMIN=admin.properties # a broker, and a file with the settings of an administrator',
      'topic() { kafka-topics.sh --bootstrap-server "$KAFKA" --command-config "$ADMIN" --create --if-not-exists --topic "$@"; }',
      ...topics.map(topicCommand),
      ...scripts.map(([fileName]) => `sh ${fileName}`),
      '',
      'kubectl apply -f strimzi # in place of all that',
    ],
  }
}

function topicCommand({ id, body: { partitions, replicas, config } }: KafkaTopic): string {
  const settings = Object.entries(config).map(([name, value]) => `--config ${name}=${value}`)
  return `topic ${quoted(id)} --partitions ${partitions} --replication-factor ${replicas} ${settings.join(' ')}`
}
