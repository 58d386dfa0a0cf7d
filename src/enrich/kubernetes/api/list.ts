import { ApiFailure } from './api-failure.ts'
import type { ApiConnection } from './connection.ts'
import type { Intake } from './intake.ts'
import { partsOf } from './parts.ts'

/** Objects of one page; the API server is asked for no more at a time. */
const PAGE_LIMIT = 500

/** What a whole list leaves behind. */
export interface Listed {
  /** Where a watch goes on. */
  readonly version: string
  /** What was in it. */
  readonly keys: ReadonlySet<string>
}

export interface ListParts {
  readonly connection: ApiConnection
  readonly intake: Intake
  readonly idleMs: number
  readonly fieldSelector: string | undefined
}

/**
 * Hand over a whole list, page by page, object by object.
 * @throws ApiFailure; `needsList` where the pages got too old on the way, and all must begin again.
 */
export async function listAll(parts: ListParts, isUrgent: boolean, signal: AbortSignal): Promise<Listed> {
  const keys = new Set<string>()
  let page: Page = { version: '', next: '' }
  do {
    const { next } = page
    page = await listPage(parts, next, keys, isUrgent, signal)
    if (next !== '' && page.next === next) throw new ApiFailure('malformed', 'a page of the list is followed by itself')
    checkCount(keys)
  } while (page.next !== '')
  return { version: page.version, keys }
}

/** @throws ApiFailure where a list has more objects than the largest cluster, five times over: it may never end. */
export function checkCount(keys: ReadonlySet<string>): void {
  if (keys.size > MOST_OBJECTS) throw new ApiFailure('malformed', `the list has more than ${MOST_OBJECTS} objects`)
}

const MOST_OBJECTS = 1_000_000

interface Page {
  readonly version: string
  /** Token of the page after it; empty after the last one. */
  readonly next: string
}

async function listPage(
  { connection, intake, idleMs, fieldSelector }: ListParts,
  token: string,
  keys: Set<string>,
  isUrgent: boolean,
  signal: AbortSignal,
): Promise<Page> {
  const { resource, observer } = intake
  const query = queryOf({ limit: String(PAGE_LIMIT), fieldSelector, continue: token === '' ? undefined : token })
  const { codec, body } = await connection.open(`/api/v1/${resource.name}?${query}`, isUrgent, signal)
  let page: Page = { version: '', next: '' }
  for await (const some of partsOf(body, codec.listSplitter(), idleMs)) {
    for (const part of some) {
      if (part.what === 'metadata') {
        page = pageOf(intake.read(part, (bytes) => codec.listMetadata(bytes)) ?? {})
        continue
      }
      const object = intake.read(part, (bytes) => codec.item(bytes, resource.message))
      if (object === undefined) continue
      const key = resource.keyOf(object)
      if (key !== undefined) keys.add(key)
      observer.event(resource.name, 'LISTED')
      intake.put(object)
    }
  }
  if (page.version === '') throw new ApiFailure('malformed', 'the list has no version')
  return page
}

function pageOf(metadata: Readonly<Record<string, unknown>>): Page {
  const { resourceVersion, continue: next } = metadata
  return {
    version: typeof resourceVersion === 'string' ? resourceVersion : '',
    next: typeof next === 'string' ? next : '',
  }
}

/** Parameters as a query; those that are undefined are left out. */
export function queryOf(parameters: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value)
  return query.toString()
}
