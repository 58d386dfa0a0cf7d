import { writeFiles } from '../bootstrap/output.ts'
import { install, type Kept, planOf, refuseConflicts, remove, removalOf, type Step } from '../bootstrap/plan.ts'
import { FlagshipError } from '../errors.ts'
import { didYouMean } from '../config/nearest.ts'
import { loadConfig } from '../config/load.ts'
import type { Config, SinkType } from '../config/schema.ts'
import { elasticsearchProduct } from './bootstrap/elasticsearch.ts'
import { kafkaProduct } from './bootstrap/kafka.ts'
import { kibanaProduct } from './bootstrap/kibana.ts'
import { type BootstrapOptions, OPTIONS, USAGE } from './bootstrap/options.ts'
import type { Connected, Product } from './bootstrap/product.ts'
import { doneReport, doneText, notesText, planReport } from './bootstrap/report.ts'
import { chosenSink } from './chosen-sink.ts'
import type { Command } from './command.ts'
import { type Io, write } from './io.ts'
import { parseOptions, usageError } from './options.ts'
import { printable } from './printable.ts'

type MakeProduct = (config: Config, options: BootstrapOptions) => Product

const PRODUCTS: ReadonlyMap<string, MakeProduct> = new Map([
  ['elasticsearch', (config, options) => elasticsearchProduct(...sinkOf('elasticsearch', config, options), options)],
  ['kibana', (config, options) => kibanaProduct(...sinkOf('elasticsearch', config, options), options)],
  ['kafka', kafkaProduct],
])

function sinkOf<T extends SinkType>(type: T, config: Config, { sink }: BootstrapOptions) {
  return chosenSink('bootstrap', type, config, sink)
}

/** `flagship bootstrap`: everything around the agent that a server needs, installed by one explicit command. */
export const command: Command = {
  name: 'bootstrap',
  summary: 'Install what Elasticsearch, Kibana and Kafka need: templates, roles, searches, alerts, topics, schemas',
  usage: USAGE,
  async run([name = '', ...args], io) {
    const makeProduct = PRODUCTS.get(name)
    if (makeProduct === undefined) {
      const what = name === '' ? 'Cannot use command "bootstrap"' : `Cannot bootstrap "${printable(name)}"`
      const names = [...PRODUCTS.keys()]
      throw usageError('bootstrap', what, `expected one of ${names.join(', ')}${didYouMean(name, names)}`)
    }
    const { values } = parseOptions('bootstrap', args, OPTIONS)
    const product = makeProduct(configOf(values.config, io), values)
    if (values.output !== undefined) return output(product, values, values.output, io)
    const connected = await product.connect()
    try {
      return values.remove === true ? await removing(connected, values, io) : await installing(connected, values, io)
    } finally {
      await connected.close()
    }
  },
}

/** Options that say what to do with a server, which --output never asks. */
const NOT_WITH_OUTPUT = ['dry-run', 'diff', 'remove', 'force', 'json', 'create-api-key'] as const

async function output(product: Product, options: BootstrapOptions, directory: string, io: Io): Promise<number> {
  const other = NOT_WITH_OUTPUT.find((name) => options[name] !== undefined)
  if (other !== undefined)
    throw usageError('bootstrap', 'Cannot use "--output"', `it does not go together with --${other}`)
  const files = product.files()
  await writeFiles(directory, files)
  await write(io.stdout, `${files.length} files in ${printable(directory)}; README.md there says how to apply them\n`)
  return 0
}

async function installing(connected: Connected, options: BootstrapOptions, io: Io): Promise<number> {
  const { target } = connected
  const steps = await planOf(target, { force: options.force === true })
  if (isDry(options)) {
    await write(io.stdout, planReport(steps, connected.notes, options))
    refuseConflicts(steps)
    return 0
  }
  refuseConflicts(steps)
  await install(target, steps, (step) => progress(step, options, io))
  const notes = [...connected.notes, ...(await connected.afterInstall())]
  await write(io.stdout, doneReport(steps, notes, options))
  return 0
}

async function removing(connected: Connected, options: BootstrapOptions, io: Io): Promise<number> {
  const { target } = connected
  const steps = await removalOf(target)
  if (isDry(options)) {
    const notes = [...connected.notes, ...(await connected.beforeRemove(true))]
    await write(io.stdout, planReport(steps, notes, options))
    return 0
  }
  // First: whatever has to stay, or fails, no key may outlive the removal.
  const withdrawn = await connected.beforeRemove(false)
  const isJson = options.json === true
  if (!isJson) await write(io.stdout, notesText(withdrawn))
  const kept = await remove(target, steps, (step) => progress(step, options, io))
  const stayed = new Set(kept.map(({ object }) => object))
  const done = steps.map((step): Step => (stayed.has(step.object) ? { ...step, action: 'kept' } : step))
  await write(io.stdout, doneReport(done, [...connected.notes, ...(isJson ? withdrawn : [])], options))
  refuseKept(kept, connected.remedy)
  return 0
}

/** @throws FlagshipError SINK_MISCONFIGURED where something is in use. */
function refuseKept(kept: readonly Kept[], remedy: string): void {
  if (kept.length === 0) return
  const lines = kept.map(({ object, reason }) => `Cannot remove ${object.kind} "${object.id}": ${reason}`)
  throw new FlagshipError('SINK_MISCONFIGURED', `${lines.join('\n')}\n${remedy}`)
}

/** What is done is said at once: if the next step fails, it is known how far it got. */
function progress(step: Step, options: BootstrapOptions, io: Io): void {
  if (options.json !== true) io.stdout.write(doneText(step))
}

function isDry({ diff, 'dry-run': dryRun }: BootstrapOptions): boolean {
  return dryRun === true || diff === true
}

function configOf(path: string | undefined, io: Io): Config {
  if (path !== undefined) return loadConfig(path, io.env)
  throw usageError('bootstrap', 'Cannot bootstrap', 'option "--config" is missing')
}
