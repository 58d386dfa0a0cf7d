import type { Elasticsearch, ElasticsearchAnswer } from '../../clients/elasticsearch.ts'
import type { FlagshipError } from '../../errors.ts'
import { at, listAt, textAt } from '../../sinks/elasticsearch/parts-of-json.ts'
import type { Found, Installable, Target } from '../object.ts'
import { type ElasticsearchObject, KINDS } from './objects.ts'
import { refusal } from './refusal.ts'
import { OURS } from './templates.ts'

/** An object of Elasticsearch, or the retention of a data stream that is there. */
type Kind = ElasticsearchObject['kind'] | 'retention'

/** A cluster to install on; what `objects` of another kind asks for is a bug. */
export class ElasticsearchTarget implements Target {
  readonly objects: readonly Installable[]
  readonly #client: Elasticsearch
  readonly #kinds: ReadonlyMap<Installable, Kind>

  constructor(client: Elasticsearch, objects: readonly ElasticsearchObject[], retentions: readonly Installable[] = []) {
    this.#client = client
    this.objects = [...objects, ...retentions]
    this.#kinds = new Map([
      ...objects.map((object) => [object, object.kind] as const),
      ...retentions.map((object) => [object, 'retention'] as const),
    ])
  }

  async find(object: Installable): Promise<Found> {
    const kind = this.#kindOf(object)
    if (kind === 'retention') return this.#findRetention(object)
    const answer = await this.#client.request({ method: 'GET', path: pathOf(kind, object) })
    if (answer.statusCode === 404) return { kind: 'absent' }
    if (answer.statusCode !== 200) throw refused('read', object, kind, answer)
    const body = READERS[kind](answer.body, object.id)
    if (typeof body !== 'object' || body === null) return { kind: 'absent' }
    const marks = MARKS[kind](body)
    const version = at(marks, 'version')
    if (at(marks, 'managed_by') !== OURS.managed_by || typeof version !== 'number') return { kind: 'foreign' }
    return { kind: 'ours', version, body }
  }

  async write(object: Installable): Promise<void> {
    const kind = this.#kindOf(object)
    const path = kind === 'retention' ? `/_data_stream/${object.id}/_lifecycle` : pathOf(kind, object)
    const answer = await this.#client.request({ method: 'PUT', path, json: object.body })
    if (answer.statusCode >= 300) throw refused('install', object, kind, answer)
  }

  async remove(object: Installable): Promise<string | undefined> {
    const kind = this.#kindOf(object)
    if (kind === 'retention') return undefined // goes with its data stream, which holds documents and is not ours
    const answer = await this.#client.request({ method: 'DELETE', path: pathOf(kind, object) })
    if (answer.statusCode < 300 || answer.statusCode === 404) return undefined
    const reason = textAt(answer.body, 'error', 'reason') ?? ''
    if (reason.includes('in use by')) return reason
    throw refused('remove', object, kind, answer)
  }

  /** A data stream keeps the lifecycle that it was made with, whatever becomes of its template. */
  async #findRetention(object: Installable): Promise<Found> {
    const answer = await this.#client.request({ method: 'GET', path: `/_data_stream/${object.id}` })
    if (answer.statusCode !== 200) throw refused('read', object, 'retention', answer)
    const lifecycle = at(listAt(answer.body, 'data_streams')[0], 'lifecycle')
    const body = { data_retention: textAt(lifecycle, 'data_retention'), enabled: at(lifecycle, 'enabled') }
    return { kind: 'ours', version: OURS.version, body }
  }

  #kindOf(object: Installable): Kind {
    const kind = this.#kinds.get(object)
    if (kind === undefined) throw new Error(`Cannot install ${object.kind} "${object.id}": it is not of this target`)
    return kind
  }
}

/** Where an object of this kind is. */
export function pathOf(kind: ElasticsearchObject['kind'], { id }: Pick<Installable, 'id'>): string {
  return `${KINDS[kind].path}/${encodeURIComponent(id)}`
}

/** The body in the form in which it was put. */
const READERS: Readonly<Record<ElasticsearchObject['kind'], (answer: unknown, id: string) => unknown>> = {
  'lifecycle policy': (answer, id) => ({ policy: at(answer, id, 'policy') }),
  'component template': (answer) => withoutDates(at(listAt(answer, 'component_templates')[0], 'component_template')),
  'index template': (answer) => withoutDates(at(listAt(answer, 'index_templates')[0], 'index_template')),
  role: (answer, id) => without(at(answer, id), (name) => name === 'transient_metadata'),
}

const MARKS: Readonly<Record<ElasticsearchObject['kind'], (body: object) => unknown>> = {
  'lifecycle policy': (body) => at(body, 'policy', '_meta'),
  'component template': (body) => at(body, '_meta'),
  'index template': (body) => at(body, '_meta'),
  role: (body) => at(body, 'metadata'),
}

/** Since 9.2 templates say when they were made. */
function withoutDates(body: unknown): unknown {
  return without(body, (name) => /^(?:created|modified)_date/.test(name))
}

function without(body: unknown, isLeftOut: (name: string) => boolean): unknown {
  if (typeof body !== 'object' || body === null) return undefined
  return Object.fromEntries(Object.entries(body).filter(([name]) => !isLeftOut(name)))
}

const RETENTION_PRIVILEGE = 'the index privilege "manage_data_stream_lifecycle"'

/** What is wrong and who can mend it. */
function refused(verb: string, object: Installable, kind: Kind, answer: ElasticsearchAnswer): FlagshipError {
  const what = `Cannot ${verb} ${object.kind} "${object.id}"`
  const right = kind === 'retention' ? RETENTION_PRIVILEGE : `the cluster privilege "${KINDS[kind].privilege}"`
  return refusal(what, right, answer)
}
