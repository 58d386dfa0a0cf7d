import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Recipe } from '../cache.ts'
import { hasCommand, runCommand } from '../commands.ts'
import { compileJava, type Jdk, missingJavaTools, requireJdk } from '../java.ts'
import { fetchDependencies } from '../maven.ts'

const HERE = import.meta.dirname
const STAND_INS = 'flagship-stand-ins'
/** The server's names of what Node calls x64 and arm64, and Debian's. */
const PLATFORMS = {
  x64: { server: 'linux-x64', libraries: 'x86_64-linux-gnu' },
  arm64: { server: 'linux-aarch64', libraries: 'aarch64-linux-gnu' },
} as const

/** x-pack-security names far more than a node needs to start: these are the groups that do link. */
const SECURITY_GROUPS = [
  'org.elasticsearch.plugin',
  'org.elasticsearch',
  'io.netty',
  'org.opensaml',
  'net.shibboleth.utilities',
  'com.unboundid',
  'org.apache.santuario',
  'io.dropwizard.metrics',
  'org.cryptacular',
  'org.apache.httpcomponents',
  'com.nimbusds',
  'com.sun.mail',
  'com.sun.activation',
  'net.jcip',
  'net.minidev',
  'org.ow2.asm',
  'com.google.guava',
  'com.google.code.findbugs',
  'commons-codec',
  'joda-time',
  'org.bouncycastle',
]
const SECURITY_FILTER = [
  `-DincludeGroupIds=${SECURITY_GROUPS.join(',')}`,
  '-DexcludeArtifactIds=listenablefuture,jakarta.activation-api',
]

/** A release of Elasticsearch, and what it takes to run it. */
export interface Release {
  readonly major: 8 | 9
  readonly version: string
  readonly leastJava: number
}

/** The releases that the project is tested with. */
export const RELEASES = {
  8: { major: 8, version: '8.19.21', leastJava: 17 },
  9: { major: 9, version: '9.5.3', leastJava: 21 },
} as const satisfies Record<number, Release>

/** Elastic's jars from Maven Central, and the stand-ins for what is not there: `lib`, `modules`, `classes`. */
export function elasticsearchRecipe(release: Release): Recipe {
  return {
    name: `elasticsearch-${release.version}`,
    ingredients: ['recipe.ts', 'pom.xml', 'java'].map((name) => join(HERE, name)),
    install: (directory) => installElasticsearch(directory, release),
  }
}

/** The JDK that runs this release; throws with the remedy when there is none. */
export function jdkFor({ version, leastJava }: Release): Jdk {
  return requireJdk(`Elasticsearch "${version}"`, leastJava)
}

/** What this machine lacks, each with its remedy. */
export function missingFor({ leastJava }: Release): string[] {
  const missing = missingJavaTools(leastJava)
  if (!hasCommand('gcc')) missing.push('gcc is missing (Debian packages gcc and libc6-dev)')
  if (zstdLibrary() === undefined) missing.push('libzstd.so.1 is missing (Debian package libzstd1)')
  return missing
}

async function installElasticsearch(home: string, release: Release): Promise<void> {
  const missing = missingFor(release)
  if (missing.length > 0) throw new Error(`Cannot install Elasticsearch "${release.version}": ${missing.join('; ')}`)
  await fetchJars(release, 'server', join(home, 'lib'))
  await fetchModule(home, release, 'transport-netty4')
  await fetchModule(home, release, 'x-pack-core')
  await fetchModule(home, release, 'x-pack-security', SECURITY_FILTER)
  // As a named module it would need OpenSAML's own modules.
  editDescriptor(home, 'x-pack-security', (text) => text.replace(/^modulename.*\n/m, ''))
  const jdk = jdkFor(release)
  await compile(jdk, home, ['Launch.java'], join(home, 'classes'), release)
  await buildStandIns(jdk, home, release)
  await addLibraries(home)
}

async function fetchJars(
  { version }: Release,
  profile: string,
  directory: string,
  filter: readonly string[] = [],
): Promise<void> {
  mkdirSync(directory, { recursive: true })
  const options = [`-Delasticsearch.version=${version}`, ...filter]
  await fetchDependencies({ pom: join(HERE, 'pom.xml'), profile, options }, directory)
}

