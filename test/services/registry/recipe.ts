import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Recipe } from '../cache.ts'
import { runCommand } from '../commands.ts'
import { type Jdk, missingJavaTools, requireJdk } from '../java.ts'
import { fetchDependencies } from '../maven.ts'

const HERE = import.meta.dirname
const LEAST_JAVA = 17

/** The release that the project is tested with; newer ones need Java 21. */
export const REGISTRY_VERSION = '3.0.9'

/** Apicurio's archive from Maven Central, laid out. */
export const registryRecipe: Recipe = {
  name: `registry-${REGISTRY_VERSION}`,
  ingredients: ['recipe.ts', 'pom.xml', 'repository'].map((name) => join(HERE, name)),
  install: installRegistry,
}

/** The JDK that runs it; throws with the remedy when there is none. */
export function registryJdk(): Jdk {
  return requireJdk(`Apicurio Registry "${REGISTRY_VERSION}"`, LEAST_JAVA)
}

/** The program of an installation, which names its libraries itself. */
export function registryProgram(installation: string): string {
  return join(installation, `apicurio-registry-app-${REGISTRY_VERSION}-runner.jar`)
}

async function installRegistry(home: string): Promise<void> {
  const missing = missingJavaTools(LEAST_JAVA)
  if (missing.length > 0) throw new Error(`Cannot install Apicurio Registry: ${missing.join('; ')}`)
  const fetched = join(home, 'fetched')
  mkdirSync(fetched)
  await fetchDependencies({ pom: join(HERE, 'pom.xml'), profile: 'registry' }, fetched)
  await runCommand('tar', ['-xzf', `fetched/apicurio-registry-app-${REGISTRY_VERSION}-all.tar.gz`], home)
  rmSync(fetched, { recursive: true })
}
