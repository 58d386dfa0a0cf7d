import { avroSchemaText } from '../../record/avro-schema.ts'
import { type OutputFile, outputFiles } from '../output.ts'
import { grantScript, quoted } from './acls.ts'
import type { KafkaNeeds, Parties } from './needs.ts'
import type { KafkaSchema } from './schemas.ts'
import { topicManifest, userManifest } from './strimzi.ts'
import { type KafkaTopic, kafkaTopics, type TopicWishes } from './topics.ts'

/** Who gets rights, and whose operator gets the manifests. */
export interface FileSettings extends Parties {
  /** Name of the Kafka resource of Strimzi. */
  readonly cluster: string
  readonly authentication: 'scram-sha-512' | 'tls'
}

/** Topics, schemas and rights as files: for Kafka's own tools and curl, and for Strimzi. */
export function kafkaFiles(needs: KafkaNeeds, settings: FileSettings, wishes: TopicWishes = {}): readonly OutputFile[] {
  const topics = kafkaTopics(needs.topics, wishes)
  const grants = Object.entries(needs.grantsOf(settings))
  const objects = [
    ...topics.map((topic) => topicManifest(topic, settings.cluster)),
    ...grants.map(([role, grant]) => userManifest(grant, { ...settings, fileName: `strimzi/user-${role}.yaml` })),
    ...needs.schemas.map((schema) => ({ ...schema, body: { schema: avroSchemaText() } })),
  ]
  const scripts = grants.map(([role, grant]): OutputFile => [`acls-${role}.sh`, grantScript(grant)])
  const commands = [...brokerCommands(topics, scripts), ...registryCommands(needs.schemas)]
  return [...outputFiles(objects, { title: TITLE, intro: introOf(settings), commands }), ...scripts]
}

const TITLE = 'What flagship needs in Kafka'

function introOf({ cluster }: FileSettings): string {
  return `With Kafka's own tools, or with Strimzi 0.49 or newer for its cluster
\`${cluster}\`. A topic that is there is left as it is. Without an authorizer in the brokers, leave the ACLs out.`
}

function brokerCommands(topics: readonly KafkaTopic[], scripts: readonly OutputFile[]): readonly string[] {
  return [
    'export KAFKA=kafka:9092 ADMIN=admin.properties # a broker, and a file with the settings of an administrator',
    'topic() { kafka-topics.sh --bootstrap-server "$KAFKA" --command-config "$ADMIN" --create --if-not-exists --topic "$@"; }',
    ...topics.map(topicCommand),
    ...scripts.map(([fileName]) => `sh ${fileName}`),
    '',
    'kubectl apply -f strimzi # in place of all that',
  ]
}

/** The compatibility comes first: the schema that is registered then is held against those that are there. */
function registryCommands(schemas: readonly KafkaSchema[]): readonly string[] {
  if (schemas.length === 0) return []
  return [
    '',
    'export REGISTRY=http://registry:8081 # with its base path, such as /apis/ccompat/v7; and add --user or a header below',
    `ask() { curl -fsS -X "$1" -H 'content-type: application/vnd.schemaregistry.v1+json' "$REGISTRY/$2" --data-binary "$3"; }`,
    ...schemas.flatMap(({ id, fileName, body: { compatibility } }) => [
      `ask PUT ${quoted(`config/${id}`)} '{"compatibility":"${compatibility}"}'`,
      `ask POST ${quoted(`subjects/${id}/versions`)} ${quoted(`@${fileName}`)}`,
    ]),
  ]
}

function topicCommand({ id, body: { partitions, replicas, config } }: KafkaTopic): string {
  const settings = Object.entries(config).map(([name, value]) => `--config ${name}=${value}`)
  return `topic ${quoted(id)} --partitions ${partitions} --replication-factor ${replicas} ${settings.join(' ')}`
}
