import { TIMEOUT_CAUSES } from '../cause/timeout.ts'
import type { Flag } from './flag.ts'

/** Flags about a time limit that ran out. */
export const TIMEOUT_FLAGS = [
  {
    short: 'UT',
    long: 'UpstreamRequestTimeout',
    class: 'timeout',
    isError: true,
    fault: 'application',
    sentence: 'The upstream had not answered when the timeout of the route, or of one attempt, ran out.',
    typical: [
      ...TIMEOUT_CAUSES.upstream_timeout.typical,
      'Istio sets no timeout by default: this one was set by somebody, or by a header',
    ],
    checks: TIMEOUT_CAUSES.upstream_timeout.checks,
    cause: 'upstream_timeout',
    since: '1.0',
  },
  {
    short: 'SI',
    long: 'StreamIdleTimeout',
    class: 'timeout',
    isError: true,
    fault: 'client',
    sentence: 'No byte moved in either direction of the stream until its idle timeout ran out.',
    typical: [
      '408: the client was too slow in sending its request',
      '504: the request was complete and the upstream stayed silent',
      'Any other status: the response stalled and was cut',
    ],
    checks: TIMEOUT_CAUSES.stream_idle_timeout.checks,
    cause: 'stream_idle_timeout',
    since: '1.10',
  },
  {
    short: 'UMSDR',
    long: 'UpstreamMaxStreamDurationReached',
    class: 'timeout',
    isError: true,
    fault: 'proxy_config',
    sentence: 'The stream to the upstream reached the longest duration that the cluster allows.',
    typical: [
      'max_stream_duration of the cluster (the one of a route sets no flag, only details max_duration_timeout)',
    ],
    checks: TIMEOUT_CAUSES.max_stream_duration_reached.checks,
    cause: 'max_stream_duration_reached',
    since: '1.15',
  },
  {
    short: 'DT',
    long: 'DurationTimeout',
    class: 'timeout',
    // Both ends were cut off by a limit, whatever they were doing: for them that is a failure.
    isError: true,
    fault: 'proxy_config',
    sentence: 'The connection of the caller reached the longest age that is configured, and this proxy closed it.',
    typical: TIMEOUT_CAUSES.max_connection_duration_reached.typical,
    checks: TIMEOUT_CAUSES.max_connection_duration_reached.checks,
    cause: 'max_connection_duration_reached',
    since: '1.16',
  },
] as const satisfies readonly Flag[]
