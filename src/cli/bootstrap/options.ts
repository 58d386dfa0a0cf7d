import type { OptionValues } from '../options.ts'

/** Options of `flagship bootstrap`. */
export const OPTIONS = {
  config: { type: 'string', short: 'c' },
  sink: { type: 'string' },
  source: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  diff: { type: 'boolean' },
  output: { type: 'string', short: 'o' },
  remove: { type: 'boolean' },
  force: { type: 'boolean' },
  json: { type: 'boolean' },
  url: { type: 'string' },
  username: { type: 'string' },
  'password-file': { type: 'string' },
  'api-key-file': { type: 'string' },
  'ca-file': { type: 'string' },
  lifecycle: { type: 'string', values: ['stream', 'ilm'] },
  'no-aliases': { type: 'boolean' },
  'server-version': { type: 'string' },
  'create-api-key': { type: 'string' },
  'kibana-url': { type: 'string' },
  space: { type: 'string' },
  partitions: { type: 'string' },
  replicas: { type: 'string' },
  retention: { type: 'string' },
  brokers: { type: 'string' },
  mechanism: { type: 'string', values: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] },
  'token-file': { type: 'string' },
  'certificate-file': { type: 'string' },
  'key-file': { type: 'string' },
  writer: { type: 'string' },
  reader: { type: 'string' },
  group: { type: 'string' },
  'strimzi-cluster': { type: 'string' },
  'registry-url': { type: 'string' },
  'registry-username': { type: 'string' },
  'registry-password-file': { type: 'string' },
  'registry-token-file': { type: 'string' },
} as const

export type BootstrapOptions = OptionValues<typeof OPTIONS>

/** The help of `flagship bootstrap`. */
export const USAGE = `Usage: flagship bootstrap elasticsearch --config FILE [--sink NAME] [OPTIONS]
       flagship bootstrap kibana --config FILE [--sink NAME] --url URL [--space SPACE] [OPTIONS]
       flagship bootstrap kafka --config FILE [--sink NAME | --source] [OPTIONS]

Each run brings the server to what this release and the configuration want: it creates what is missing, updates what
differs or is older, and leaves the rest. What flagship has not made is never touched, and documents never are.

Options:
  -c, --config FILE          The configuration (YAML) of the agent
      --sink NAME            Its sink of that type, where it has more than one
      --dry-run              Say what would be done, and do nothing
      --diff                 Like --dry-run, and show what differs
  -o, --output DIR           Write each object into a file, for GitOps: no server is asked
      --remove               Remove what flagship has installed; with --dry-run only say what
      --force                Also overwrite objects of the same name that flagship has not made
      --json                 The result as one JSON document

Who bootstraps needs other rights than the agent (docs/bootstrap.md):
      --url URL              Default: the nodes of the sink
      --username NAME        With --password-file FILE
      --password-file FILE
      --api-key-file FILE    An API key in its encoded form, in place of a user
      --ca-file FILE         Certificates (PEM) that sign those of the server; default: those of the sink

Elasticsearch:
      --lifecycle stream|ilm Retention by the data streams themselves (default), or by policies with tiers
      --no-aliases           Without Istio's JSON keys as alias fields
      --server-version V     With --output: the release to write for
      --create-api-key FILE  Also make an API key with the rights of the sink, and write it into a new file

Kibana:
      --kibana-url URL       The same as --url
      --space SPACE          Default: default

Kafka (docs/kafka-bootstrap.md), where a topic that the sink writes to is taken for ours:
      --source               What \`ingest.kafka\` needs, in place of a sink; default where no sink is of type kafka
      --partitions N         Of new topics, default 12; a topic that is there grows only when told, and never shrinks
      --replicas N           Of new topics, default 3
      --retention DAYS       Of new topics, default 7d; a topic that is there keeps its own unless told
      --brokers LIST         host:port,host:port; default: those of the sink
      --mechanism NAME       PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512, for --username; default: that of the sink
      --token-file FILE      A bearer token (OAUTHBEARER), in place of a user
      --certificate-file FILE
      --key-file FILE        A certificate (PEM) and its key, in place of a user or beside one
      --writer NAME          With --output: the agent in ACLs (User:NAME); default: the user of the sink, else flagship
      --reader NAME          With --output: who reads, default flagship-reader
      --group NAME           With --output: its consumer group, default that of \`ingest.kafka\`, else flagship
      --strimzi-cluster NAME With --output: the Kafka resource of Strimzi, default kafka
      --registry-url URL     Where the schemas of Avro belong; default: \`registry\` of the sink, and who it is there
      --registry-username NAME       With --registry-password-file FILE
      --registry-password-file FILE
      --registry-token-file FILE     A bearer token, in place of a user

Exit code: 0 when everything is as wanted; 78 when the server refuses something, or has what flagship has not made; 69
when it cannot be reached.

Example: flagship bootstrap elasticsearch -c flagship.yaml --username elastic --password-file admin.txt --diff
`
