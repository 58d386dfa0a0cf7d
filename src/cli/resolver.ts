import type { Environment } from '../config/environment.ts'
import { loadResolverConfig, type ResolverConfig } from '../config/resolver.ts'
import type { Command } from './command.ts'
import { parseOptions, usageError } from './options.ts'
import { processParts } from './process-parts.ts'
import { type ResolverParts, startResolver } from './resolver/start.ts'
import { serveResolverStatus } from './resolver/status-server.ts'
import { toldToStop } from './told-to-stop.ts'
import { version } from './version.ts'

/** `flagship resolver`: a cluster is watched once, and every agent told who has which address. */
export const command: Command = {
  name: 'resolver',
  summary: 'Watch a cluster once and tell all agents who has which address',
  usage: `Usage: flagship resolver --config FILE

Options:
  -c, --config FILE  The configuration (YAML); an empty file will do in a pod

The file is not that of flagship run: see docs/resolver.md and deploy/resolver.yaml. It is checked at the start; what is
wrong is listed. Run two of them: it stops on SIGTERM or SIGINT, and agents turn to the other one.

Example: flagship resolver --config resolver.yaml
`,
  async run(args, io) {
    const { values } = parseOptions('resolver', args, { config: { type: 'string', short: 'c' } })
    if (values.config === undefined) throw usageError('resolver', 'Cannot run', 'option "--config" is missing')
    const config = loadResolverConfig(values.config, io.env)
    const parts = processParts(config.log.level, io)
    await serve(config, values.config, io.env, parts)
    parts.logger.info({}, 'stopped')
    return 0
  },
}

/** Tell agents until we are told to stop. */
async function serve(config: ResolverConfig, file: string, env: Environment, parts: ResolverParts) {
  const { logger, metrics } = parts
  await using resolver = await startResolver(config, env, parts)
  await using _ = await serveResolverStatus(config, resolver, metrics)
  logger.info({ version: version(), config: file, cluster: config.cluster, url: resolver.url }, 'started')
  const signal = await toldToStop()
  logger.info({ signal }, 'stopping')
}
