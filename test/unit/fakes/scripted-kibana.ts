import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { bodyOf, portOf } from '../../support/recording-server.ts'

/** What a request got. */
export interface Reply {
  readonly status: number
  readonly body: unknown
}

/** One request as it came. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

type Json = Record<string, unknown>

/** As much of Kibana as the bootstrap calls, made after its documentation: no answer here was seen from a real one. */
export class ScriptedKibana {
  readonly asked: Asked[] = []
  /** By space, type and id. */
  readonly stored = new Map<string, Json>()
  readonly spaces = new Set(['default'])
  version = '8.19.4'
  /** Answers instead of the fake where it gives something. */
  answersFirst: (asked: Asked) => Reply | undefined = () => undefined

  /** Requests that change something. */
  get changes(): readonly string[] {
    return this.asked
      .filter(({ method, path }) => method !== 'GET' && !path.includes('_export'))
      .map(({ method, path }) => `${method} ${path}`)
  }

  async answer(asked: Asked): Promise<Reply> {
    this.asked.push(asked)
    const own = this.answersFirst(asked)
    if (own !== undefined) return own
    const [, space = 'default', path = ''] = /^(?:\/s\/([^/]+))?(\/.*)$/.exec(asked.path) ?? []
    if (asked.method !== 'GET' && asked.headers['kbn-xsrf'] === undefined)
      return {
        status: 400,
        body: { statusCode: 400, error: 'Bad Request', message: 'Request must contain a kbn-xsrf header.' },
      }
    if (path === '/api/status')
      return {
        status: 200,
        body: { name: 'kibana', version: { number: this.version }, status: { overall: { level: 'available' } } },
      }
    if (path.startsWith('/api/spaces/space/')) return this.#space(path.slice('/api/spaces/space/'.length))
    if (path.startsWith('/api/saved_objects/_export')) return this.#export(space, JSON.parse(asked.body))
    if (path.startsWith('/api/saved_objects/_import')) return this.#import(space, asked)
    if (path.startsWith('/api/alerting/rule/'))
      return this.#rule(space, path.slice('/api/alerting/rule/'.length), asked)
    if (asked.method === 'DELETE') return this.#remove(space, path)
    return { status: 404, body: { statusCode: 404, error: 'Not Found', message: 'Not Found' } }
  }

  #space(id: string): Reply {
    return this.spaces.has(id) ? { status: 200, body: { id } } : missing('space', id)
  }

  #export(space: string, { objects }: { objects: readonly { type: string; id: string }[] }): Reply {
    const [wanted] = objects
    const found = this.stored.get(`${space}/${wanted?.type}/${wanted?.id}`)
    if (found !== undefined)
      return { status: 200, body: { ...found, updated_at: '2026-11-22T09:00:00Z', version: 'WzEsMV0=' } }
    const error = {
      statusCode: 404,
      error: 'Not Found',
      message: `Saved object [${wanted?.type}/${wanted?.id}] not found`,
    }
    const attributes = { objects: [{ ...wanted, error }] }
    return {
      status: 400,
      body: { statusCode: 400, error: 'Bad Request', message: 'Error fetching objects to export', attributes },
    }
  }

  #import(space: string, { body, headers }: Asked): Reply {
    const boundary = /^multipart\/form-data; boundary=(.+)$/.exec(headers['content-type'] ?? '')?.[1]
    const [, part = ''] = body.split(`--${boundary}\r\n`)
    const [, file = ''] = part.split('\r\n\r\n')
    const object: Json = JSON.parse(file.split('\n')[0] ?? '')
    const refers: unknown = object['references']
    for (const { type, id } of Array.isArray(refers) ? refers : [])
      if (!this.stored.has(`${space}/${type}/${id}`)) {
        const error = { type: 'missing_references', references: [{ type, id }] }
        return { status: 200, body: { success: false, successCount: 0, errors: [{ id: object['id'], error }] } }
      }
    const elsewhere = [...this.stored.keys()].some(
      (key) => !key.startsWith(`${space}/`) && key.endsWith(`/${String(object['id'])}`),
    )
    if (elsewhere)
      return { status: 200, body: { success: true, successCount: 1, successResults: [{ destinationId: 'a-copy' }] } }
    this.stored.set(`${space}/${String(object['type'])}/${String(object['id'])}`, object)
    return {
      status: 200,
      body: { success: true, successCount: 1, successResults: [{ id: object['id'], overwrite: true }] },
    }
  }

  #rule(space: string, id: string, { method, body }: Asked): Reply {
    const key = `${space}/alert/${id}`
    const found = this.stored.get(key)
    if (method === 'POST') {
      if (found !== undefined)
        return { status: 409, body: { statusCode: 409, message: `Saved object [alert/${id}] conflict` } }
      return this.#keep(key, { id, ...JSON.parse(body), created_by: 'elastic' })
    }
    if (found === undefined) return missing('alert', id)
    if (method === 'GET') return { status: 200, body: found }
    if (method === 'PUT') {
      const update: Json = JSON.parse(body)
      const unknown = ['rule_type_id', 'consumer', 'enabled', 'id'].filter((name) => name in update)
      if (unknown.length > 0 || body.includes('connector_type_id'))
        return {
          status: 400,
          body: {
            statusCode: 400,
            message: `[request body]: definition for this key is missing: ${unknown.join(', ')}`,
          },
        }
      return this.#keep(key, { ...found, ...update })
    }
    this.stored.delete(key)
    return { status: 204, body: '' }
  }

  /** With what Kibana adds. */
  #keep(key: string, rule: Json): Reply {
    const params = { ...Object(rule['params']), aggType: 'count' }
    const kept = {
      ...rule,
      params,
      revision: 1,
      execution_status: { status: 'ok' },
      updated_at: '2026-11-22T09:00:00Z',
    }
    this.stored.set(key, kept)
    return { status: 200, body: kept }
  }

  #remove(space: string, path: string): Reply {
    const [, view] = /^\/api\/data_views\/data_view\/(.+)$/.exec(path) ?? []
    const [, type = 'index-pattern', id = view ?? ''] =
      /^\/api\/saved_objects\/([^/]+)\/([^?]+)\?force=true$/.exec(path) ?? []
    return this.stored.delete(`${space}/${type}/${id}`) ? { status: 200, body: {} } : missing(type, id)
  }
}

function missing(type: string, id: string): Reply {
  return {
    status: 404,
    body: { statusCode: 404, error: 'Not Found', message: `Saved object [${type}/${id}] not found` },
  }
}

/** A scripted Kibana on a free port of this host. */
export async function startScriptedKibana(): Promise<{ url: string; kibana: ScriptedKibana; close: () => void }> {
  const kibana = new ScriptedKibana()
  const server = createServer((request, response) => void respond(kibana, request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { kibana, url: `http://127.0.0.1:${portOf(server)}`, close: () => server.close().closeAllConnections() }
}

async function respond(kibana: ScriptedKibana, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '', headers } = request
  const { status, body } = await kibana.answer({ method, path: url, headers, body: (await bodyOf(request)).toString() })
  response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))
}
