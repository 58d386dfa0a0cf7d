import { CHECK } from '../checks.ts'
import type { Cause } from '../explanation.ts'

/** A filter of this proxy answered or broke the request. */
export const FILTER_CAUSES = {
  lua_answered: {
    fault: 'proxy_config',
    sentence: 'A Lua script in this proxy answered the request.',
    typical: ['A script that refuses or redirects'],
    checks: [CHECK.envoyFilters],
    isBenign: true,
  },
  wasm_failed: {
    fault: 'proxy_config',
    sentence: 'A Wasm plugin of this proxy failed, and the filter is set to refuse then.',
    typical: ['The plugin crashed', 'The module could not be loaded'],
    checks: [
      'Which plugins apply? `kubectl get wasmplugins -A`',
      'What did the plugin log? `kubectl logs POD -n NS -c istio-proxy --since=15m | grep -i wasm`',
    ],
  },
  wasm_closed_stream: {
    fault: 'proxy_config',
    sentence: 'A Wasm plugin of this proxy closed the stream.',
    typical: ['A plugin that refuses'],
    checks: [
      'Which plugins apply? `kubectl get wasmplugins -A`',
      'What did the plugin log? `kubectl logs POD -n NS -c istio-proxy --since=15m | grep -i wasm`',
    ],
  },
  ext_proc_failed: {
    fault: 'proxy_config',
    sentence: 'The external processor failed or asked for something invalid, and the filter is set to refuse then.',
    typical: ['The processor is down or too slow', 'It answered out of turn'],
    checks: ['Is it up? `kubectl get pods -A | grep PROCESSOR`', CHECK.envoyFilters],
  },
  filter_broke_message: {
    fault: 'proxy_config',
    sentence: 'A filter of this proxy left the request or response in a state that cannot be sent.',
    typical: ['A Lua, Wasm or external processing filter that removes :path, :method or :status'],
    checks: [CHECK.envoyFilters, CHECK.proxyLog],
  },
  filter_config_missing: {
    fault: 'proxy_config',
    sentence: 'The configuration of a filter had not arrived, and this proxy refuses requests until it does.',
    typical: ['A Wasm module or extension that could not be fetched', 'istiod cannot be reached'],
    checks: ['Has it arrived? `istioctl proxy-config ecds POD.NS`', CHECK.proxyStatus, CHECK.proxyLog],
  },
  health_check_answered: {
    fault: 'other',
    sentence: 'The health check filter of this proxy answered the probe itself.',
    typical: ['The normal case of a probe'],
    checks: [CHECK.envoyFilters],
    isBenign: true,
  },
  health_check_failed: {
    fault: 'application',
    sentence: 'The health check filter of this proxy answered the probe: not healthy.',
    typical: ['The proxy is draining: POST /healthcheck/fail', 'Too few healthy endpoints behind it'],
    checks: [
      'Is the proxy draining? `kubectl exec POD -n NS -c istio-proxy -- pilot-agent request GET server_info | grep state`',
      CHECK.endpoints,
    ],
  },
  served_from_cache: {
    fault: 'other',
    sentence: 'A cache filter of this proxy answered; the upstream was not asked.',
    typical: ['The normal case of a cache'],
    checks: [CHECK.envoyFilters],
    isBenign: true,
  },
  cache_read_aborted: {
    fault: 'other',
    sentence: 'Reading the response from the cache of this proxy was broken off.',
    typical: ['The caller left', 'The cache entry could not be read'],
    checks: [CHECK.callerLine, CHECK.proxyLog],
  },
  cache_upstream_failed: {
    fault: 'proxy_config',
    sentence: 'The cache filter of this proxy could not fetch the response from its upstream.',
    typical: ['No route, no cluster, or the upstream reset the stream'],
    checks: [CHECK.routes, CHECK.clusters],
  },
  cors_preflight_answered: {
    fault: 'other',
    sentence: 'This proxy answered the CORS preflight itself; the upstream was not asked.',
    typical: ['corsPolicy in a VirtualService: the normal case of a browser'],
    checks: ['Are origin, methods and headers right? `kubectl get virtualservices -A -o yaml | grep -A12 corsPolicy`'],
    isBenign: true,
  },
  admin_interface_answered: {
    fault: 'other',
    sentence: 'The admin interface of Envoy answered.',
    typical: ['Somebody asked /stats, /clusters or the like'],
    checks: [
      'Is the admin port reachable from outside the pod? It should not be: `kubectl exec POD -n NS -c istio-proxy -- ss -ltn`',
    ],
    isBenign: true,
  },
  grpc_web_undecodable: {
    fault: 'client',
    sentence: 'The gRPC-Web body of the request cannot be decoded.',
    typical: ['A client that sends plain text instead of base64', 'A body that was cut off'],
    checks: ['Which content-type does the client send? `curl -v URL`'],
  },
  grpc_bridge_failed: {
    fault: 'application',
    sentence: 'The answer of the upstream does not fit the gRPC bridge of this proxy.',
    typical: ['The server did not answer with the expected content type or length'],
    checks: [CHECK.serverLog, CHECK.envoyFilters],
  },
  grpc_transcoding_failed: {
    fault: 'client',
    sentence: 'The JSON request could not be translated to gRPC, or the answer not back to JSON.',
    typical: ['JSON that does not fit the message', 'An unknown method or field'],
    checks: ['What exactly is wrong stands in the braces of response_code_details', CHECK.envoyFilters],
  },
} as const satisfies Record<string, Cause>
