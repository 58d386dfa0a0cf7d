import { SYSTEM_CLOCK } from '../clock.ts'
import { loadConfig } from '../config/load.ts'
import { spoolDirectory } from '../config/summary.ts'
import type { Command } from './command.ts'
import { write } from './io.ts'
import { jsonText } from './json.ts'
import { parseOptions, usageError } from './options.ts'
import { readReport, type StateReport } from './status/report.ts'
import { streamProgress } from './status/stream.ts'
import { renderReport } from './status/text.ts'

const OPTIONS = { config: { type: 'string', short: 'c' }, json: { type: 'boolean' } } as const

/** `flagship status`: how far each pipeline has come, from its state directory. */
export const command: Command = {
  name: 'status',
  summary: 'Show how far each file is delivered, from the state directory',
  usage: `Usage: flagship status --config FILE [--json]

Options:
  -c, --config FILE  The configuration (YAML) of the agent
      --json         Everything, as one JSON document; without it the 20 chains that lag most

Reads what the agent has written down, whether it runs or not, and changes nothing. Of each sink: the watermark (all
that was written before it is delivered, refused, dropped by policy or named as lost), losses, spool, dead letter, and
of each file the cursor, what may have been sent beyond it, and what is not answered. How old that is can only be said
within bounds, from the times of the file and the watermark. Files that the agent has never seen are not counted. A
running agent says the same of this moment under /v1/status. Of an agent that reads Kafka or takes requests it says
where that stands.

Example: flagship status --config /etc/flagship/flagship.yaml
`,
  async run(args, io) {
    const { values } = parseOptions('status', args, OPTIONS)
    if (values.config === undefined) throw usageError('status', 'Cannot show status', 'option "--config" is missing')
    const config = loadConfig(values.config, io.env)
    const { state, sinks, ingest } = config
    const spool = spoolDirectory(config)
    const places = {
      stateDirectory: state.directory,
      pipelines: Object.keys(sinks),
      spoolDirectory: spool,
      stream: streamProgress(ingest),
    }
    const report = await readReport(places, SYSTEM_CLOCK.nowMs())
    await write(io.stdout, values.json === true ? jsonOf(report) : renderReport(report))
    return 0
  },
}

/** Times as text, and reasons by name. */
function jsonOf({ nowMs, pipelines, ...report }: StateReport): string {
  const shown = pipelines.map(({ watermarkMs, deadLetter, ...pipeline }) => ({
    ...pipeline,
    watermark: watermarkMs === undefined ? null : new Date(watermarkMs).toISOString(),
    behindSeconds: watermarkMs === undefined ? null : Math.max(Math.round((nowMs - watermarkMs) / 1_000), 0),
    deadLetter: { ...deadLetter, reasons: Object.fromEntries(deadLetter.reasons) },
  }))
  return jsonText({ ...report, time: new Date(nowMs).toISOString(), pipelines: shown })
}
