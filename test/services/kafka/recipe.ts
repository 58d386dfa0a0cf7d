import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Recipe } from '../cache.ts'
import { compileJava, type Jdk, missingJavaTools, requireJdk } from '../java.ts'
import { fetchDependencies } from '../maven.ts'

const HERE = import.meta.dirname
const ATTACHED = join(HERE, '..', 'java', 'Attached.java')
const LEAST_JAVA = 17
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

/** Kafka's jars from Maven Central, and the tools of the tests: `lib`, `classes`. */
export function kafkaRecipe(release: KafkaRelease): Recipe {
  return {
    name: `kafka-${release.version}`,
    ingredients: [...['recipe.ts', 'pom.xml', 'java'].map((name) => join(HERE, name)), ATTACHED],
    install: (directory) => installKafka(directory, release),
  }
}

/** The JDK that runs this release; throws with the remedy when there is none. */
export function jdkFor({ version }: KafkaRelease): Jdk {
  return requireJdk(`Kafka "${version}"`, LEAST_JAVA)
}

/** What goes to Java as `-cp` for the programs of an installation. */
export function classPathOf(installation: string): string {
  return [join(installation, 'classes'), join(installation, 'lib', '*')].join(':')
}

async function installKafka(home: string, release: KafkaRelease): Promise<void> {
  const missing = missingJavaTools(LEAST_JAVA)
  if (missing.length > 0) throw new Error(`Cannot install Kafka "${release.version}": ${missing.join('; ')}`)
  for (const name of ['lib', 'classes']) mkdirSync(join(home, name))
  const options = [`-Dkafka.version=${release.version}`]
  await fetchDependencies({ pom: join(HERE, 'pom.xml'), profile: `kafka-${release.major}`, options }, join(home, 'lib'))
  const sources = readdirSync(join(HERE, 'java')).map((name) => join(HERE, 'java', name))
  await compileJava(jdkFor(release), {
    sources: [...sources, ATTACHED],
    classPath: join(home, 'lib', '*'),
    directory: join(home, 'classes'),
    leastJava: LEAST_JAVA,
  })
  writeFileSync(join(home, 'classes', 'log4j2.properties'), LOG4J_2)
  writeFileSync(join(home, 'classes', 'log4j.properties'), LOG4J_1)
}
