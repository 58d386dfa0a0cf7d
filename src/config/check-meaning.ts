import { realpathSync } from 'node:fs'
import { basename, dirname, join, matchesGlob, sep } from 'node:path'
import { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { parseCidr } from '../enrich/endpoint/cidr.ts'
import { FlagshipError } from '../errors.ts'
import { compileFormat } from '../ingest/format/compile.ts'
import { EnrichConfig } from './enrich.ts'
import { IngestConfig } from './ingest.ts'
import { parseListen } from './listen.ts'
import { isMapping, type Mapping } from './mapping.ts'
import { didYouMean } from './nearest.ts'
import { foundText, type Problem } from './problem.ts'
import type { ConfigPath } from './schema-node.ts'
import { HttpConfig, SINK_SCHEMAS } from './schema.ts'

type Ingest = Static<typeof IngestConfig>

/**
 * Everything that is wrong although each setting by itself is possible. Defaults are filled in and paths are absolute.
 *
 * A part that does not follow its schema is passed over: what it means cannot be told.
 */
export function checkMeaning({ ingest, enrich, sinks, http }: Mapping): readonly Problem[] {
  const reads = Value.Check(IngestConfig, ingest) ? ingest : undefined
  return [
    ...(reads === undefined ? [] : [...checkSources(reads), ...checkFormats(reads)]),
    ...(isMapping(sinks) ? [...checkSinks(sinks, reads), ...checkCredentials(sinks)] : []),
    ...(Value.Check(EnrichConfig, enrich) ? checkEnrich(enrich) : []),
    ...(Value.Check(HttpConfig, http) ? checkListen(http.listen) : []),
  ]
}

function checkSources({ pods, files }: Ingest): readonly Problem[] {
  if (pods !== undefined || files.length > 0) return []
  return [problem(['ingest'], 'nothing to read, expected `pods`, `files` or both')]
}

function checkFormats({ formats, files }: Ingest): readonly Problem[] {
  const problems = Object.entries(formats).flatMap(([name, format]) =>
    checkFormat(['ingest', 'formats', name], name, format),
  )
  for (const [index, { format }] of files.entries()) {
    const path = ['ingest', 'files', index, 'format']
    if (format === 'auto' || Object.hasOwn(formats, format)) continue
    if (format.includes('%')) problems.push(...checkFormat(path, 'file', format))
    else problems.push(problem(path, `found ${foundText(path, format)}, ${noFormat(format, Object.keys(formats))}`))
  }
  return problems
}

function checkFormat(path: ConfigPath, name: string, format: Ingest['formats'][string]): readonly Problem[] {
  try {
    compileFormat(name, format)
    return []
  } catch (error) {
    if (error instanceof FlagshipError) return [problem(path, error.message)]
    throw error
  }
}

function noFormat(format: string, names: readonly string[]): string {
  const known = names.length === 0 ? 'has none' : `has ${names.join(', ')}`
  return `expected auto, a name under \`ingest.formats\` (which ${known}) or a format string${didYouMean(format, names)}`
}

/** Two pipelines must not write to one place, and none to what flagship reads. */
function checkSinks(sinks: Mapping, ingest: Ingest | undefined): readonly Problem[] {
  const problems: Problem[] = []
  const writers = new Map<string, string>()
  for (const [name, sink] of Object.entries(sinks)) {
    const place = placeOf(name, sink)
    if (place === undefined) continue
    const other = writers.get(place.target)
    if (other !== undefined) problems.push(problem(place.path, `${place.target} is what the sink "${other}" writes to`))
    else writers.set(place.target, name)
    if (ingest !== undefined && isFollowed(ingest, place.target))
      problems.push(problem(place.path, `${place.target} is what \`ingest\` follows, expected a path that is not read`))
  }
  return problems
}

interface Place {
  readonly target: string
  readonly path: ConfigPath
}

/** What a sink writes to, and the setting that says so; undefined when the sink is not configured rightly. */
function placeOf(name: string, sink: unknown): Place | undefined {
  if (Value.Check(SINK_SCHEMAS.file, sink)) return { target: sink.path, path: ['sinks', name, 'path'] }
  if (Value.Check(SINK_SCHEMAS.stdout, sink)) return { target: 'standard output', path: ['sinks', name, 'type'] }
  if (Value.Check(SINK_SCHEMAS.elasticsearch, sink)) {
    const target = `namespace ${sink.namespace} of ${[...sink.nodes].sort().join(' ')}`
    return { target, path: ['sinks', name, 'nodes'] }
  }
  return undefined
}

/** A user needs a password, and one kind of credentials is enough. */
function checkCredentials(sinks: Mapping): readonly Problem[] {
  return Object.entries(sinks).flatMap(([name, sink]) => {
    if (!Value.Check(SINK_SCHEMAS.elasticsearch, sink)) return []
    const { apiKeyFile, username, passwordFile } = sink
    const path = ['sinks', name]
    if (username === undefined && passwordFile !== undefined)
      return [problem([...path, 'username'], 'missing, expected a name because there is a `passwordFile`')]
    if (username !== undefined && passwordFile === undefined)
      return [problem([...path, 'passwordFile'], 'missing, expected a file because there is a `username`')]
    if (username !== undefined && apiKeyFile !== undefined)
      return [problem([...path, 'apiKeyFile'], 'expected either an API key or a user with a password, found both')]
    return []
  })
}

/** Also under the name that a finished file of a sink gets, and where links lead to. */
function isFollowed({ pods, files }: Ingest, target: string): boolean {
  const finished = `${target}.20261122T000000Z-1`
  const paths = [target, finished].flatMap((path) => [path, join(resolved(dirname(path)), basename(path))])
  return paths.some(
    (path) =>
      (pods !== undefined && path.startsWith(pods + sep)) || files.some((entry) => matchesGlob(path, entry.path)),
  )
}

/** Where a directory is; itself while it is not there. */
function resolved(directory: string): string {
  try {
    return realpathSync(directory)
  } catch {
    return directory
  }
}

function checkEnrich({ networks, kubernetes, inventory }: Static<typeof EnrichConfig>): readonly Problem[] {
  const problems = Object.keys(networks)
    .filter((network) => parseCidr(network) === undefined)
    .map((network) => problem(['enrich', 'networks', network], 'no address range, expected one such as 10.20.0.0/16'))
  if (kubernetes.mode === 'inventory' && inventory === undefined) {
    const state = 'missing, expected a file because `enrich.kubernetes.mode` is "inventory"'
    problems.push(problem(['enrich', 'inventory'], state))
  }
  return problems
}

function checkListen(listen: string): readonly Problem[] {
  if (listen === 'off' || parseListen(listen) !== undefined) return []
  const path = ['http', 'listen']
  return [problem(path, `found ${foundText(path, listen)}, expected ADDRESS:PORT such as 127.0.0.1:9464, or "off"`)]
}

function problem(path: ConfigPath, message: string): Problem {
  return { path, message }
}
