import { METRICS } from '../../src/telemetry/metrics.ts'
import { code, generatedFrom, table } from './markdown.ts'

/** docs/generated/metrics.md: what /metrics exports. */
export function metricsDoc(): string {
  const rows = Object.entries(METRICS).map(([name, { type, labels, help }]) => [
    code(name),
    type,
    labels.map(code).join(', '),
    help,
  ])
  return `${generatedFrom('src/telemetry/metrics.ts')}

# Metrics

\`/metrics\` on \`http.listen\`, in the text format of Prometheus. The values of every label are a bounded set: \`pipeline\` is
a name under \`sinks\`. Metrics of the process itself (\`process_*\`, \`nodejs_*\`) come beside these.

${table(['Metric', 'Type', 'Labels', 'Meaning'], rows)}
`
}
