import { CHECK } from '../checks.ts'
import type { Cause } from '../explanation.ts'

/** A time limit of this proxy ran out. */
export const TIMEOUT_CAUSES = {
  upstream_timeout: {
    fault: 'application',
    sentence: 'The upstream had not answered when the timeout of the route ran out.',
    typical: [
      'The server is slower than the timeout in the VirtualService or HTTPRoute',
      'The caller set x-envoy-upstream-rq-timeout-ms or grpc-timeout',
      'The server, or what it depends on, is stuck',
    ],
    checks: [CHECK.latency, CHECK.timeouts, CHECK.serverLine],
    inbound: {
      typical: [
        'The application, or what it depends on, is slow or stuck',
        'The timeout came with the request, in a header',
      ],
      sentence: 'The application had not answered when the timeout set at its own sidecar ran out.',
      checks: [CHECK.applicationLog, CHECK.timeouts],
    },
  },
  per_try_timeout: {
    fault: 'application',
    sentence: 'The last attempt had not been answered when the timeout per attempt ran out.',
    typical: ['perTryTimeout is shorter than the server needs', 'The server is stuck'],
    checks: [
      CHECK.latency,
      'Which perTryTimeout is set? `istioctl proxy-config routes POD.NS -o yaml | grep -i perTryTimeout`',
      CHECK.serverLine,
    ],
  },
  per_try_idle_timeout: {
    fault: 'application',
    sentence: 'In the last attempt nothing moved for longer than the idle timeout per attempt.',
    typical: ['A stream that pauses longer than perTryIdleTimeout', 'The server is stuck'],
    checks: [
      CHECK.latency,
      'Which limit is set? `istioctl proxy-config routes POD.NS -o yaml | grep -i perTryIdleTimeout`',
    ],
  },
  timeout_during_response: {
    fault: 'application',
    sentence:
      'The status is the one the upstream sent; this proxy cut the response when the timeout of the route ran out.',
    typical: ['A download or stream that takes longer than the route allows'],
    checks: [CHECK.timeouts, CHECK.latency],
  },
  stream_idle_timeout: {
    fault: 'client',
    sentence:
      'Nothing moved on the stream for longer than the idle timeout, so this proxy ended it without an answer of the upstream.',
    typical: [
      '408: the client was too slow in sending its request',
      '504: the request was complete and the upstream stayed silent',
    ],
    checks: [
      '408 or 504? 408 points at the client, 504 at the server',
      'Which idle timeout applies? `istioctl proxy-config listeners POD.NS -o yaml | grep -i streamIdleTimeout`',
      CHECK.serverLine,
    ],
  },
  idle_timeout_during_response: {
    fault: 'application',
    sentence:
      'The status is the one the upstream sent; this proxy cut the response because nothing moved for longer than the idle timeout.',
    typical: [
      'Streaming or long polling without keep-alive frames',
      'A server that stalls in the middle of the body',
      'A client that no longer reads',
    ],
    checks: [
      'Which idle timeout applies? `istioctl proxy-config listeners POD.NS -o yaml | grep -i streamIdleTimeout`',
      CHECK.serverLog,
    ],
  },
  max_stream_duration_reached: {
    fault: 'proxy_config',
    sentence: 'The stream reached the longest duration that is configured before the upstream had answered.',
    typical: [
      'maxStreamDuration on the route or cluster is shorter than the server needs',
      'A gRPC timeout mapped to a stream duration',
    ],
    checks: [
      'Which limit is set? `istioctl proxy-config routes POD.NS -o yaml | grep -i -A2 maxStreamDuration`',
      'And on the cluster? `istioctl proxy-config clusters POD.NS --fqdn HOST -o yaml | grep -i maxStreamDuration`',
      CHECK.latency,
    ],
  },
  duration_limit_during_response: {
    fault: 'proxy_config',
    sentence:
      'The status is the one the upstream sent; this proxy cut the response when the longest duration of a stream was reached.',
    typical: ['A stream or download that is meant to last longer than maxStreamDuration'],
    checks: [
      'Which limit is set? `istioctl proxy-config routes POD.NS -o yaml | grep -i -A2 maxStreamDuration`',
      'And on the cluster? `istioctl proxy-config clusters POD.NS --fqdn HOST -o yaml | grep -i maxStreamDuration`',
    ],
  },
  request_not_received_in_time: {
    fault: 'client',
    sentence: 'The client had not sent its whole request when the time for it ran out.',
    typical: ['A slow upload', 'A client that announces a body and sends none'],
    checks: [
      'Compare bytes_received with the Content-Length the client sent',
      'Which requestTimeout is set? `istioctl proxy-config listeners POD.NS -o yaml | grep -i requestTimeout`',
    ],
  },
  request_headers_not_received_in_time: {
    fault: 'client',
    sentence: 'The client had not sent all of its request headers when the time for them ran out.',
    typical: ['A very slow or broken client', 'A slow-header attack'],
    checks: [
      'Who is the client? Look at downstream_remote_address and x_forwarded_for of the line',
      'Which requestHeadersTimeout is set? `istioctl proxy-config listeners POD.NS -o yaml | grep -i requestHeadersTimeout`',
    ],
  },
  max_connection_duration_reached: {
    fault: 'proxy_config',
    sentence: 'This proxy closed the connection because it had reached the longest age that is configured.',
    typical: ['maxConnectionDuration in a DestinationRule, or max_connection_duration in an EnvoyFilter'],
    checks: [
      'Is the limit meant to be so short? `kubectl get destinationrules -A -o yaml | grep -B12 maxConnectionDuration`',
      CHECK.envoyFilters,
    ],
  },
} as const satisfies Record<string, Cause>
