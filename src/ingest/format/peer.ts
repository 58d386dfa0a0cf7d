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
  const [, key = '', field = ''] = match
  const side = key === 'upstream_peer' ? 'destinationPeer' : 'sourcePeer'
  const property = key === 'io.istio.peer_principal' ? 'identity' : KEYS.get(field)
  if (field !== '' && property === undefined) return undefined
  return {
    property: `${side} ${property ?? ''}`,
    assign: (line, value) => assignPeer(line, side, property === undefined ? membersOf(value) : { [property]: value }),
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

type Members = Readonly<Record<string, unknown>>

/** Members of an object, of its JSON text, or of `workload=x,namespace=y`. */
function membersOf(value: unknown): Members | undefined {
  if (typeof value === 'object' && value !== null) return byProperty(Object.entries(value))
  const text = textOf(value)
  if (text === undefined) return undefined
  if (text.startsWith('{')) return jsonMembers(text)
  return byProperty(text.split(',', 32).map((pair): [string, unknown] => keyAndValue(pair)))
}

function jsonMembers(text: string): Members | undefined {
  try {
    const object: unknown = JSON.parse(text)
    return typeof object === 'object' && object !== null ? byProperty(Object.entries(object)) : undefined
  } catch {
    return undefined
  }
}

function keyAndValue(pair: string): [string, string] {
  const equals = pair.indexOf('=')
  return [pair.slice(0, Math.max(equals, 0)), pair.slice(equals + 1)]
}

function byProperty(entries: readonly (readonly [string, unknown])[]): Members {
  const members: Record<string, unknown> = {}
  for (const [key, value] of entries) {
    const property = KEYS.get(key.toLowerCase())
    if (property !== undefined) members[property] = value
  }
  return members
}

/** False when nothing in it is known to us: then the value is kept as it is. */
function assignPeer(line: EnvoyLine, side: 'sourcePeer' | 'destinationPeer', members: Members | undefined): boolean {
  let peer = line.more?.[side]
  let isTaken = false
  for (const property of PROPERTIES) {
    const text = textOf(members?.[property])
    if (text === undefined) continue
    peer = { ...peer, [property]: text }
    isTaken = true
  }
  if (isTaken && peer !== undefined) (line.more ??= {})[side] = peer
  return isTaken
}
const PROPERTIES = ['workload', 'namespace', 'pod', 'cluster', 'identity'] as const satisfies readonly (keyof Peer)[]
