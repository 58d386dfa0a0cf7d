/** Requests to a schema registry that speaks as Confluent's does, at any base path. */
import { Agent } from 'node:http'
import { Agent as TlsAgent } from 'node:https'
import type { Clock } from '../clock.ts'
import { FlagshipError, reasonOf } from '../errors.ts'
import { type AccessFiles, RotatingAccess, type Trust } from './access.ts'
import { exchange, type HttpAnswer } from './http-exchange.ts'
import { RequestFailure } from './request-failure.ts'

/** Where the registry is and who we are there; the configuration of a sink holds one. Files may be replaced at any time. */
export interface RegistryOptions extends Pick<AccessFiles, 'bearerTokenFile' | 'username' | 'passwordFile'> {
  /** With its base path, where it has one: `http://registry:8080/apis/ccompat/v7`. */
  readonly url: string
  readonly requestTimeoutMs: number
  readonly tls?: Pick<NonNullable<AccessFiles['tls']>, 'caFile' | 'certificateFile' | 'keyFile'>
}

const COMPATIBILITIES = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
] as const

/** What versions of a schema have to do with each other. Source: Confluent's documentation, schema evolution. */
export type Compatibility = (typeof COMPATIBILITIES)[number]

/** The subject of a topic's values, as every client names it by default (TopicNameStrategy). */
export function valueSubject(topic: string): string {
  return `${topic}-value`
}

/** The registry did not answer, or does not do it for now. */
export class RegistryFailure extends RequestFailure {
  /** It said so: it stays so until somebody changes something there. */
  readonly isSaid: boolean

  constructor(message: string, isSurelyUnsent: boolean, isSaid: boolean) {
    super(message, isSurelyUnsent)
    this.isSaid = isSaid
  }
}

/** One request: `what` stands in messages after "Cannot". */
interface RegistryRequest {
  readonly what: string
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly path: string
  readonly json?: object
  readonly signal: AbortSignal | undefined
}

interface RegistryAnswer {
  readonly statusCode: number
  /** Registries number what is wrong beyond the status. */
  readonly errorCode: number | undefined
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * A schema registry. Every method throws FlagshipError: RegistryFailure (SINK_UNAVAILABLE) when it did not answer or let
 * us in, SINK_MISCONFIGURED when it never will as things are; the message names subject, registry and remedy.
 */
export class SchemaRegistry {
  /** Without credentials, for messages. */
  readonly address: string
  readonly #url: URL
  readonly #base: string
  readonly #requestTimeoutMs: number
  readonly #access: RotatingAccess

  constructor({ url, requestTimeoutMs, ...files }: RegistryOptions, clock: Clock) {
    this.#url = new URL(url)
    this.#base = this.#url.pathname.replace(/\/+$/, '')
    this.address = `${this.#url.origin}${this.#base}`
    this.#requestTimeoutMs = requestTimeoutMs
    this.#access = new RotatingAccess(files, clock)
  }

  /** The id of a schema, as JSON text, that is registered under a subject; undefined when it is not there. */
  async find(subject: string, schema: string, signal?: AbortSignal): Promise<number | undefined> {
    const what = `find the schema of subject "${subject}"`
    const path = `/subjects/${encodeURIComponent(subject)}`
    const request = { what, method: 'POST', path, json: { schema }, signal } as const
    const answer = await this.#ask(request)
    if (answer.statusCode !== 404) return this.#idIn(answer, request)
    if (answer.errorCode === undefined) throw this.#impostor(request, answer)
    return undefined
  }

  /** The same where it must be there; until somebody registers it that is a RegistryFailure. */
  async idOf(subject: string, schema: string, signal?: AbortSignal): Promise<number> {
    const id = await this.find(subject, schema, signal)
    if (id !== undefined) return id
    const state = 'it is not registered there; run "flagship bootstrap kafka"'
    throw this.#failure(`find the schema of subject "${subject}"`, state, true)
  }

  /** Register a schema, as JSON text, under a subject, unless it is there already; its id. */
  async register(subject: string, schema: string, signal?: AbortSignal): Promise<number> {
    const what = `register the schema of subject "${subject}"`
    const path = `/subjects/${encodeURIComponent(subject)}/versions`
    const request = { what, method: 'POST', path, json: { schema }, signal } as const
    return this.#idIn(await this.#ask(request), request)
  }

  /** The schema with an id, as JSON text; undefined when there is none. */
  async schemaOf(id: number, signal?: AbortSignal): Promise<string | undefined> {
    const request = { what: `read schema "${id}"`, method: 'GET', path: `/schemas/ids/${id}`, signal } as const
    const answer = await this.#ask(request)
    if (answer.statusCode === 404 && answer.errorCode !== undefined) return undefined
    const { schema } = answer.body
    if (answer.statusCode === 200 && typeof schema === 'string') return schema
    throw this.#refusal(request, answer)
  }

  /** The compatibility set for a subject itself; undefined when the one of the whole registry holds. */
  async compatibilityOf(subject: string, signal?: AbortSignal): Promise<Compatibility | undefined> {
    const what = `read the compatibility of subject "${subject}"`
    const request = { what, method: 'GET', path: `/config/${encodeURIComponent(subject)}`, signal } as const
    const answer = await this.#ask(request)
    if (answer.statusCode === 404 && answer.errorCode !== undefined) return undefined
    const level = COMPATIBILITIES.find((known) => known === answer.body['compatibilityLevel'])
    if (answer.statusCode === 200 && level !== undefined) return level
    throw this.#refusal(request, answer)
  }

