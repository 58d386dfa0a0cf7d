import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { onTestFinished } from 'vitest'
import { bodyOf, portOf } from './recording-server.ts'

const BASE = '/apis/ccompat/v7'

/** A schema registry on a port of this host that can be made to go away, and answers as Apicurio 3.0.9 did. */
export class ScriptedRegistry {
  readonly url: string
  /** Ids and schemas by subject. */
  readonly subjects = new Map<string, { readonly id: number; readonly schema: string }>()
  /** Those that subjects have of their own. */
  readonly compatibilities = new Map<string, string>()
  readonly asked: string[] = []
  /** Answered to everything while it is set. */
  status: number | undefined
  readonly #server: Server
  #isDown = false

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${portOf(server)}${BASE}`
    server.on('connection', (socket) => void (this.#isDown && socket.destroy()))
    server.on('request', (request: IncomingMessage, response) => {
      void bodyOf(request).then((body) => {
        const [status, json] = this.#answer(request, body.toString())
        response.writeHead(status).end(JSON.stringify(json))
      })
    })
  }

  /** One that ends with the test. */
  static async start(): Promise<ScriptedRegistry> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.close().closeAllConnections()
    })
    return new ScriptedRegistry(server)
  }

  register(subject: string, id: number, schema: string): void {
    this.subjects.set(subject, { id, schema })
  }

  /** Connections end at once. */
  goDown(): void {
    this.#isDown = true
    this.#server.closeAllConnections()
  }

  comeBack(): void {
    this.#isDown = false
  }

  #answer({ method, url = '' }: IncomingMessage, body: string): readonly [number, object] {
    this.asked.push(`${method} ${url}`)
    if (this.status !== undefined) return [this.status, { error_code: this.status, message: 'as it was told' }]
    const [kind, ...rest] = url.slice(BASE.length + 1).split('/')
    if (!url.startsWith(BASE)) return [404, { title: 'RESTEASY003210: Could not find resource for full path' }]
    const subject = decodeURIComponent(rest[0] ?? '')
    if (kind === 'schemas') return this.#schemaOf(Number(rest[1]))
    if (kind === 'config')
      return method === 'PUT' ? this.#setCompatibility(subject, body) : this.#compatibilityOf(subject)
    return rest[1] === 'versions' ? this.#add(subject, body) : this.#find(subject, body)
  }

  #compatibilityOf(subject: string): readonly [number, object] {
    const compatibilityLevel = this.compatibilities.get(subject)
    return compatibilityLevel === undefined ? [404, { error_code: 40408 }] : [200, { compatibilityLevel }]
  }

  #setCompatibility(subject: string, body: string): readonly [number, object] {
    const { compatibility }: { readonly compatibility: string } = JSON.parse(body)
    this.compatibilities.set(subject, compatibility)
    return [200, { compatibility }]
  }

  #add(subject: string, body: string): readonly [number, object] {
    const { schema }: { readonly schema: string } = JSON.parse(body)
    const id = this.subjects.get(subject)?.id ?? this.subjects.size + 1
    this.register(subject, id, schema)
    return [200, { id }]
  }

  #schemaOf(id: number): readonly [number, object] {
    const found = [...this.subjects.values()].find((each) => each.id === id)
    if (found === undefined) return [404, { error_code: 40403, message: `No content with ID '${id}' was found.` }]
    return [200, { schema: found.schema }]
  }

  #find(subject: string, body: string): readonly [number, object] {
    const found = this.subjects.get(subject)
    if (found === undefined) return [404, { error_code: 40401, message: 'No artifact' }]
    const { schema }: { readonly schema: string } = JSON.parse(body)
    if (found.schema !== schema) return [404, { error_code: 40403, message: 'The given schema does not match' }]
    return [200, { subject, version: 1, ...found }]
  }
}
