import { join } from 'node:path'
import { cacheDirectory } from './cache.ts'
import { runCommand } from './commands.ts'

const COPY_DEPENDENCIES = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'

/** What is fetched: the dependencies of one profile of a pom, with theirs. */
export interface Dependencies {
  readonly pom: string
  readonly profile: string
  /** More options of `dependency:copy-dependencies`: properties, filters. */
  readonly options?: readonly string[]
}

/** Fetch jars from Maven Central into a directory. */
export async function fetchDependencies(
  { pom, profile, options = [] }: Dependencies,
  directory: string,
): Promise<void> {
  const maven = ['-q', '-B', '-f', pom, `-Dmaven.repo.local=${join(cacheDirectory(), 'maven')}`]
  const what = [`-P${profile}`, COPY_DEPENDENCIES, `-DoutputDirectory=${directory}`, ...options]
  await runCommand('mvn', [...maven, ...what], directory)
}
