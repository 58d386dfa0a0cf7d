import { constants, existsSync } from 'node:fs'
import { open, unlink } from 'node:fs/promises'
import type { Elasticsearch } from '../../clients/elasticsearch.ts'
import { FlagshipError, reasonOf } from '../../errors.ts'
import { at, listAt, textAt } from '../../sinks/elasticsearch/parts-of-json.ts'
import { missingRights } from './missing-rights.ts'
import type { Rights } from './roles.ts'
import { refusal } from './refusal.ts'
import { OURS } from './templates.ts'

/** A key to be made, and where its secret goes. */
export interface KeyRequest {
  readonly name: string
  readonly rights: Rights
  readonly file: string
  /** Of who bootstraps. */
  readonly admin: Elasticsearch
  /** The same cluster, with the key that stands in the file. */
  readonly connectWithKey: () => Promise<Elasticsearch>
}

/**
 * Make an API key with exactly these rights and write its encoded form into a file that only its owner may read;
 * `unchanged` where the file holds such a key already. A file is never overwritten, and the secret goes nowhere else.
 * @throws FlagshipError that says what is missing.
 */
export async function ensureApiKey(request: KeyRequest): Promise<'created' | 'unchanged'> {
  if (existsSync(request.file)) {
    await checkKey(request)
    return 'unchanged'
  }
  await requireRights(request)
  await createKey(request)
  return 'created'
}

async function checkKey({ name, rights, file, connectWithKey }: KeyRequest): Promise<void> {
  const client = await connectWithKey()
  const what = `Cannot use API key "${file}"`
  try {
    const { statusCode, body } = await client.request({ method: 'GET', path: '/_security/_authenticate' })
    const found = textAt(body, 'api_key', 'name')
    if (statusCode !== 200 || found !== name) {
      const state = statusCode === 200 ? `it is key "${found ?? 'none'}", not "${name}"` : 'the server does not know it'
      throw new FlagshipError('SINK_MISCONFIGURED', `${what}: ${state}; move the file away to have a key made`)
    }
    const missing = await missingRights(client, rights)
    if (missing.length === 0) return
    const state = `it lacks ${missing.join(', ')}; move the file away to have a new key made, then invalidate the old one`
    throw new FlagshipError('SINK_MISCONFIGURED', `${what}: ${state}`)
  } finally {
    await client.close()
  }
}

/** A key can never do more than who made it: it would be there and fail later. */
async function requireRights({ name, rights, admin }: KeyRequest): Promise<void> {
  const missing = await missingRights(admin, rights)
  if (missing.length === 0) return
  const state = `a key may do no more than who makes it, and who bootstraps lacks ${missing.join(', ')}; grant it`
  throw new FlagshipError('SINK_MISCONFIGURED', `Cannot create API key "${name}": ${state}`)
}

/** The file first: a key whose secret could not be kept would be of no use to anybody. */
async function createKey({ name, rights, file, admin }: KeyRequest): Promise<void> {
  const handle = await openNew(file)
  let isWritten = false
  try {
    await handle.writeFile(`${await encodedKey(admin, name, rights)}\n`)
    await handle.sync()
    isWritten = true
  } catch (error) {
    if (error instanceof FlagshipError) throw error
    throw new FlagshipError('OUTPUT_UNWRITABLE', `Cannot write API key "${file}": ${reasonOf(error)}`, error)
  } finally {
    await handle.close()
    if (!isWritten) await unlink(file)
  }
}

async function openNew(file: string) {
  try {
    return await open(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
  } catch (error) {
    throw new FlagshipError('OUTPUT_UNWRITABLE', `Cannot write API key "${file}": ${reasonOf(error)}`, error)
  }
}

async function encodedKey(admin: Elasticsearch, name: string, { cluster, indices }: Rights): Promise<string> {
  const json = { name, role_descriptors: { [name]: { cluster, indices } }, metadata: OURS }
  const answer = await admin.request({ method: 'POST', path: '/_security/api_key', json })
  const encoded = textAt(answer.body, 'encoded')
  if (answer.statusCode === 200 && encoded !== undefined) return encoded
  const reason = textAt(answer.body, 'error', 'reason') ?? ''
  if (reason.includes('derived'))
    throw new FlagshipError(
      'SINK_MISCONFIGURED',
      `Cannot create API key "${name}": a key cannot make one with rights; bootstrap with --username and --password-file`,
    )
  throw refusal(`Cannot create API key "${name}"`, 'the cluster privilege "manage_own_api_key"', answer)
}

/** Ids of the valid keys of this name that flagship has made. */
export async function apiKeysOf(admin: Elasticsearch, name: string): Promise<readonly string[]> {
  const query = { name, active_only: 'true' }
  const answer = await admin.request({ method: 'GET', path: '/_security/api_key', query })
  if (answer.statusCode === 404) return []
  if (answer.statusCode !== 200) throw refusal(`Cannot read API key "${name}"`, KEYS_RIGHT, answer)
  return listAt(answer.body, 'api_keys').flatMap((key) => {
    const id = textAt(key, 'id')
    const isOurs = at(key, 'metadata', 'managed_by') === OURS.managed_by && textAt(key, 'name') === name
    return isOurs && id !== undefined ? [id] : []
  })
}

/** Nobody can use them afterwards. */
export async function invalidateApiKeys(admin: Elasticsearch, name: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const answer = await admin.request({ method: 'DELETE', path: '/_security/api_key', json: { ids } })
  if (answer.statusCode !== 200) throw refusal(`Cannot remove API key "${name}"`, KEYS_RIGHT, answer)
}

const KEYS_RIGHT = 'the cluster privilege "manage_api_key"'
