import type { EnvoyLine } from './envoy-line.ts'

/** What a line reports on: an HTTP request, a TCP connection, or a connection that found no filter chain. */
export type Layer = 'http' | 'tcp' | 'connection'

/** Seen from the reporting proxy. */
export type Direction = 'inbound' | 'outbound' | 'gateway' | 'waypoint' | 'unknown'

/** TCP lines have no method, path or protocol and no status; a codec error still has its protocol. */
export function layerOf(line: EnvoyLine): Layer {
  if (line.method !== undefined || line.path !== undefined || line.protocol !== undefined) return 'http'
  // Formats of one's own may leave those out and still log what only a request has.
  if (line.authority !== undefined || line.requestId !== undefined || line.userAgent !== undefined) return 'http'
  if (line.responseCode !== undefined && line.responseCode !== 0) return 'http'
  return line.responseCodeDetails === 'filter_chain_not_found' ? 'connection' : 'tcp'
}
