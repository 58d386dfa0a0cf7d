import { type FlagSet, flagSetOf, NO_FLAGS } from '../flag/catalogue.ts'
import { type DetailMatch, matchDetails } from '../flag/details.ts'
import type { Side } from '../flag/explanation.ts'
import type { EnvoyLine } from '../../record/envoy-line.ts'
import { type Direction, type Layer, layerOf } from '../../record/layer.ts'

/** What the rules look at: one line, with its flags and details understood. */
export interface Signs {
  readonly line: EnvoyLine
  readonly layer: Layer
  readonly flags: FlagSet
  /** What RESPONSE_CODE_DETAILS means; undefined when the line has none. */
  readonly details: DetailMatch | undefined
  readonly side: Side
  /** The upstream's headers went through this proxy: its router sets the time only when they arrive. */
  readonly hasServiceTime: boolean
  /** A WebSocket or tunnel that was opened: its status says so long before it ends. */
  readonly isUpgraded: boolean
  /** A gRPC status other than OK, where the format logs one. */
  readonly hasGrpcError: boolean
}

export function readSigns(line: EnvoyLine, direction: Direction): Signs {
  const { responseCode = 0 } = line
  return {
    line,
    layer: layerOf(line),
    flags: line.responseFlags === undefined ? NO_FLAGS : flagSetOf(line.responseFlags),
    details: line.responseCodeDetails === undefined ? undefined : matchDetails(line.responseCodeDetails),
    side: sideOf(line, direction),
    hasServiceTime: line.upstreamServiceTimeMs !== undefined,
    isUpgraded: responseCode === 101 || (line.method === 'CONNECT' && responseCode >= 200 && responseCode < 300),
    hasGrpcError: line.more !== undefined && hasGrpcError(line.more.grpcStatusNumber, line.more.grpcStatus),
  }
}

function sideOf(line: EnvoyLine, direction: Direction): Side {
  if (direction === 'inbound') return 'inbound'
  return line.upstreamCluster === 'PassthroughCluster' ? 'passthrough' : 'outbound'
}

/** GRPC_STATUS prints `OK`, or `0` where it is asked for numbers (Envoy's access log usage page). */
function hasGrpcError(code: number | undefined, name: string | undefined): boolean {
  if (code !== undefined && code !== 0) return true
  return name !== undefined && name !== 'OK' && name !== 'Ok' && name !== '0'
}
