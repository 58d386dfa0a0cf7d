import { join } from 'node:path'
import { type FileSettings, kafkaFiles } from '../../src/bootstrap/kafka/files.ts'
import { sinkNeeds, type WritingSink } from '../../src/bootstrap/kafka/needs.ts'

/** A sink with nothing configured but brokers. */
const UNCONFIGURED: WritingSink = {
  topics: { access: 'envoy.access', log: 'envoy.log', unparsed: 'envoy.unparsed', loss: 'envoy.loss' },
  maxRequestBytes: 1_000_000,
  value: 'json',
  delivery: 'at_least_once',
  cursorTopic: 'envoy.cursor',
  deadLetterTopic: 'envoy.dead_letter',
  transactionalIdPrefix: 'flagship',
}

const SETTINGS: FileSettings = {
  writer: 'flagship',
  reader: 'flagship-reader',
  group: 'flagship',
  cluster: 'kafka',
  authentication: 'scram-sha-512',
}

/** What `flagship bootstrap kafka --output DIRECTORY` writes for it. */
export function kafkaDeployFiles(directory: string): Readonly<Record<string, () => string>> {
  const files = kafkaFiles(sinkNeeds(UNCONFIGURED), SETTINGS)
  return Object.fromEntries(files.map(([fileName, text]) => [join(directory, fileName), () => text]))
}
