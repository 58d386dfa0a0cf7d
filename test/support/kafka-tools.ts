import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { javaOf, KAFKA_RELEASES, kafkaRecipe } from '../services/kafka/recipe.ts'
import { installationOf } from './real-service.ts'

/** The jars of Kafka 4 that the tests have are without its tools. */
const RELEASE = KAFKA_RELEASES[3]
const FLAGS = ['-Xmx256m', '-XX:TieredStopAtLevel=1']

/** Run a shell script in `directory` that calls Kafka's own kafka-acls.sh, against a cluster where anybody may do everything; throws with what it printed when it fails. */
export async function runWithKafkaTools(
  script: string,
  brokers: readonly string[],
  directory: string,
): Promise<string> {
  const tools = mkdtempSync(join(tmpdir(), 'flagship-kafka-tools-'))
  try {
    writeFileSync(join(tools, 'admin.properties'), '')
    const java = [...javaOf(RELEASE), ...FLAGS].map((argument) => `'${argument}'`).join(' ')
    const tool = join(tools, 'kafka-acls.sh')
    const home = installationOf(kafkaRecipe(RELEASE), 'kafka')
    writeFileSync(tool, `#!/bin/sh\ncd '${home}' && exec ${java} kafka.admin.AclCommand "$@"\n`)
    chmodSync(tool, 0o700)
    const env = {
      PATH: `${tools}:${process.env['PATH'] ?? ''}`,
      KAFKA: brokers.join(','),
      ADMIN: join(tools, 'admin.properties'),
    }
    const { stdout } = await promisify(execFile)('sh', ['-c', script], { cwd: directory, env })
    return stdout
  } finally {
    rmSync(tools, { recursive: true })
  }
}
