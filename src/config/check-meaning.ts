import { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { parseCidr } from '../enrich/endpoint/cidr.ts'
import { FlagshipError } from '../errors.ts'
import { compileFormat } from '../ingest/format/compile.ts'
import { checkKafkaSource } from './check-kafka.ts'
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
type Enrich = Static<typeof EnrichConfig>

/**
 * Everything that is wrong although each setting by itself is possible. Defaults are filled in and paths are absolute.
 *
 * A part that does not follow its schema is passed over: what it means cannot be told.
 */
export function checkMeaning({ ingest, enrich, sinks, http, limits, nodeName }: Mapping): readonly Problem[] {
  const reads = Value.Check(IngestConfig, ingest) ? ingest : undefined
  return [
    ...(reads === undefined
      ? []
      : [...checkSources(reads, sinks), ...checkHttpSource(reads, limits), ...checkFormats(reads)]),
    ...(isMapping(sinks) ? checkSinks(sinks, reads, nodeName) : []),
    ...(Value.Check(EnrichConfig, enrich) ? checkEnrich(enrich) : []),
    ...(Value.Check(HttpConfig, http) ? checkHttp(http.listen) : []),
  ]
}

function checkSources({ pods, files, kafka, http }: Ingest, sinks: unknown): readonly Problem[] {
  const sources = [
    { isThere: pods !== undefined || files.length > 0, name: '`pods` or `files`', path: ['ingest'] },
    { isThere: kafka !== undefined, name: '`kafka`', path: ['ingest', 'kafka'] },
    { isThere: http !== undefined, name: '`http`', path: ['ingest', 'http'] },
  ]
  const [first, second] = sources.filter(({ isThere }) => isThere)
  if (first === undefined)
    return [problem(['ingest'], 'nothing to read, expected `pods`, `files` or both, or `kafka`, or `http`')]
  const beside = `stands beside ${first.name}, expected one or the other`
  const problems = second === undefined ? [] : [problem(second.path, beside)]
  if (kafka !== undefined) problems.push(...checkKafkaSource(['ingest', 'kafka'], kafka))
  if (kafka === undefined && http === undefined) return problems
  if (!isMapping(sinks)) return problems
  if (Object.keys(sinks).length === 1) return [...problems, ...checkPassing(kafka, sinks)]
  const why = kafka === undefined ? 'a request has one answer' : '`ingest.kafka` is a group of its own for each sink'
  return [...problems, problem(['sinks'], `several, expected one because ${why}`)]
}

function checkHttpSource({ http }: Ingest, limits: unknown): readonly Problem[] {
  if (http === undefined) return []
  const path = ['ingest', 'http']
  const inflightBytes = isMapping(limits) ? limits['inflightBytes'] : undefined
  const isTooMuch = typeof inflightBytes === 'number' && http.maxBodyBytes > inflightBytes
  return [
    ...checkListen([...path, 'listen'], http.listen),
    ...(isTooMuch
      ? [problem([...path, 'maxBodyBytes'], `${http.maxBodyBytes} is more than \`limits.inflightBytes\` allows`)]
      : []),
    ...(http.auth === undefined ? [] : checkAuth([...path, 'auth'], http.auth)),
  ]
}

function checkAuth(
  path: ConfigPath,
  { tokenFile, username, passwordFile }: NonNullable<NonNullable<Ingest['http']>['auth']>,
): readonly Problem[] {
  const isToken = tokenFile !== undefined && username === undefined && passwordFile === undefined
  const isPassword = tokenFile === undefined && username !== undefined && passwordFile !== undefined
  return isToken || isPassword ? [] : [problem(path, 'expected `tokenFile`, or `username` and `passwordFile`')]
}

/** Records pass through as JSON, byte for byte: what is not parsed cannot be written as Avro. */
function checkPassing(kafka: Ingest['kafka'], sinks: Mapping): readonly Problem[] {
  if (kafka?.envelope !== 'flagship') return []
  return Object.entries(sinks)
    .filter(([, sink]) => isMapping(sink) && sink['value'] === 'avro')
    .map(([name]) =>
      problem(
        ['sinks', name, 'value'],
        'expected json because records of flagship pass through `ingest.kafka` as JSON',
      ),
    )
}

function checkFormats({ formats, files, kafka, http }: Ingest): readonly Problem[] {
  const problems = Object.entries(formats).flatMap(([name, format]) =>
    checkFormat(['ingest', 'formats', name], name, format),
  )
  const places = files.map(({ format }, index) => ({ format, path: ['ingest', 'files', index, 'format'] }))
  if (kafka !== undefined) places.push({ format: kafka.format, path: ['ingest', 'kafka', 'format'] })
  if (http !== undefined) places.push({ format: http.format, path: ['ingest', 'http', 'format'] })
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

function checkEnrich({ networks, kubernetes, inventory }: Enrich): readonly Problem[] {
  const problems = Object.keys(networks)
    .filter((network) => parseCidr(network) === undefined)
    .map((network) => problem(['enrich', 'networks', network], 'no address range, expected one such as 10.20.0.0/16'))
  if (kubernetes.mode === 'inventory' && inventory === undefined) {
    const state = 'missing, expected a file because `enrich.kubernetes.mode` is "inventory"'
    problems.push(problem(['enrich', 'inventory'], state))
  }
  return [...problems, ...checkLiveNames(kubernetes, inventory)]
}

function checkLiveNames({ mode, resolver }: Enrich['kubernetes'], inventory: string | undefined): readonly Problem[] {
  const problems: Problem[] = []
  const isLive = mode === 'resolver' || mode === 'direct'
  if (isLive && inventory !== undefined) {
    const state = `stands beside \`enrich.kubernetes.mode: ${mode}\`, expected one or the other`
    problems.push(problem(['enrich', 'inventory'], state))
  }
  const path = ['enrich', 'kubernetes', 'resolver']
  for (const [index, url] of resolver.urls.entries())
    if (!URL.canParse(url))
      problems.push(
        problem(
          [...path, 'urls', index],
          `found ${foundText(path, url)}, expected a URL such as http://flagship-resolver:9465`,
        ),
      )
  if ((resolver.certificateFile === undefined) !== (resolver.keyFile === undefined))
    problems.push(problem(path, 'expected `certificateFile` and `keyFile`, or neither'))
  return problems
}

function checkHttp(listen: string): readonly Problem[] {
  return listen === 'off' ? [] : checkListen(['http', 'listen'], listen, ', or "off"')
}

function checkListen(path: ConfigPath, listen: string, orElse = ''): readonly Problem[] {
  if (parseListen(listen) !== undefined) return []
  return [problem(path, `found ${foundText(path, listen)}, expected ADDRESS:PORT such as 127.0.0.1:9464${orElse}`)]
}

function problem(path: ConfigPath, message: string): Problem {
  return { path, message }
}
