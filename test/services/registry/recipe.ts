import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Recipe } from '../cache.ts'
import { runCommand } from '../commands.ts'
import { compileJava, type Jdk, missingJavaTools, requireJdk } from '../java.ts'
import { fetchDependencies } from '../maven.ts'

const HERE = import.meta.dirname
const ATTACHED = join(HERE, '..', 'java', 'Attached.java')
const LEAST_JAVA = 17

/** The release that the project is tested with; newer ones need Java 21. */
export const REGISTRY_VERSION = '3.0.9'

/** Apicurio's archive from Maven Central, laid out, and `classes`. */
export const registryRecipe: Recipe = {
  name: `registry-${REGISTRY_VERSION}`,
  ingredients: [...['recipe.ts', 'pom.xml', 'repository'].map((name) => join(HERE, name)), ATTACHED],
  install: installRegistry,
}

/** The JDK that runs it; throws with the remedy when there is none. */
export function registryJdk(): Jdk {
  return requireJdk(`Apicurio Registry "${REGISTRY_VERSION}"`, LEAST_JAVA)
}

/** What goes to Java as `-cp` for the programs of an installation. */
export function registryClassPath(installation: string): string {
  const program = `apicurio-registry-app-${REGISTRY_VERSION}-runner.jar`
  return ['classes', program].map((name) => join(installation, name)).join(':')
}

async function installRegistry(home: string): Promise<void> {
  const missing = missingJavaTools(LEAST_JAVA)
  if (missing.length > 0) throw new Error(`Cannot install Apicurio Registry: ${missing.join('; ')}`)
  const fetched = join(home, 'fetched')
  mkdirSync(fetched)
  await fetchDependencies({ pom: join(HERE, 'pom.xml'), profile: 'registry' }, fetched)
  await runCommand('tar', ['-xzf', `fetched/apicurio-registry-app-${REGISTRY_VERSION}-all.tar.gz`], home)
  rmSync(fetched, { recursive: true })
  const directory = join(home, 'classes')
  await compileJava(registryJdk(), { sources: [ATTACHED], classPath: '', directory, leastJava: LEAST_JAVA })
}
