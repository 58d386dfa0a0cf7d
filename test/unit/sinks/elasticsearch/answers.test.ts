import { onTestFinished } from 'vitest'
import type { Fault } from '../../../support/recording-faults.ts'
import { startRecordingServer } from '../../../support/recording-server.ts'
import { answersContract, type Arranged, type ElasticsearchPlace, type Situation } from './answers.ts'

const unauthorized = (action: string, where: string, rights: string) =>
  `action [${action}] is unauthorized for API key id [x] of user [admin]${where}, this action is granted by the index privileges [${rights}]`
const NO_BULK = unauthorized('indices:data/write/bulk', '', 'create_doc,create,delete,index,write,all')
const noCreate = (stream: string) =>
  unauthorized('indices:admin/auto_create', ` on indices [${stream}]`, 'auto_configure,create_index,manage,all')
const FLOODED =
  'TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block; for more information, see https://www.elastic.co/'
const blocked = (stream: string, status: number, block: string): Fault => ({
  kind: 'items',
  status,
  type: 'cluster_block_exception',
  reason: `index [.ds-${stream}-2026.11.22-000001] blocked by: [${block}];`,
})
const forbidden = (stream: string): Fault => ({
  kind: 'items',
  status: 403,
  type: 'security_exception',
  reason: noCreate(stream),
})
const UNKNOWN: Fault = { kind: 'status', status: 401, type: 'security_exception' }

/** What a real server does by itself in every situation, told by faults here. */
const READY: readonly Fault[] = [
  { kind: 'refuse', text: '"num":"x"' },
  { kind: 'too_large', maxBytes: 1_048_576 },
]

/** What each situation comes to in the fake: those that are missing need no fault. */
function faultsIn(situation: Situation, stream: string, major: 8 | 9): readonly Fault[] {
  switch (situation) {
    case 'blocks.write':
      return [blocked(stream, 403, 'FORBIDDEN/8/index write (api)')]
    case 'blocks.read_only':
      return [blocked(stream, 403, 'FORBIDDEN/5/index read-only (api)')]
    case 'flood stage':
      return [blocked(stream, 429, FLOODED)]
    case 'read-only cluster':
      return [whole(403, 'cluster_block_exception', 'blocked by: [FORBIDDEN/6/cluster read-only (api)];')]
    case 'closed index':
      return [{ kind: 'items', status: 400, type: 'index_closed_exception', reason: 'closed' }]
    case 'failure store':
      return [{ kind: 'failure_store', text: '"num":"x"' }]
    case 'failure store and flood stage':
      return major === 8 ? [{ kind: 'failure_store' }] : [blocked(stream, 429, FLOODED)]
    case 'small inflight breaker':
      return major === 8 ? [whole(429, 'circuit_breaking_exception', '[inflight_requests] Data too large')] : []
    case 'no credentials':
    case 'wrong key':
    case 'revoked key':
      return [UNKNOWN]
    case 'key without create_doc':
      return [whole(403, 'security_exception', NO_BULK)]
    case 'key without auto_configure':
    case 'key for other streams':
      return [forbidden(stream)]
    default:
      return []
  }
}

function whole(status: number, type: string, reason: string): Fault {
  return { kind: 'status', status, type, reason }
}

async function fakeOf(major: 8 | 9): Promise<ElasticsearchPlace> {
  const server = await startRecordingServer()
  onTestFinished(() => server.close())
  const { url } = server
  const { store, faults } = server.elasticsearch
  return {
    major,
    async arrange(situation: Situation, stream: string): Promise<Arranged> {
      faults.set([...faultsIn(situation, stream, major), ...READY])
      store.hasTemplates = situation !== 'no template'
      const end = async () => {
        if (situation === 'no credentials') return
        const isStore = situation === 'failure store'
        faults.set(isStore ? [...faultsIn(situation, stream, major), ...READY] : READY)
        store.hasTemplates = true
      }
      return { settings: { nodes: [url] }, end }
    },
    ids: async (stream) => [...store.documents(stream)].map(({ id }) => id).sort(),
  }
}

answersContract('The recording Elasticsearch as 8.19', () => fakeOf(8))
answersContract('The recording Elasticsearch as 9.5', () => fakeOf(9))
