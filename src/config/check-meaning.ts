import { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { parseCidr } from '../enrich/endpoint/cidr.ts'
import { FlagshipError } from '../errors.ts'
import { compileFormat } from '../ingest/format/compile.ts'
import { checkSinks } from './check-sinks.ts'
import { EnrichConfig } from './enrich.ts'
import { IngestConfig } from './ingest.ts'
import { parseListen } from './listen.ts'
import { isMapping, type Mapping } from './mapping.ts'
import { didYouMean } from './nearest.ts'
import { foundText, type Problem } from './problem.ts'
import type { ConfigPath } from './schema-node.ts'
import { HttpConfig } from './schema.ts'

type Ingest = Static<typeof IngestConfig>

/**
 * Everything that is wrong although each setting by itself is possible. Defaults are filled in and paths are absolute.
 *
 * A part that does not follow its schema is passed over: what it means cannot be told.
 */
export function checkMeaning({ ingest, enrich, sinks, http, nodeName }: Mapping): readonly Problem[] {
  const reads = Value.Check(IngestConfig, ingest) ? ingest : undefined
  return [
    ...(reads === undefined ? [] : [...checkSources(reads, sinks), ...checkFormats(reads)]),
    ...(isMapping(sinks) ? checkSinks(sinks, reads, nodeName) : []),
    ...(Value.Check(EnrichConfig, enrich) ? checkEnrich(enrich) : []),
    ...(Value.Check(HttpConfig, http) ? checkListen(http.listen) : []),
  ]
}

function checkSources({ pods, files, kafka }: Ingest, sinks: unknown): readonly Problem[] {
  const readsFiles = pods !== undefined || files.length > 0
  if (kafka === undefined)
    return readsFiles ? [] : [problem(['ingest'], 'nothing to read, expected `pods`, `files` or both, or `kafka`')]
  const problems = readsFiles
    ? [problem(['ingest', 'kafka'], 'stands beside `pods` or `files`, expected one or the other')]
    : []
  if (!isMapping(sinks) || Object.keys(sinks).length === 1) return problems
  return [
    ...problems,
    problem(['sinks'], 'several, expected one because `ingest.kafka` is a group of its own for each sink'),
  ]
}

function checkFormats({ formats, files, kafka }: Ingest): readonly Problem[] {
  const problems = Object.entries(formats).flatMap(([name, format]) =>
    checkFormat(['ingest', 'formats', name], name, format),
  )
  const places = files.map(({ format }, index) => ({ format, path: ['ingest', 'files', index, 'format'] }))
  if (kafka !== undefined) places.push({ format: kafka.format, path: ['ingest', 'kafka', 'format'] })
  for (const { format, path } of places) {
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
