import type { Clock } from '../../clock.ts'
import { parseListen } from '../../config/listen.ts'
import type { Config } from '../../config/schema.ts'
import type { Credentials } from '../../ingest/http/authorization.ts'
import { startLineServer } from '../../ingest/http/server.ts'
import type { Agent, AgentParts } from '../../pipeline/agent.ts'
import type { AgentSettings } from '../../pipeline/settings.ts'
import { requestTranscoder } from '../../pipeline/stream/request-transcoder.ts'
import { startRequestStream } from '../../pipeline/stream/start-request-stream.ts'
import { brokenLog } from './broken-log.ts'
import type { Names } from './names.ts'
import { secretsIn } from './secrets.ts'
import { messageTranscoder } from './transcoders.ts'

type HttpSource = NonNullable<Config['ingest']['http']>

/** Start the agent that takes requests of other shippers. @throws FlagshipError STATE_LOCKED, STATE_UNREADABLE, LISTEN_FAILED. */
export function startRequestAgent(
  config: Config,
  source: HttpSource,
  { pipelines: [pipeline], ...settings }: AgentSettings,
  names: Names,
  parts: Pick<AgentParts, 'clock' | 'random' | 'logger' | 'metrics'>,
): Promise<Agent> {
  const listen = parseListen(source.listen)
  if (pipeline === undefined || listen === undefined) throw new Error('the configuration was checked')
  const { clock, logger } = parts
  if (source.auth === undefined) logger.warn({ listen: source.listen }, 'everybody who reaches ingest.http may send')
  const onBroken = brokenLog(logger, clock, 'ingest.http.envelope')
  return startRequestStream(
    { ...settings, ...pipeline },
    {
      ...parts,
      news: names.news,
      transcode: requestTranscoder(messageTranscoder(config, names, source, pipeline.form), onBroken),
      listen: (taker, onAnswer) =>
        startLineServer(
          { ...source, listen },
          { taker, onAnswer, clock, credentials: credentialsOf(source.auth, clock) },
        ),
    },
  )
}

function credentialsOf(auth: HttpSource['auth'], clock: Clock): Credentials | undefined {
  const path = auth?.tokenFile ?? auth?.passwordFile
  if (path === undefined) return undefined
  return { username: auth?.username, secrets: secretsIn(path, clock) }
}
