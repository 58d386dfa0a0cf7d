import { hostname } from 'node:os'
import { join } from 'node:path'
import { SYSTEM_CLOCK } from '../clock.ts'
import { didYouMean } from '../config/nearest.ts'
import { loadConfig } from '../config/load.ts'
import type { Config, SinkConfig } from '../config/schema.ts'
import { FlagshipError } from '../errors.ts'
import { createSink } from '../sinks/create.ts'
import type { Sink } from '../sinks/sink.ts'
import { createLogger } from '../telemetry/logger.ts'
import type { Command } from './command.ts'
import { deadLetterFiles } from './dead-letter/files.ts'
import { readLetters, renderLetters } from './dead-letter/list.ts'
import { lockReplay, Replay, type ReplayCounts, type ReplayParts } from './dead-letter/replay.ts'
import { type Io, write } from './io.ts'
import { jsonText } from './json.ts'
import { parseOptions, usageError } from './options.ts'
import { printable } from './printable.ts'

const SHARED = { config: { type: 'string', short: 'c' }, sink: { type: 'string' } } as const
const LIST_OPTIONS = { ...SHARED, limit: { type: 'string' }, json: { type: 'boolean' } } as const
const REPLAY_OPTIONS = { ...SHARED, reason: { type: 'string' }, 'dry-run': { type: 'boolean' } } as const

const DEFAULT_LIMIT = 100
const MOST_LETTERS = 100_000

/** `flagship dead-letter`: what sinks refused for good, and offering it once more. */
export const command: Command = {
  name: 'dead-letter',
  summary: 'List the documents that a sink refused, or offer them to it once more',
  usage: `Usage: flagship dead-letter list --config FILE [--sink NAME] [--limit N] [--json]
       flagship dead-letter replay --config FILE --sink NAME [--reason REASON] [--dry-run]

Options:
  -c, --config FILE    The configuration (YAML) of the agent
      --sink NAME      Only of this sink; its key under sinks
      --limit N        List the first N documents (default: ${DEFAULT_LIMIT})
      --json           The list as one JSON document
      --reason REASON  Replay only what was refused for this reason
      --dry-run        Say how many would be offered, and do nothing

Replay offers documents as they are, with the same ids, while the agent runs or not. What the sink takes is done; what
it refuses again stays in the dead letter. It may be interrupted: the next replay looks up what may have been stored
(that waits for the sink's settleMs) before it sends the rest. It cannot with \`ids: auto\` and in Kafka, and documents
may stand twice then, in Kafka with equal ids. It works with sinks of type elasticsearch, and kafka with \`value: json\`;
with \`delivery: exactly_once\` what is refused is in a topic. A file or standard output refuses nothing.

Exit code: 0 when every document has its answer, 69 when the sink cannot be reached or another replay runs.

Example: flagship dead-letter replay --config flagship.yaml --sink search --reason document_parsing_exception
`,
  async run([action = '', ...args], io) {
    if (action === 'list') return list(args, io)
    if (action === 'replay') return replay(args, io)
    const what = action === '' ? 'Cannot use command "dead-letter"' : `Cannot use "${printable(action)}"`
    throw usageError('dead-letter', what, `expected list or replay${didYouMean(action, ['list', 'replay'])}`)
  },
}

async function list(args: readonly string[], io: Io): Promise<number> {
  const { values } = parseOptions('dead-letter', args, LIST_OPTIONS)
  const limit = limitOf(values.limit)
  const config = configOf(values.config, io)
  const names = values.sink === undefined ? Object.keys(config.sinks) : [values.sink]
  const letters = await readLetters(
    names.map((name) => [name, directoryOf(config, sinkOf(config, name).name)]),
    limit,
  )
  const { reasons } = letters
  const json = () => jsonText({ ...letters, reasons: Object.fromEntries(reasons) })
  await write(io.stdout, values.json === true ? json() : renderLetters(letters))
  for (const name of names) {
    const topic = topicOf(config, name)
    if (topic !== undefined) await write(io.stderr, `flagship: what sink "${name}" refuses goes to topic "${topic}"\n`)
  }
  return 0
}

/** Where what is refused is not in a file. */
function topicOf({ ingest, sinks }: Config, name: string): string | undefined {
  const sink = sinks[name]
  if (ingest.kafka !== undefined) return ingest.kafka.deadLetterTopic
  return sink?.type === 'kafka' && sink.delivery === 'exactly_once' ? sink.deadLetterTopic : undefined
}