  /** Set the compatibility of a subject, which need not be there yet. */
  async setCompatibility(subject: string, compatibility: Compatibility, signal?: AbortSignal): Promise<void> {
    const what = `set the compatibility of subject "${subject}"`
    const path = `/config/${encodeURIComponent(subject)}`
    const request = { what, method: 'PUT', path, json: { compatibility }, signal } as const
    const answer = await this.#ask(request)
    // Confluent's registry gives the level back by one name, Apicurio's by the other.
    const level = answer.body['compatibility'] ?? answer.body['compatibilityLevel']
    if (answer.statusCode !== 200 || level !== compatibility) throw this.#refusal(request, answer)
  }

  #idIn(answer: RegistryAnswer, request: RegistryRequest): number {
    const { id } = answer.body
    const isId = typeof id === 'number' && Number.isInteger(id) && id >= 0 && id <= LARGEST_ID
    if (answer.statusCode === 200 && isId) return id
    throw this.#refusal(request, answer)
  }

  /** Credentials that were refused are read once more: they may have been replaced a moment ago. */
  async #ask(request: RegistryRequest): Promise<RegistryAnswer> {
    const first = await this.#exchange(request, false)
    return first.statusCode === 401 ? this.#exchange(request, true) : first
  }

  async #exchange({ what, method, path, json, signal }: RegistryRequest, isUrgent: boolean): Promise<RegistryAnswer> {
    const { authorization, trust } = await this.#access.current(isUrgent)
    const agent = this.#agent(trust)
    const headers = {
      accept: MEDIA_TYPE,
      ...(json && { 'content-type': MEDIA_TYPE }),
      ...(authorization !== undefined && { authorization }),
    }
    const body = json && JSON.stringify(json)
    const whole = { url: this.#url, path: `${this.#base}${path}`, method, headers, body, agent, signal }
    let wasWritten = false
    try {
      return answerOf(
        await exchange({ ...whole, timeoutMs: this.#requestTimeoutMs }, () => {
          wasWritten = true
        }),
      )
    } catch (error) {
      throw this.#failure(what, reasonOf(error), false, !wasWritten)
    } finally {
      agent.destroy()
    }
  }

  /** It is asked a few times in the life of a process: no connection is kept. */
  #agent({ ca, cert, key }: Trust): Agent {
    if (this.#url.protocol !== 'https:') return new Agent()
    const client = { ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) }
    return new TlsAgent({ ...client, ...(ca !== undefined && { ca }), allowPartialTrustChain: true })
  }

  #refusal(request: RegistryRequest, answer: RegistryAnswer): FlagshipError {
    const { statusCode, errorCode } = answer
    if (statusCode === 401 || statusCode === 403) {
      const state = `it does not let us in (HTTP ${statusCode}); check the credentials and what they may do`
      return this.#failure(request.what, state, true)
    }
    if (statusCode >= 500 || statusCode === 429)
      return this.#failure(request.what, `HTTP ${statusCode}${messageOf(answer)}`, false)
    if (errorCode === undefined) return this.#impostor(request, answer)
    const remedy = REMEDIES[statusCode] ?? 'see the documentation of the registry'
    return this.#misconfigured(request.what, `HTTP ${statusCode}, code ${errorCode}${messageOf(answer)}; ${remedy}`)
  }

  #impostor({ what }: RegistryRequest, { statusCode }: RegistryAnswer): FlagshipError {
    const state = `what answers there is no schema registry (HTTP ${statusCode})`
    return this.#misconfigured(what, `${state}; give its whole address, with its base path such as /apis/ccompat/v7`)
  }

  #failure(what: string, state: string, isSaid: boolean, isSurelyUnsent = false): RegistryFailure {
    const message = `Cannot ${what} in schema registry "${this.address}": ${state}`
    return new RegistryFailure(message, isSurelyUnsent, isSaid)
  }

  #misconfigured(what: string, state: string): FlagshipError {
    return new FlagshipError('SINK_MISCONFIGURED', `Cannot ${what} in schema registry "${this.address}": ${state}`)
  }
}

/** What four bytes of a message hold, for readers that know a sign. */
const LARGEST_ID = 0x7fff_ffff

const MEDIA_TYPE = 'application/vnd.schemaregistry.v1+json'

/** What to do about answers that stay as they are. */
const REMEDIES: Readonly<Record<number, string>> = {
  409: 'the subject holds a schema that is not compatible: use another topic, or a version of flagship that is',
  422: 'the registry takes no such schema or compatibility: look at what else stands in the subject',
}

/** Of what a registry says of an error. */
const LONGEST_MESSAGE = 500

function messageOf({ body: { message } }: RegistryAnswer): string {
  return typeof message === 'string' && message !== '' ? `, "${message.slice(0, LONGEST_MESSAGE)}"` : ''
}

function answerOf({ statusCode, body: text }: HttpAnswer): RegistryAnswer {
  const body = parsed(text)
  const code = body['error_code']
  return { statusCode, errorCode: typeof code === 'number' ? code : undefined, body }
}

/** What is no JSON object says nothing. */
function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
