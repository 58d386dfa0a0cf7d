import { join } from 'node:path'
import type { Config, SinkConfig } from './schema.ts'

/** The effective configuration for people: one line a subject, the name of it first. */
export function summaryOf(config: Config): readonly (readonly [string, string])[] {
  const { ingest, enrich, sinks } = config
  return [
    ['cluster', `${config.cluster ?? 'not named'}, node ${config.nodeName ?? '(name of the host)'}`],
    ...(ingest.pods === undefined ? [] : [row('reads', `${ingest.pods}, containers ${ingest.containers.join(', ')}`)]),
    ...ingest.files.map(({ path, frame, format }) => row('reads', `${path}, frame ${frame}, format ${format}`)),
    ...(ingest.kafka === undefined ? [] : [row('reads', kafkaSourceText(ingest.kafka))]),
    ...(ingest.http === undefined ? [] : [row('reads', httpSourceText(ingest.http))]),
    ['formats', Object.keys(ingest.formats).join(', ') || 'built-in ones only'],
    ['diagnostics', ingest.logLevel === 'off' ? 'not shipped' : `shipped at ${ingest.logLevel} and above`],
    ['names from', namesFrom(config)],
    ['networks', Object.keys(enrich.networks).length === 0 ? 'none' : `${Object.keys(enrich.networks).length} named`],
    ...diskRows(config),
    ['http', config.http.listen],
    ...Object.entries(sinks).map(([name, sink]) => row(`sink ${name}`, sinkText(sink))),
  ]
}

/** A group writes nothing down, and requests only what the sink refuses. */
function diskRows(config: Config): readonly (readonly [string, string])[] {
  const { ingest, state, spool } = config
  if (ingest.kafka !== undefined) return [row('state', 'in the offsets of the group')]
  if (ingest.http !== undefined) return [row('state', `${state.directory}, only for the dead letter`)]
  const bounds = `at most ${spool.maxBytes} bytes, ${spool.minFreePercent} % of the disk kept free`
  return [row('state', state.directory), row('spool', `${spoolDirectory(config)}, ${bounds}`)]
}

/** Where names of addresses come from. */
export type KubernetesMode = NonNullable<Config['enrich']['kubernetes']['mode']>

/** Where names of addresses come from, with the choice made that an absent `mode` leaves open. */
export function kubernetesMode({ enrich }: Config): KubernetesMode {
  return enrich.kubernetes.mode ?? (enrich.inventory === undefined ? 'off' : 'inventory')
}

/** Where files are kept, with the choice made that an absent setting leaves open. */
export function spoolDirectory({ spool, state }: Config): string {
  return spool.directory ?? join(state.directory, 'spool')
}

function namesFrom(config: Config): string {
  const { inventory, kubernetes } = config.enrich
  switch (kubernetesMode(config)) {
    case 'inventory':
      return `inventory ${inventory ?? ''}`
    case 'resolver':
      return `resolver ${kubernetes.resolver.urls.join(', ')}`
    case 'direct':
      return apiServerText(kubernetes.api)
    default:
      return 'nowhere (off)'
  }
}

function apiServerText({ kubeconfig, context }: Config['enrich']['kubernetes']['api']): string {
  if (context !== undefined) return `API server of ${kubeconfig ?? 'your kubeconfig'}, context ${context}`
  return `API server of ${kubeconfig ?? 'this cluster'}`
}

function sinkText(sink: SinkConfig): string {
  if (sink.type === 'stdout') return 'standard output'
  if (sink.type === 'elasticsearch') return elasticsearchText(sink)
  if (sink.type === 'kafka') return kafkaText(sink)
  const { path, rotate } = sink
  return `file ${path}, a new one every ${rotate.maxBytes} bytes or ${rotate.maxAgeHours} h, ${rotate.keep} kept`
}

function kafkaSourceText({
  brokers,
  topics,
  group,
  envelope,
  registry,
}: NonNullable<Config['ingest']['kafka']>): string {
  const avro = registry === undefined ? '' : `, schemas from ${registry.url}`
  return `kafka ${brokers.join(' ')}, topics ${topics.join(', ')}, group ${group}, envelope ${envelope}${avro}`
}

function httpSourceText({ listen, auth, envelope }: NonNullable<Config['ingest']['http']>): string {
  const who = auth === undefined ? 'from everybody' : auth.username === undefined ? 'with a token' : 'with a password'
  return `requests on ${listen}, envelope ${envelope}, ${who}`
}

function kafkaText(sink: Extract<SinkConfig, { type: 'kafka' }>): string {
  const { brokers, topics, value, registry, compression, delivery, cursorTopic } = sink
  const names = [...new Set(Object.values(topics))].join(', ')
  const form = registry === undefined ? value : `${value} with schemas in ${registry.url}`
  const doubt =
    delivery === 'exactly_once'
      ? `each line once for readers of committed records, cursor in topic ${cursorTopic}`
      : 'what is in doubt is sent again and may stand twice'
  return `kafka ${brokers.join(' ')}, topics ${names}, ${form}, compression ${compression}, ${doubt}`
}

type ElasticsearchSink = Extract<SinkConfig, { type: 'elasticsearch' }>

function elasticsearchText({ nodes, namespace, retention, ids, settleMs }: ElasticsearchSink): string {
  const { healthy, failed } = retention
  const doubt =
    ids === 'event'
      ? `what is in doubt is looked up after ${settleMs} ms`
      : 'what is in doubt is sent again and may stand twice (`ids: auto`)'
  const kept = failed === undefined ? `kept for ${healthy}` : `kept for ${healthy}, failures for ${failed}`
  return `elasticsearch ${nodes.join(' ')}, ${namespaceText(namespace)}, ${kept}, ${doubt}`
}

function namespaceText(namespace: ElasticsearchSink['namespace']): string {
  if (typeof namespace === 'string') return `namespace ${namespace}`
  const rules = namespace.rules.map((rule) => `${rule.namespace} for ${rule.match}`)
  return ['namespace', [...rules, `${namespace.default} for all others`].join(', ')].join(' ')
}

function row(name: string, text: string): readonly [string, string] {
  return [name, text]
}
