import { SYSTEM_CLOCK } from '../clock.ts'
import { configJsonSchema } from '../config/json-schema.ts'
import { problemsText } from '../config/config-file.ts'
import { readConfig } from '../config/load.ts'
import type { Problem } from '../config/problem.ts'
import { pathText } from '../config/schema-node.ts'
import type { Config, SinkConfig } from '../config/schema.ts'
import { kubernetesMode, summaryOf } from '../config/summary.ts'
import { accessOf } from '../enrich/kubernetes/api/access-of.ts'
import { type Inventory, readInventory } from '../enrich/kubernetes/inventory.ts'
import { ERRORS, FlagshipError } from '../errors.ts'
import { inspectSink } from '../sinks/inspect.ts'
import type { Command } from './command.ts'
import { inspectNames } from './inspect-names.ts'
import { inspectSource } from './inspect-source.ts'
import { type Io, write } from './io.ts'
import { jsonText } from './json.ts'
import { parseOptions, usageError } from './options.ts'
import { printable } from './printable.ts'

const OPTIONS = {
  config: { type: 'string', short: 'c' },
  connect: { type: 'boolean' },
  json: { type: 'boolean' },
  schema: { type: 'boolean' },
} as const

/** `flagship validate`: everything that is wrong with a configuration, or what it comes to. */
export const command: Command = {
  name: 'validate',
  summary: 'Check a configuration: every problem at once, or what it comes to',
  usage: `Usage: flagship validate --config FILE [--connect] [--json]
       flagship validate --schema

Options:
  -c, --config FILE  The configuration (YAML) of flagship run; that of flagship resolver is checked when it starts
      --connect      Also ask every sink, a Kafka source, and the resolver or the API server that names come from,
                     whether it would work; nothing is changed
      --json         The result as one JSON document: the effective configuration, or the problems
      --schema       Print the JSON Schema of the configuration, for editors

Exit code: 0 when valid, 78 when not; 69 when a server cannot be reached.

Example: flagship validate --config flagship.yaml
`,
  async run(args, io) {
    const { values } = parseOptions('validate', args, OPTIONS)
    if (values.schema === true) {
      await write(io.stdout, `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`)
      return 0
    }
    if (values.config === undefined) throw usageError('validate', 'Cannot validate', 'option "--config" is missing')
    const findings = await examine(values.config, io)
    if (values.json === true) await write(io.stdout, jsonOf(findings))
    else if (!findings.valid) throw new FlagshipError('CONFIG_INVALID', problemsText(values.config, findings.problems))
    else await write(io.stdout, textOf(values.config, findings))
    if (!findings.valid) return ERRORS.CONFIG_INVALID.exitCode
    return values.connect === true ? connectAll(findings.config, io, values.json === true) : 0
  },
}

/** A configuration that can be used and the inventory it names, or everything that is wrong with it. */
type Findings =
  | { readonly valid: true; readonly config: Config; readonly inventory: Inventory | undefined }
  | { readonly valid: false; readonly problems: readonly Problem[] }

/** Ask every server that there is; what is wrong goes to stderr, all of it. The worst decides. */
async function connectAll(config: Config, io: Io, isJson: boolean): Promise<number> {
  const { sinks, ingest } = config
  const asked = [
    answersOf('source "kafka"', 'brokers, credentials, topics, group and schema registry', inspectSource(ingest)),
    answersOf('source of names', 'access, and everything that names are made of', inspectNames(config, io.env)),
    ...Object.entries(sinks).map(([name, sink]) => answersOf(`sink "${name}"`, PARTS[sink.type], inspectSink(sink))),
  ]
  let exitCode = 0
  for (const { name, parts, complaints } of await Promise.all(asked)) {
    if (complaints === undefined) continue
    if (complaints.every(({ kind }) => kind === 'weak') && !isJson)
      await write(io.stdout, `${name[0]?.toUpperCase()}${name.slice(1)} would work: ${parts}\n`)
    for (const { kind, message } of complaints)
      await write(io.stderr, `${printable(`${name}: ${kind === 'weak' ? 'warning: ' : ''}${message}`)}\n`)
    if (complaints.some(({ kind }) => kind === 'unreachable')) exitCode ||= ERRORS.SINK_UNAVAILABLE.exitCode
    if (complaints.some(({ kind }) => kind === 'wrong')) exitCode = ERRORS.SINK_MISCONFIGURED.exitCode
  }
  return exitCode
}

/** What of a sink is asked for; of files and standard output nothing is. */
const PARTS = {
  elasticsearch: 'server, credentials, rights and templates',
  kafka: 'brokers, credentials and topics, and schemas where values are Avro',
  file: '',
  stdout: '',
} as const satisfies Record<SinkConfig['type'], string>

/** `parts`: what was asked for. */
async function answersOf(name: string, parts: string, asking: ReturnType<typeof inspectSink>) {
  return { name, parts, complaints: await asking }
}

/** A configuration is also wrong when the inventory or the kubeconfig it names cannot be used. */
async function examine(path: string, io: Io): Promise<Findings> {
  const result = readConfig(path, io.env)
  if (!result.ok) return { valid: false, problems: result.problems }
  const { config, placed } = result
  let setting = ['enrich', 'kubernetes', 'api']
  try {
    await checkKubeconfig(config, io.env)
    setting = ['enrich', 'inventory']
    return { valid: true, config, inventory: await inventoryOf(config) }
  } catch (error) {
    if (!(error instanceof FlagshipError)) throw error
    return { valid: false, problems: [placed({ path: setting, message: error.message })] }
  }
}

/** Without one the agent is a pod when it runs, which this process need not be. */
async function checkKubeconfig(config: Config, env: NodeJS.ProcessEnv): Promise<void> {
  const { api } = config.enrich.kubernetes
  if (kubernetesMode(config) !== 'direct' || (api.kubeconfig ?? api.context) === undefined) return
  await accessOf(api, env, SYSTEM_CLOCK)
}

async function inventoryOf(config: Config): Promise<Inventory | undefined> {
  const { inventory, labels } = config.enrich
  if (inventory === undefined || kubernetesMode(config) !== 'inventory') return undefined
  return readInventory(inventory, labels)
}

function textOf(path: string, { config, inventory }: Extract<Findings, { valid: true }>): string {
  const rows = [...summaryOf(config), ...(inventory === undefined ? [] : inventoryRows(inventory))]
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)
  return [`Configuration "${path}" is valid`, ...lines].map((line) => `${printable(line)}\n`).join('')
}

/** How much the inventory knows; what of it is left out is a warning, because the rest is used. */
function inventoryRows({ pods, services, nodes, problems, rejectedCount }: Inventory): readonly [string, string][] {
  const counts = `${pods.length} pods, ${services.length} services, ${nodes.length} nodes`
  const left = rejectedCount === 0 ? '' : `; ${rejectedCount} items left out`
  return [['inventory', counts + left], ...problems.map((problem): [string, string] => ['left out', problem])]
}

function jsonOf(findings: Findings): string {
  const result = findings.valid
    ? { valid: true, config: findings.config }
    : { valid: false, problems: findings.problems.map(({ path, ...rest }) => ({ path: pathText(path), ...rest })) }
  return jsonText(result)
}
