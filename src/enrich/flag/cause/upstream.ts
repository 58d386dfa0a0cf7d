import { CHECK } from '../checks.ts'
import type { Cause } from '../explanation.ts'

/** What the upstream did, or did not do, once it had been chosen. */
export const UPSTREAM_CAUSES = {
  answered_by_upstream: {
    fault: 'other',
    sentence: 'The upstream chose the status; on any line but an inbound one that upstream is usually another proxy.',
    typical: ['The normal case'],
    checks: [CHECK.serverLine],
    isBenign: true,
  },
  application_answered_error: {
    fault: 'application',
    sentence: 'The application itself answered with this error status.',
    typical: [
      'A fault or overload in the application',
      'Something the application depends on failed',
      'The request was wrong for the application (4xx)',
    ],
    checks: [
      CHECK.applicationLog,
      'Did a call that the application made for this request fail? Look for outbound lines of this pod with the same x-request-id',
    ],
  },
  next_hop_answered_error: {
    fault: 'application',
    sentence: 'The next hop answered with this error status; that may be the application or the proxy in front of it.',
    typical: [
      'The application answered so',
      'The sidecar or waypoint of the server refused the request or could not reach the application',
    ],
    checks: [
      CHECK.serverLine,
      'No line there? Without a sidecar the application itself answered: `kubectl get pod SERVER_POD -n NS`',
      CHECK.serverLog,
    ],
  },
  application_answered_grpc_error: {
    fault: 'application',
    sentence: 'The application ended the call with a gRPC status other than OK; the HTTP status does not show it.',
    typical: [
      'A fault in the application',
      'The request was wrong for the application (INVALID_ARGUMENT, NOT_FOUND)',
      'A deadline of the caller passed',
    ],
    checks: [CHECK.applicationLog, 'What does the gRPC status mean? https://grpc.io/docs/guides/status-codes/'],
  },
  next_hop_answered_grpc_error: {
    fault: 'application',
    sentence: 'The next hop ended the call with a gRPC status other than OK; the HTTP status does not show it.',
    typical: [
      'The application answered so',
      'The proxy of the server failed the call: its own line has the flag, this one does not',
    ],
    checks: [CHECK.serverLine, CHECK.serverLog],
  },
  retries_exhausted: {
    fault: 'application',
    sentence: 'Every allowed attempt got a retriable error, and the last answer was passed on.',
    typical: [
      'The server fails every time for this request',
      'All endpoints are in trouble at once',
      'A retry policy that multiplies load on a failing server',
    ],
    checks: [
      'Expect one server line per attempt, all with this x-request-id: `kubectl logs -l app=APP_LABEL -n NS -c istio-proxy --tail=-1 | grep REQUEST_ID`',
      CHECK.serverLog,
      'Which retries are set? `istioctl proxy-config routes POD.NS -o yaml | grep -A8 retryPolicy`',
    ],
  },
  retry_overflow: {
    fault: 'overload',
    sentence: 'The answer called for a retry, but the limit for retries was reached, so it was passed on.',
    typical: ['Many requests fail at once and the retry budget or maxRetries is spent'],
    checks: [CHECK.serverLine, CHECK.breakerStats],
  },
  no_healthy_upstream: {
    fault: 'application',
    sentence: 'The cluster has no endpoint that may be used, so nothing was dialled.',
    typical: [
      'No pod behind the service is ready, or it is scaled to zero',
      'The labels of the subset match no pod',
      'Outlier detection has ejected every endpoint',
      'The name of the service could not be resolved (DNS clusters)',
    ],
    checks: [
      CHECK.endpointSlices,
      CHECK.endpoints,
      'Do the labels of service and subset match the pods? `kubectl get pods -n NS --show-labels`',
      CHECK.destinationRules,
    ],
  },
  upstream_closed_before_response: {
    fault: 'other',
    sentence: 'The connection was open, and the other end closed it before any response: one line does not prove why.',
    typical: [
      'Plaintext sent to a port that accepts only TLS: fails every time',
      'TLS 1.3 without the client certificate the server demands: fails every time',
      'The server or its proxy crashed, or was stopped without draining',
      'The server closed an idle connection just as it was used again: sporadic',
    ],
    checks: [
      'What decides: a server line 0 NR filter_chain_not_found for the same two addresses proves plaintext to a TLS-only listener: `kubectl logs SERVER_POD -n NS -c istio-proxy | grep filter_chain_not_found`',
      'Has the server a line with this x-request-id? Then the request did arrive, and that line says who closed: `kubectl logs SERVER_POD -n NS -c istio-proxy | grep REQUEST_ID`',
      'Does it fail every time? Then compare the TLS modes: `kubectl get peerauthentications,destinationrules -A -o yaml`',
      'Only now and then? Crash or keep-alive race: `kubectl describe pod SERVER_POD -n NS | grep -A6 "Last State"`',
    ],
    inbound: {
      fault: 'application',
      typical: [
        'The application crashed or was stopped in the middle of the request',
        'It closed an idle connection just as it was used again: sporadic',
        'It closes without a word on requests it does not like',
      ],
      sentence: 'The application closed the connection before it had answered.',
      checks: [
        CHECK.restarts,
        CHECK.applicationLog,
        'Sporadic and no crash? The idle timeout of the application is shorter than that of the proxy: raise it, or set connectionPool.http.idleTimeout below it',
      ],
    },
  },
  upstream_reset_stream: {
    fault: 'application',
    sentence: 'The upstream reset the stream before it had answered.',
    typical: [
      'The server or its proxy is draining or restarting',
      'The application cancelled the call',
      'A limit on streams or message size was reached',
    ],
    checks: [
      CHECK.serverLine,
      CHECK.serverRestarts,
      'Was there a rollout? `kubectl rollout history deployment/DEPLOYMENT -n NS`',
    ],
    inbound: {
      typical: ['The application cancelled the call', 'It is stopping', 'A limit of its HTTP/2 server was reached'],
      sentence: 'The application reset the stream before it had answered.',
      checks: [CHECK.applicationLog, CHECK.restarts],
    },
  },
  upstream_refused_stream: {
    fault: 'application',
    sentence: 'The upstream refused the stream without processing it, so a retry is safe.',
    typical: ['The server is draining', 'Its limit of concurrent streams is reached'],
    checks: [
      CHECK.serverLine,
      'Was there a rollout? `kubectl rollout history deployment/DEPLOYMENT -n NS`',
      'Are retries on refused-stream allowed? `istioctl proxy-config routes POD.NS -o yaml | grep -A8 retryPolicy`',
    ],
  },
  upstream_reset_connection: {
    fault: 'application',
    sentence: 'The upstream reset the TCP connection.',
    typical: [
      'The server process ended or closed with unread data',
      'A database or broker that drops idle or too many clients',
      'A firewall that resets',
    ],
    checks: [CHECK.serverLog, CHECK.serverRestarts],
    inbound: { sentence: 'The application reset the TCP connection.', checks: [CHECK.applicationLog, CHECK.restarts] },
  },
  connect_tunnel_failed: {
    fault: 'network',
    sentence: 'The peer failed the CONNECT request that was to open a tunnel.',
    typical: ['The far end of an HBONE or CONNECT tunnel refused or could not connect'],
    checks: [CHECK.ztunnelLog, CHECK.endpoints],
  },
  upstream_protocol_error: {
    fault: 'application',
    sentence: 'What came back from the upstream is not valid HTTP for this connection.',
    typical: [
      'The port is declared as HTTP/2 or gRPC and the server speaks HTTP/1, or the reverse',
      'An invalid header, or Content-Length together with chunked',
      'Response headers above the limit',
      'A TCP protocol on a port named http',
    ],
    checks: [CHECK.portProtocol, CHECK.httpDebug, CHECK.serverLine],
    inbound: {
      sentence: 'The application answered with something that is not valid HTTP for this connection.',
      checks: [
        CHECK.portProtocol,
        'What does the application really send? `kubectl exec POD -n NS -c APP -- curl -v http://127.0.0.1:PORT/PATH`',
        CHECK.httpDebug,
      ],
    },
  },
  upstream_half_closed_early: {
    fault: 'application',
    sentence: 'The HTTP/1 upstream finished its side before the request had been sent in full.',
    typical: ['The server answers and closes without reading the body, for instance on a refused upload'],
    checks: [CHECK.serverLine, CHECK.serverLog],
  },
  upstream_failed_before_response: {
    fault: 'other',
    sentence: 'The attempt at the upstream failed before any response; the line does not say how.',
    typical: ['Any failure between this proxy and the endpoint'],
    checks: [CHECK.serverLine, CHECK.endpoints],
  },
  reset_by_this_proxy: {
    fault: 'other',
    sentence: 'This proxy itself reset the stream to the upstream.',
    typical: [
      'The codec could not go on with what the upstream sent',
      'The connection pool was torn down by a change of configuration',
      'A hedged or superseded attempt was cancelled',
    ],
    checks: [
      'Read the text after the separator in response_code_details',
      'Was configuration pushed at that moment? `kubectl logs -n istio-system -l app=istiod --since=15m | grep -i push`',
      CHECK.httpDebug,
    ],
  },
  upstream_broke_off_response: {
    fault: 'application',
    sentence: 'The status is the one the upstream sent, but it broke off the response before its end.',
    typical: [
      'The server crashed or was stopped while it sent the body',
      'The body was shorter than its Content-Length',
      'The server reset the stream',
    ],
    checks: [CHECK.serverLine, CHECK.serverLog, CHECK.serverRestarts],
    inbound: {
      sentence: 'The status is the one the application sent, but it broke off the response before its end.',
      checks: [CHECK.applicationLog, CHECK.restarts],
    },
  },
  websocket_handshake_failed: {
    fault: 'application',
    sentence: 'The upstream did not accept the WebSocket handshake.',
    typical: ['The server does not serve WebSocket on this path', 'A proxy in between does not pass upgrades on'],
    checks: [CHECK.serverLine, CHECK.serverLog],
  },
} as const satisfies Record<string, Cause>
