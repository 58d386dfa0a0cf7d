import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { FILE_SYSTEM } from '../ingest/file-system.ts'
import { type Agent, type AgentParts, startAgent } from '../pipeline/agent.ts'
import type { AgentSettings } from '../pipeline/settings.ts'
import { openStateStore } from '../pipeline/state/store.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Command } from './command.ts'
import { parseOptions, usageError } from './options.ts'
import { processParts } from './process-parts.ts'
import { agentSettings } from './run/agent-settings.ts'
import { startGroupAgent } from './run/group-stream.ts'
import { startRequestAgent } from './run/request-stream.ts'
import { type Names, openNames } from './run/names.ts'
import { serveStatus } from './run/status-server.ts'
import { transcoderFactory } from './run/transcoders.ts'
import { toldToStop } from './told-to-stop.ts'
import { version } from './version.ts'

/** `flagship run`: the agent. Log files come in, documents go to every sink, until it is told to stop. */
export const command: Command = {
  name: 'run',
  summary: 'Follow log files and deliver their lines: the agent',
  usage: `Usage: flagship run --config FILE

Options:
  -c, --config FILE  The configuration (YAML); see flagship validate

Stops on SIGTERM or SIGINT after delivering what it has read, within limits.stopMs; a second signal ends it at once.
Neither loses a line: what is not delivered is read again at the next start.

Example: flagship run --config flagship.yaml
`,
  async run(args, io) {
    const { values } = parseOptions('run', args, { config: { type: 'string', short: 'c' } })
    if (values.config === undefined) throw usageError('run', 'Cannot run', 'option "--config" is missing')
    const config = loadConfig(values.config, io.env)
    const parts = processParts(config.log.level, io)
    const { logger, metrics } = parts
    const stop = new AbortController()
    const told = toldToStop().finally(() => stop.abort())
    await using names = await openNames(config, parts, stop.signal)
    if (stop.signal.aborted) return stopped(logger)
    const agent = await start(config, agentSettings(config, io.stdout, logger, metrics), names, parts)
    names.follow(() => agent.status())
    try {
      await using _ = await serving(config, agent, names, metrics)
      logger.info({ version: version(), config: values.config, sinks: Object.keys(config.sinks) }, 'started')
      const signal = await Promise.race([told, agent.done, names.failed])
      logger.info({ signal }, 'stopping')
    } finally {
      await agent.stop(config.limits.stopMs)
    }
    return stopped(logger)
  },
}

function stopped(logger: Logger): number {
  logger.info({}, 'stopped')
  return 0
}

/** Whatever the configuration reads, there is one source. */
async function start(
  config: Config,
  settings: AgentSettings,
  names: Names,
  parts: Pick<AgentParts, 'clock' | 'random' | 'logger' | 'metrics'>,
): Promise<Agent> {
  const { kafka, http } = config.ingest
  if (kafka !== undefined) return startGroupAgent(config, kafka, settings, names, parts)
  if (http !== undefined) return startRequestAgent(config, http, settings, names, parts)
  const { news } = names
  const makeTranscoder = transcoderFactory(config, names)
  return startAgent(settings, { ...parts, fileSystem: FILE_SYSTEM, openStore: openStateStore, makeTranscoder, news })
}

async function serving(config: Config, agent: Agent, names: Names, metrics: Metrics): Promise<AsyncDisposable> {
  const server = await serveStatus(config, agent, names, metrics)
  return { [Symbol.asyncDispose]: async () => server?.close() }
}
