import { join } from 'node:path'
import { kafkaFiles, type Parties } from '../../src/bootstrap/kafka/files.ts'
import { kafkaTopics, type WritingSink } from '../../src/bootstrap/kafka/topics.ts'

/** A sink with nothing configured but brokers. */
const UNCONFIGURED: WritingSink = {
  topics: { access: 'envoy.access', log: 'envoy.log', unparsed: 'envoy.unparsed', loss: 'envoy.loss' },
  maxRequestBytes: 1_000_000,
}

const PARTIES: Parties = {
  writer: 'flagship',
  reader: 'flagship-reader',
  group: 'flagship',
  cluster: 'kafka',
  authentication: 'scram-sha-512',
}

/** What `flagship bootstrap kafka --output DIRECTORY` writes for it. */
export function kafkaDeployFiles(directory: string): Readonly<Record<string, () => string>> {
  const files = kafkaFiles(kafkaTopics(UNCONFIGURED), PARTIES)
  return Object.fromEntries(files.map(([fileName, text]) => [join(directory, fileName), () => text]))
}
