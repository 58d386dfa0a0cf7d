import type { Config } from '../../config/schema.ts'
import { parseListen } from '../../config/listen.ts'
import type { Agent } from '../../pipeline/agent.ts'
import { type HttpServer, startHttp } from '../../telemetry/http.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import { explainFlags } from '../explain-flags.ts'
import { version } from '../version.ts'
import type { Names } from './names.ts'

/** Listen for probes and scrapes; undefined when the configuration says not to. @throws FlagshipError LISTEN_FAILED. */
export async function serveStatus(
  config: Config,
  agent: Agent,
  names: Names,
  metrics: Metrics,
): Promise<HttpServer | undefined> {
  const address = config.http.listen === 'off' ? undefined : parseListen(config.http.listen)
  if (address === undefined) return undefined
  return startHttp(address, {
    metrics: () => metrics.render(),
    metricsContentType: metrics.contentType,
    isLive: () => true, // a bug ends the process, and everything else passes by itself
    notReadyBecause: () => notReadyBecause(agent),
    besides: () => ({ names: names.status().freshness ?? names.status().mode }),
    status: () => ({ version: version(), ...agent.status(), names: names.status() }),
    explain: (flags) => explainFlags(flags),
  })
}

/** Never for want of names: documents go out without them. */
function notReadyBecause(agent: Agent): readonly string[] {
  return agent
    .status()
    .pipelines.filter((pipeline) => pipeline.state !== 'delivering')
    .map(
      ({ name, state, trouble }) => `sink "${name}" is ${state}${trouble === undefined ? '' : `: ${trouble.reason}`}`,
    )
}