async function replay(args: readonly string[], io: Io): Promise<number> {
  const { values } = parseOptions('dead-letter', args, REPLAY_OPTIONS)
  const { reason } = values
  const config = configOf(values.config, io)
  if (values.sink === undefined) throw usageError('dead-letter', 'Cannot replay', 'option "--sink" is missing')
  const { name, settings } = sinkOf(config, values.sink)
  const sink = replayable(name, settings, config, io)
  const directory = directoryOf(config, name)
  if (values['dry-run'] === true) {
    const count = await countChosen(name, directory, reason)
    await write(io.stdout, `${count} documents would be offered to sink "${name}"\n`)
    return 0
  }
  if ((await deadLetterFiles(directory)).files.length === 0) {
    await write(io.stdout, `${countsText(NOTHING)}\n`)
    return 0
  }
  await replayInto(sink, io, {
    sink,
    lookup: sink.lookup,
    directory,
    batch: settings.batch,
    clock: SYSTEM_CLOCK,
    random: Math.random,
    isChosen: (line) => reason === undefined || line.reason === reason,
    onLookup: (documents) => void io.stderr.write(`flagship: ${lookupText(documents, settings)}\n`),
  })
  return 0
}

const NOTHING: ReplayCounts = { accepted: 0, refused: 0, notChosen: 0, unreadable: 0 }

/** Whatever comes of it, what was done until then is said. */
async function replayInto(sink: Sink, io: Io, parts: ReplayParts): Promise<void> {
  const lock = await lockReplay(parts.directory, parts.clock)
  const run = new Replay(parts)
  try {
    await sink.open(undefined)
    await run.run()
    await write(io.stdout, `${countsText(run.counts)}\n`)
  } catch (error) {
    const rest = 'the rest stays in the dead letter, replay it again'
    await write(io.stdout, `${countsText(run.counts)}; failed: ${rest}\n`)
    throw error
  } finally {
    await sink.close()
    await lock.release()
  }
}

function countsText({ accepted, refused, notChosen, unreadable }: ReplayCounts): string {
  const others = notChosen === 0 ? '' : `, ${notChosen} of other reasons left`
  const strange = unreadable === 0 ? '' : `, ${unreadable} lines left that are not what flagship writes`
  return `${accepted} accepted, ${refused} refused again${others}${strange}`
}

function lookupText(documents: number, settings: SinkConfig): string {
  const waitMs = settings.type === 'elasticsearch' ? settings.settleMs : 0
  return `${documents} documents may have been stored: looking them up, which waits for ${waitMs} ms without traffic`
}

async function countChosen(name: string, directory: string, reason: string | undefined): Promise<number> {
  const { count, reasons } = await readLetters([[name, directory]], 0)
  return reason === undefined ? count : (new Map(reasons).get(reason) ?? 0)
}

/** The sink, not opened; only one that refuses documents may be offered some beside the agent. */
function replayable(name: string, settings: SinkConfig, config: Config, io: Io): Sink {
  const state = whyNot(settings)
  if (state !== undefined) throw usageError('dead-letter', `Cannot replay into sink "${name}"`, state)
  const doubled = settings.type === 'kafka' ? 'may stand twice' : 'stand in more than one index'
  return createSink(name, settings, {
    clock: SYSTEM_CLOCK,
    stdout: io.stdout,
    logger: createLogger('warn', io.stderr),
    // Not that of the agent: what either has under way must not look to the other like left over from an earlier run.
    agentId: `${config.cluster ?? ''}/${config.nodeName ?? hostname()}/replay`,
    identity: undefined, // beside the agent, which one of the same identity would shut out
    onFailureStore: (count) => void io.stderr.write(`flagship: ${count} documents went to the failure store\n`),
    onPossiblyDoubled: (count) => void io.stderr.write(`flagship: ${count} documents ${doubled}\n`),
  })
}

function whyNot(settings: SinkConfig): string | undefined {
  if (settings.type === 'elasticsearch') return undefined
  if (settings.type !== 'kafka')
    return `a sink of type ${settings.type} refuses no document and knows no event ids, so it would have them twice`
  return settings.value === 'json' ? undefined : 'a dead letter holds JSON, and this sink writes Avro'
}

function configOf(path: string | undefined, io: Io): Config {
  if (path !== undefined) return loadConfig(path, io.env)
  throw usageError('dead-letter', 'Cannot read the dead letter', 'option "--config" is missing')
}

function sinkOf(config: Config, name: string): { readonly name: string; readonly settings: SinkConfig } {
  const settings = Object.hasOwn(config.sinks, name) ? config.sinks[name] : undefined
  if (settings !== undefined) return { name, settings }
  const state = `no such sink in the configuration${didYouMean(name, Object.keys(config.sinks))}`
  throw new FlagshipError('USAGE', `Cannot use sink "${name}": ${state}`)
}

function directoryOf(config: Config, name: string): string {
  return join(config.state.directory, name)
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT
  const limit = Number(text)
  if (/^\d+$/.test(text) && limit <= MOST_LETTERS) return limit
  throw usageError('dead-letter', `Cannot set "--limit" to "${printable(text)}"`, `expected 0 to ${MOST_LETTERS}`)
}