async function fetchModule(home: string, release: Release, name: string, filter?: readonly string[]): Promise<void> {
  const directory = join(home, 'modules', name)
  await fetchJars(release, name, directory, filter)
  // The server refuses to start when two of its parts bring the same jar; x-pack-security extends x-pack-core.
  const parents = [join(home, 'lib'), ...(name === 'x-pack-security' ? [join(home, 'modules', 'x-pack-core')] : [])]
  for (const jar of readdirSync(directory))
    if (parents.some((parent) => existsSync(join(parent, jar)))) rmSync(join(directory, jar))
  const descriptor = `META-INF/es-plugins/${name}/plugin-descriptor.properties`
  await runCommand(
    join(jdkFor(release).home, 'bin', 'jar'),
    ['--extract', '--file', join(directory, `${name}-${release.version}.jar`), descriptor],
    directory,
  )
  copyFileSync(join(directory, descriptor), join(directory, 'plugin-descriptor.properties'))
  rmSync(join(directory, 'META-INF'), { recursive: true })
}

function editDescriptor(home: string, module: string, edit: (text: string) => string): void {
  const path = join(home, 'modules', module, 'plugin-descriptor.properties')
  writeFileSync(path, edit(readFileSync(path, 'utf8')))
}

async function compile(
  jdk: Jdk,
  home: string,
  files: readonly string[],
  directory: string,
  { leastJava }: Release,
): Promise<void> {
  const sources = files.map((file) => join(HERE, 'java', file))
  await compileJava(jdk, { sources, classPath: join(home, 'lib', '*'), directory, leastJava })
}

async function buildStandIns(jdk: Jdk, home: string, release: Release): Promise<void> {
  const module = join(home, 'modules', STAND_INS)
  const classes = join(home, 'stand-ins')
  const names = ['StandInPlugin.java', 'StandInHandler.java', 'StandInFeatures.java', `v${release.major}/StandIns.java`]
  await compile(jdk, home, names, classes, release)
  const services = join(classes, 'META-INF', 'services')
  mkdirSync(services, { recursive: true })
  writeFileSync(
    join(services, 'org.elasticsearch.features.FeatureSpecification'),
    'flagship.standins.StandInFeatures\n',
  )
  mkdirSync(module)
  const jar = ['--create', '--file', join(module, `${STAND_INS}.jar`), '-C', classes, '.']
  await runCommand(join(jdk.home, 'bin', 'jar'), jar, home)
  rmSync(classes, { recursive: true })
  const descriptor = {
    description: 'stand-ins',
    version: release.version,
    name: STAND_INS,
    classname: 'flagship.standins.StandIns',
    'java.version': release.leastJava,
    'elasticsearch.version': release.version,
  }
  const lines = Object.entries(descriptor).map(([key, value]) => `${key}=${value}\n`)
  writeFileSync(join(module, 'plugin-descriptor.properties'), lines.join(''))
}

/** The distribution brings two native libraries. Debian has one; of the other the server asks only what it can do. */
async function addLibraries(home: string): Promise<void> {
  const directory = join(home, 'lib', 'platform', platform().server)
  mkdirSync(directory, { recursive: true })
  symlinkSync(zstdLibrary() ?? '', join(directory, 'libzstd.so'))
  const source = join(home, 'vec.c')
  writeFileSync(source, 'int vec_caps(void) { return 0; }\n')
  await runCommand('gcc', ['-shared', '-fPIC', '-o', join(directory, 'libvec.so'), source], home)
  rmSync(source)
}

function zstdLibrary(): string | undefined {
  const directories = [`/usr/lib/${platform().libraries}`, `/lib/${platform().libraries}`, '/usr/lib64', '/usr/lib']
  return directories.map((directory) => join(directory, 'libzstd.so.1')).find((path) => existsSync(path))
}

function platform(): (typeof PLATFORMS)[keyof typeof PLATFORMS] {
  return process.arch === 'arm64' ? PLATFORMS.arm64 : PLATFORMS.x64
}
