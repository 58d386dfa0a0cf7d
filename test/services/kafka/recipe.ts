import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Recipe } from '../cache.ts'
import { runCommand } from '../commands.ts'
import { compileJava, type Jdk, missingJavaTools, requireJdk } from '../java.ts'
import { fetchDependencies } from '../maven.ts'
import { freePort } from '../ports.ts'

const HERE = import.meta.dirname
const LEAST_JAVA = 17
const ARCHIVE = 'classes.jsa'
const CLASS_PATH = ['-cp', 'tools.jar:lib/*']
/** Found on the class path: one for Kafka 4, the other for Kafka 3. To standard error, for the tools print what they find. */
const LOG4J_2 = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d] %p %m (%c)%n
rootLogger.level = \${sys:flagship.log:-info}
rootLogger.appenderRef.console.ref = console
`
const LOG4J_1 = `log4j.rootLogger = INFO, console
log4j.appender.console = org.apache.log4j.ConsoleAppender
log4j.appender.console.target = System.err
log4j.appender.console.layout = org.apache.log4j.PatternLayout
log4j.appender.console.layout.conversionPattern = [%d] %p %m (%c)%n
`

/** A release of Kafka. */
export interface KafkaRelease {
  readonly major: 3 | 4
  readonly version: string
}

/** The releases that the project is tested with. */
export const KAFKA_RELEASES = {
  3: { major: 3, version: '3.9.2' },
  4: { major: 4, version: '4.4.0' },
} as const satisfies Record<number, KafkaRelease>

/** Kafka's jars from Maven Central, and the tools of the tests: `lib`, `tools.jar`, and `classes.jsa`, what Java has prepared of them. */
export function kafkaRecipe(release: KafkaRelease): Recipe {
  return {
    name: `kafka-${release.version}`,
    ingredients: ['recipe.ts', 'pom.xml', 'java'].map((name) => join(HERE, name)),
    install: (directory) => installKafka(directory, release),
  }
}

/** The JDK that runs this release; throws with the remedy when there is none. */
export function jdkFor({ version }: KafkaRelease): Jdk {
  return requireJdk(`Kafka "${version}"`, LEAST_JAVA)
}

/**
 * How Java is called for the programs of an installation, in its directory: Java takes what it has prepared only for
 * the very same class path, and an installation is renamed when it is whole.
 */
export function javaOf(release: KafkaRelease): string[] {
  return [
    join(jdkFor(release).home, 'bin', 'java'),
    '-XX:+UseSerialGC',
    `-XX:SharedArchiveFile=${ARCHIVE}`,
    ...CLASS_PATH,
  ]
}

async function installKafka(home: string, release: KafkaRelease): Promise<void> {
  const missing = missingJavaTools(LEAST_JAVA)
  if (missing.length > 0) throw new Error(`Cannot install Kafka "${release.version}": ${missing.join('; ')}`)
  for (const name of ['lib', 'classes']) mkdirSync(join(home, name))
  const options = [`-Dkafka.version=${release.version}`]
  await fetchDependencies({ pom: join(HERE, 'pom.xml'), profile: `kafka-${release.major}`, options }, join(home, 'lib'))
  await buildTools(home, release)
  await prepareClasses(home, release)
}

async function buildTools(home: string, release: KafkaRelease): Promise<void> {
  const jdk = jdkFor(release)
  const classes = join(home, 'classes')
  const sources = readdirSync(join(HERE, 'java')).map((name) => join(HERE, 'java', name))
  const classPath = join(home, 'lib', '*')
  await compileJava(jdk, { sources, classPath, directory: classes, leastJava: LEAST_JAVA })
  writeFileSync(join(classes, 'log4j2.properties'), LOG4J_2)
  writeFileSync(join(classes, 'log4j.properties'), LOG4J_1)
  const jar = ['--create', '--file', 'tools.jar', '-C', classes, '.']
  await runCommand(join(jdk.home, 'bin', 'jar'), jar, home)
  rmSync(classes, { recursive: true })
}

async function prepareClasses(home: string, release: KafkaRelease): Promise<void> {
  const directory = join(home, 'prepared')
  mkdirSync(directory)
  const [broker, controller] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`]
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@${controller}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://${broker},CONTROLLER://${controller}`,
    'log.dirs': join(directory, 'data'),
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.num.partitions': '1',
    'transaction.state.log.min.isr': '1',
  }
  const properties = join(directory, 'server.properties')
  writeFileSync(properties, linesOf(settings))
  const flags = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', `-XX:ArchiveClassesAtExit=${ARCHIVE}`]
  const order = ['Archive', broker, properties, settings['log.dirs'], 'QUFBQUFBQUFBQUFBQUFBQQ']
  await runCommand(join(jdkFor(release).home, 'bin', 'java'), [...flags, ...CLASS_PATH, ...order], home)
  rmSync(directory, { recursive: true })
}

/** The text of a properties file. */
export function linesOf(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}
