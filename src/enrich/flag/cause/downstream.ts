import { CHECK } from '../checks.ts'
import type { Cause } from '../explanation.ts'

/** What the caller did, or what this proxy could not accept from it. */
export const DOWNSTREAM_CAUSES = {
  client_disconnected: {
    fault: 'client',
    sentence: 'The caller closed its connection before any response was sent.',
    typical: [
      'The timeout of the caller is shorter than the answer takes',
      'The user cancelled',
      'The pod of the caller was stopped',
    ],
    checks: [
      'Compare DURATION with the timeouts of caller and load balancer: lines that cluster at one value are a timeout',
      CHECK.callerLine,
      CHECK.latency,
    ],
    inbound: {
      typical: ['The proxy of the caller ran into its timeout', 'The user cancelled', 'This application is slow'],
      sentence: 'The caller gave up before this application had answered; often its proxy ran into a timeout.',
      checks: [
        'Does the line of the caller with the same x-request-id say UT? `kubectl logs CLIENT_POD -n NS -c istio-proxy | grep REQUEST_ID`',
        CHECK.applicationLog,
      ],
    },
  },
  client_left_during_response: {
    fault: 'client',
    sentence: 'The status is genuine, but the caller left before the response had been delivered in full.',
    typical: [
      'The user cancelled a download',
      'The timeout of the caller ran out during the body',
      'A load balancer closed an idle connection',
    ],
    checks: [CHECK.callerLine, 'Compare DURATION with the timeouts of caller and load balancer'],
  },
  client_reset_stream: {
    fault: 'client',
    sentence: 'The caller cancelled its HTTP/2 or HTTP/3 stream before any response was sent.',
    typical: [
      'A gRPC deadline or cancellation',
      'The proxy of the caller ran into a timeout',
      'A browser cancelled a fetch',
    ],
    checks: [CHECK.callerLine, 'Compare DURATION with the deadline of the caller', CHECK.latency],
  },
  upgraded_connection_closed: {
    fault: 'other',
    sentence: 'A WebSocket or tunnel had been opened, and its connection was closed: that is its normal end.',
    typical: [
      'The normal end: such a line comes when the connection closes, its DURATION is the life of the connection',
    ],
    checks: ['Too early? Compare DURATION with the idle timeouts of caller, load balancer and proxy'],
    isBenign: true,
  },
  connection_closed_by_this_proxy: {
    fault: 'proxy_config',
    sentence: 'This proxy closed the connection of the caller while the request was still running.',
    typical: [
      'The idle timeout of the connection',
      'A codec error on another request of the connection',
      'The listener is draining or was removed',
    ],
    checks: ['Read the reason in the parentheses of response_code_details', CHECK.proxyLog],
  },
  connection_terminated: {
    fault: 'other',
    sentence: 'This proxy closed the connection itself; connection_termination_details says why.',
    typical: ['A filter or time limit of the listener'],
    checks: ['Read connection_termination_details of the line', CHECK.proxyLog],
    isBenign: true,
  },
  no_response_sent: {
    fault: 'other',
    sentence: 'The request ended before any response was sent, and the line does not say why.',
    typical: ['The caller went away', 'The stream was reset (older Envoy sets no flag for it)'],
    checks: [CHECK.callerLine, CHECK.proxyLog],
  },
  downstream_protocol_error: {
    fault: 'client',
    sentence: 'What the caller sent is not valid HTTP for this listener.',
    typical: [
      'TLS or another protocol on a plain HTTP port',
      'A malformed request or header',
      'A TCP service on a port named http',
      'A scanner or health probe',
    ],
    checks: ['Who is the caller? Look at downstream_remote_address of the line', CHECK.portProtocol, CHECK.httpDebug],
  },
  request_headers_too_large: {
    fault: 'client',
    sentence: 'The headers of the request are larger or more than this proxy accepts.',
    typical: ['Very large cookies or tokens', 'Default limits: 60 KiB and 100 headers'],
    checks: [
      'Which headers does the client send? `curl -v URL`',
      'Which limits are set? `istioctl proxy-config listeners POD.NS -o yaml | grep -i -E "maxRequestHeadersKb|maxHeadersCount"`',
    ],
  },
  http2_flood: {
    fault: 'client',
    sentence: 'The caller sent HTTP/2 frames in a pattern that exhausts a server, so this proxy closed the connection.',
    typical: ['An attack', 'A broken HTTP/2 client', 'A client that does not read what it is sent'],
    checks: ['Who is the caller? Look at downstream_remote_address of the line', CHECK.proxyStats],
  },
  invalid_request: {
    fault: 'client',
    sentence: 'This proxy refused the request as malformed.',
    typical: ['A hand-written client or scanner', 'A request without Host or path'],
    checks: ['Who is the caller? Look at downstream_remote_address and user_agent of the line', CHECK.httpDebug],
  },
  path_not_normal: {
    fault: 'client',
    sentence: 'The path could not be brought into normal form, so this proxy refused or redirected the request.',
    typical: ['Escaped slashes or dot segments in the path'],
    checks: [
      'Which normalisation is set? `kubectl get configmap istio -n istio-system -o yaml | grep -A2 pathNormalization`',
    ],
    isBenign: true,
  },
  invalid_envoy_header: {
    fault: 'client',
    sentence: 'A reserved x-envoy-* header of the request has a value that this proxy does not accept.',
    typical: ['A client that sets x-envoy-* headers itself', 'strict_check_headers set on the router'],
    checks: ['Which header? It stands in the braces of response_code_details', CHECK.envoyFilters],
  },
  http_version_refused: {
    fault: 'client',
    sentence: 'The caller used HTTP/1.0 or older, which this proxy does not accept here.',
    typical: ['An old client or health probe', 'nginx as a client without proxy_http_version 1.1'],
    checks: [
      'Who is the caller? Look at downstream_remote_address of the line',
      'Istio accepts HTTP/1.0 with PILOT_HTTP10=1 on istiod: `kubectl get deployment istiod -n istio-system -o yaml | grep -A1 PILOT_HTTP10`',
    ],
  },
  request_too_large: {
    fault: 'client',
    sentence: 'The request body is larger than a buffering filter of this proxy allows.',
    typical: ['A buffer, ext_authz, Lua or Wasm filter that reads the whole body'],
    checks: [
      CHECK.envoyFilters,
      'Is the body sent to an authorizer? `kubectl get configmap istio -n istio-system -o yaml | grep -A6 includeRequestBodyInCheck`',
    ],
  },
  response_too_large: {
    fault: 'application',
    sentence: 'The response body is larger than a buffering filter of this proxy allows.',
    typical: ['A filter that reads the whole response: Lua, Wasm, gRPC transcoding'],
    checks: [CHECK.envoyFilters],
  },
  request_exceeds_retry_buffer: {
    fault: 'proxy_config',
    sentence: 'The request body outgrew the buffer kept for a retry, so the attempt could not be repeated.',
    typical: ['Retries on large uploads'],
    checks: ['Which retries are set? `istioctl proxy-config routes POD.NS -o yaml | grep -A8 retryPolicy`'],
  },
  client_address_undetected: {
    fault: 'client',
    sentence: 'This proxy could not find out the address of the original client, and is set to refuse then.',
    typical: ['A missing or malformed x-forwarded-for', 'A wrong number of trusted proxies'],
    checks: [
      'What does the line have in x_forwarded_for?',
      'How many proxies are trusted? `kubectl get configmap istio -n istio-system -o yaml | grep numTrustedProxies`',
    ],
  },
} as const satisfies Record<string, Cause>
