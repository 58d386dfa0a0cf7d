import { CHECK } from '../checks.ts'
import { DOWNSTREAM_CAUSES } from '../cause/downstream.ts'
import type { Flag } from './flag.ts'

/** Flags about the caller. */
export const DOWNSTREAM_FLAGS = [
  {
    short: 'DC',
    long: 'DownstreamConnectionTermination',
    class: 'downstream',
    // A response that nobody received. The normal end of an upgraded connection is told apart by the verdict.
    isError: true,
    fault: 'client',
    sentence: 'The connection of the caller went away before the response had been delivered in full.',
    typical: [
      'The timeout of the caller is shorter than the answer takes',
      'On a server line: the proxy of the caller ran into its timeout (its own line says UT)',
      'The user cancelled, or the pod of the caller was stopped',
      'Status 101, or CONNECT: the normal end of a WebSocket or tunnel',
    ],
    checks: [
      'Compare DURATION with the timeouts of caller and load balancer: lines that cluster at one value are a timeout',
      CHECK.callerLine,
      CHECK.latency,
    ],
    cause: 'client_disconnected',
    since: '1.9',
  },
  {
    short: 'DR',
    long: 'DownstreamRemoteReset',
    class: 'downstream',
    isError: true,
    fault: 'client',
    sentence: 'The caller reset its HTTP/2 or HTTP/3 stream before the response had been delivered in full.',
    typical: DOWNSTREAM_CAUSES.client_reset_stream.typical,
    checks: DOWNSTREAM_CAUSES.client_reset_stream.checks,
    cause: 'client_reset_stream',
    since: '1.30',
  },
  {
    short: 'DPE',
    long: 'DownstreamProtocolError',
    class: 'downstream',
    isError: true,
    fault: 'client',
    sentence: 'What the caller sent is not valid HTTP for this listener.',
    typical: [
      ...DOWNSTREAM_CAUSES.downstream_protocol_error.typical,
      'With 431 headers that are too large, with 426 HTTP/1.0',
    ],
    checks: DOWNSTREAM_CAUSES.downstream_protocol_error.checks,
    cause: 'downstream_protocol_error',
    since: '1.12',
  },
  {
    short: 'IH',
    long: 'InvalidEnvoyRequestHeaders',
    class: 'downstream',
    isError: true,
    fault: 'client',
    sentence: 'A reserved x-envoy-* header of the request has a value that this proxy does not accept.',
    typical: DOWNSTREAM_CAUSES.invalid_envoy_header.typical,
    checks: DOWNSTREAM_CAUSES.invalid_envoy_header.checks,
    cause: 'invalid_envoy_header',
    since: '1.11',
  },
] as const satisfies readonly Flag[]
