import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasCommand, runCommand } from './commands.ts'

const SYSTEM_JDKS = '/usr/lib/jvm'

/** A JDK: with its compiler, not only a runtime. */
export interface Jdk {
  readonly home: string
  /** 17, 21, ... */
  readonly major: number
}

/** JDKs of this machine: those that JAVA_HOME and its kin (JAVA_HOME_21_X64) name, then those that packages install. */
export function findJdks(env: NodeJS.ProcessEnv = process.env, systemJdks = SYSTEM_JDKS): Jdk[] {
  const named = Object.keys(env).filter((key) => key.startsWith('JAVA_HOME'))
  const homes = [
    ...named.sort().map((key) => env[key] ?? ''),
    ...namesIn(systemJdks).map((name) => join(systemJdks, name)),
  ]
  return homes.map(jdkAt).filter((jdk) => jdk !== undefined)
}

/** The oldest that is new enough, because servers are tested least with Javas that came after them; else undefined. */
export function chooseJdk(jdks: readonly Jdk[], atLeast: number): Jdk | undefined {
  const fit = jdks.filter(({ major }) => major >= atLeast)
  return fit.sort((a, b) => a.major - b.major)[0]
}

/** The JDK that runs `what`; throws with the remedy when there is none. */
export function requireJdk(what: string, atLeast: number): Jdk {
  const jdk = chooseJdk(findJdks(), atLeast)
  if (jdk !== undefined) return jdk
  throw new Error(`Cannot run ${what}: ${missingJdk(atLeast)}`)
}

/** What this machine lacks to install Java programs, each with its remedy. */
export function missingJavaTools(atLeast: number): string[] {
  const missing: string[] = []
  if (chooseJdk(findJdks(), atLeast) === undefined) missing.push(missingJdk(atLeast))
  if (!hasCommand('mvn')) missing.push('mvn is missing (Debian package maven)')
  return missing
}

/** What is compiled, against what, and where the classes go. */
export interface Compilation {
  readonly sources: readonly string[]
  readonly classPath: string
  readonly directory: string
  /** The oldest Java that the classes run on. */
  readonly leastJava: number
}

/** Compile Java sources. */
export async function compileJava(jdk: Jdk, compilation: Compilation): Promise<void> {
  const { sources, classPath, directory, leastJava } = compilation
  const flags = ['-nowarn', '-Xlint:-options', '--release', String(leastJava), '-d', directory]
  await runCommand(join(jdk.home, 'bin', 'javac'), [...flags, '-cp', classPath, ...sources], jdk.home)
}

/** The major version that the file `release` of a JDK names. */
export function majorIn(release: string): number | undefined {
  const [, version] = /^JAVA_VERSION="(\d+)/m.exec(release) ?? []
  return version === undefined ? undefined : Number(version)
}

function missingJdk(atLeast: number): string {
  return (
    `no JDK of version ${atLeast} or newer in JAVA_HOME or /usr/lib/jvm ` +
    `(Debian package openjdk-${atLeast}-jdk-headless where there is one, else a newer JDK that JAVA_HOME names)`
  )
}

function jdkAt(home: string): Jdk | undefined {
  try {
    const major = majorIn(readFileSync(join(home, 'release'), 'utf8'))
    return major !== undefined && existsSync(join(home, 'bin', 'javac')) ? { home, major } : undefined
  } catch {
    return undefined
  }
}

function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : []
}
