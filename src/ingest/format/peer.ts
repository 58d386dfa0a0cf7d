import type { EnvoyLine, Peer } from '../../record/envoy-line.ts'
import type { Home } from './home.ts'
import { textOf } from './json-value.ts'

/**
 * Where peer metadata in filter state goes: `upstream_peer` is the destination, `downstream_peer` the source (with
 * `wasm.` before Istio 1.24), `io.istio.peer_principal` the identity of the source. Undefined for everything else.
 *
 * Source: istio/proxy extensions/common/metadata_object.cc (keys and the comma list), istio/istio docs on access logs.
 */
export function peerHome(canonical: string): Home | undefined {
  const match = PEER.exec(canonical)
  if (match === null) return undefined
  const [, key = '', argument = ''] = match
  const side = key === 'upstream_peer' ? 'destinationPeer' : 'sourcePeer'
  const field = key === 'io.istio.peer_principal' ? 'identity' : argument
  if (field !== '' && !KEYS.has(field)) return undefined
  return {
    property: `${side} ${field}`,
    assign: (line, value) => assignPeer(line, side, field === '' ? membersOf(value) : [[field, value]]),
  }
}

const PEER =
  /^(?:upstream_)?filter_state\('?(?:wasm\.)?(upstream_peer|downstream_peer|io\.istio\.peer_principal)'?(?::(?:plain|typed|field:(\w+)))?(?::\d+)?\)$/

/** Names inside the metadata: the current ones, and those of the Wasm plugin before. */
const KEYS: ReadonlyMap<string, keyof Peer> = new Map([
  ['workload', 'workload'],
  ['workload_name', 'workload'],
  ['namespace', 'namespace'],
  ['name', 'pod'],
  ['cluster', 'cluster'],
  ['cluster_id', 'cluster'],
  ['identity', 'identity'],
])

type Members = readonly (readonly [string, unknown])[]

/** Members of an object, of its JSON text, or of `workload=x,namespace=y`; none of anything else. */
function membersOf(value: unknown): Members {
  if (typeof value === 'object' && value !== null) return Object.entries(value)
  const text = textOf(value) ?? ''
  if (text.startsWith('{')) return jsonMembers(text)
  return text.split(',', 32).map((pair): [string, unknown] => keyAndValue(pair))
}

function jsonMembers(text: string): Members {
  try {
    const object: unknown = JSON.parse(text)
    return typeof object === 'object' && object !== null ? Object.entries(object) : []
  } catch {
    return []
  }
}

function keyAndValue(pair: string): [string, string] {
  const equals = pair.indexOf('=')
  return [pair.slice(0, Math.max(equals, 0)), pair.slice(equals + 1)]
}

/** False when something in it is not known to us: then the value is kept as it is, beside what was taken. */
function assignPeer(line: EnvoyLine, side: 'sourcePeer' | 'destinationPeer', members: Members): boolean {
  let isWhole = members.length > 0
  for (const [key, value] of members) {
    const property = KEYS.get(key.toLowerCase())
    const text = textOf(value)
    if (property === undefined || text === undefined) isWhole = false
    else (line.more ??= {})[side] = { ...line.more[side], [property]: text }
  }
  return isWhole
}
