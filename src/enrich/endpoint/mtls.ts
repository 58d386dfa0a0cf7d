import type { EnvoyLine } from '../../record/envoy-line.ts'
import type { Direction } from '../../record/layer.ts'

/**
 * Whether the connection between the two ends was mutual TLS, as far as this line proves it; undefined otherwise.
 *
 * Inbound it is the connection that came in: a sidecar's SNI or a client certificate proves it. No SNI proves nothing on
 * a request, because HBONE and other clients have none; a connection that found no filter chain never was TLS. On all
 * other lines it is the connection to the endpoint.
 */
export function mtlsOf(line: EnvoyLine, direction: Direction): boolean | undefined {
  const { more } = line
  if (more?.ztunnelDirection !== undefined) return provenIf(more.hboneAddress !== undefined && hasWorked(line))
  if (direction === 'inbound') return inboundMtls(line)
  if (more?.upstreamPeerUriSan !== undefined) return true
  return provenIf(line.upstreamHost?.startsWith('envoy://connect_originate/') === true && hasAnswer(line))
}

function inboundMtls({ requestedServerName: sni, responseCodeDetails, more }: EnvoyLine): boolean | undefined {
  if (responseCodeDetails === 'filter_chain_not_found') return sni === undefined ? false : undefined
  if (sni?.startsWith('outbound_.') === true) return true
  return provenIf(more?.downstreamPeerUriSan !== undefined || more?.downstreamPeerSubject !== undefined)
}

/** ztunnel writes an error when the tunnel did not come about. */
function hasWorked(line: EnvoyLine): boolean {
  return line.connectionTerminationDetails === undefined
}

/** Something came back through the tunnel. */
function hasAnswer(line: EnvoyLine): boolean {
  return line.upstreamServiceTimeMs !== undefined || line.responseCodeDetails === 'via_upstream'
}

function provenIf(isProven: boolean): true | undefined {
  return isProven ? true : undefined
}
