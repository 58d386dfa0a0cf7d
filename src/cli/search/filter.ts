import { isIP } from 'node:net'
import { DIRECTIONS, type Question, type StatusRange } from './question.ts'

/** A query of Elasticsearch's query language, or a part of one. */
export type Dsl = Readonly<Record<string, unknown>>

/** The query that finds the lines a question asks for. */
export function filterOf(question: Question): Dsl {
  const { flags, causes, sources, destinations, statuses, responder, requestId, onlyFailures, side, query } = question
  const filter: readonly (Dsl | undefined)[] = [
    windowFilter(question),
    listed('envoy.response_flags', flags),
    listed('envoy.verdict.cause', causes),
    anyOf(sources.map((reference) => endFilter('source', reference))),
    anyOf(destinations.map((reference) => endFilter('destination', reference))),
    anyOf(statuses.map(statusFilter)),
    listed('envoy.verdict.responder', responder === undefined ? [] : [responder]),
    requestId === undefined ? undefined : requestFilter(requestId),
    listed('event.outcome', onlyFailures ? ['failure'] : []),
    listed('envoy.direction', side === 'both' ? [] : DIRECTIONS[side]),
    query === undefined ? undefined : { query_string: { query } },
  ]
  return { bool: { filter: filter.filter((part) => part !== undefined) } }
}

/** The field that says when a line was: a connection is logged when it ends, other lines have no end. */
export function timeFieldOf({ dataset }: Pick<Question, 'dataset'>): 'event.end' | '@timestamp' {
  return dataset === 'access' ? 'event.end' : '@timestamp'
}

/** Formats that log no duration have lines without an end: those are found by their start. */
function windowFilter(question: Question): Dsl | undefined {
  const { sinceMs, untilMs } = question
  if (sinceMs === undefined && untilMs === undefined) return undefined
  const within = {
    ...(sinceMs === undefined ? {} : { gte: new Date(sinceMs).toISOString() }),
    ...(untilMs === undefined ? {} : { lt: new Date(untilMs).toISOString() }),
  }
  const started = { range: { '@timestamp': within } }
  if (timeFieldOf(question) === '@timestamp') return started
  const endless = { bool: { filter: [started], must_not: [{ exists: { field: 'event.end' } }] } }
  return anyOf([{ range: { 'event.end': within } }, endless])
}

/**
 * One end of a hop by what people call it: workload, service or pod, `NAMESPACE/NAME` of them, an address or a network.
 * `*` stands for any characters. A destination is also found by the host that was called where it has no other name:
 * whatever the table shows may be asked for.
 */
function endFilter(end: 'source' | 'destination', reference: string): Dsl {
  const [first = '', ...rest] = reference.split('/')
  if (isIP(first) !== 0) return { term: { [`${end}.ip`]: reference } }
  const names = ['workload', 'service', 'pod'].map((name) => `envoy.${end}.${name}`)
  if (rest.length === 0) {
    const named = names.map((field) => like(field, reference))
    return anyOf(end === 'source' ? named : [...named, ...calledHost(reference)]) ?? {}
  }
  const name = rest.join('/')
  const inNamespace = like(`envoy.${end}.namespace`, first)
  if (name === '*' || name === '') return inNamespace
  return { bool: { filter: [inNamespace, anyOf(names.map((field) => like(field, name)))] } }
}

/** The host in a cluster name or SNI; and what the client asked for, where no endpoint was chosen. */
function calledHost(host: string): readonly Dsl[] {
  const chosen = ['envoy.upstream.host', 'envoy.destination.service'].map((field) => ({ exists: { field } }))
  return [like('destination.domain', host), { bool: { filter: [like('url.domain', host)], must_not: chosen } }]
}

function like(field: string, text: string): Dsl {
  if (!text.includes('*')) return { term: { [field]: text } }
  return { wildcard: { [field]: { value: text.replace(/[\\?]/g, '\\$&') } } }
}

function statusFilter({ from, to }: StatusRange): Dsl {
  const field = 'envoy.response_code'
  return from === to ? { term: { [field]: from } } : { range: { [field]: { gte: from, lte: to } } }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * Envoy keeps the trace decision in character 14 of the request id, so the two sides of a hop may log ids that differ
 * there. Source: envoy source/extensions/request_id/uuid/config.h.
 */
function requestFilter(id: string): Dsl {
  const variants = UUID.test(id) ? ['4', '9', 'a', 'b'].map((digit) => id.slice(0, 14) + digit + id.slice(15)) : []
  const ids = [...new Set([id, ...variants])]
  return anyOf(ids.map((value) => ({ term: { 'http.request.id': { value, case_insensitive: true } } }))) ?? {}
}

function listed(field: string, values: readonly (string | number)[]): Dsl | undefined {
  return values.length === 0 ? undefined : { terms: { [field]: values } }
}

function anyOf(parts: readonly Dsl[]): Dsl | undefined {
  if (parts.length < 2) return parts[0]
  return { bool: { should: parts, minimum_should_match: 1 } }
}
