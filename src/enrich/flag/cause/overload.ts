import { CHECK } from '../checks.ts'
import type { Cause } from '../explanation.ts'

/** A limit kept this proxy from passing the request on. */
export const OVERLOAD_CAUSES = {
  circuit_breaker_open: {
    fault: 'overload',
    sentence: 'A limit of the circuit breaker towards this cluster was reached, so the request was not sent.',
    typical: [
      'connectionPool limits in the DestinationRule are low for this load',
      'A slow server makes requests pile up',
    ],
    checks: [
      CHECK.breakerStats,
      'Which limits are set? `kubectl get destinationrules -A -o yaml | grep -A12 connectionPool`',
      CHECK.latency,
    ],
  },
  maintenance_mode: {
    fault: 'proxy_config',
    sentence: 'The cluster is switched to maintenance in this proxy.',
    typical: ['The runtime key upstream.maintenance_mode is set'],
    checks: ['Which runtime values are set? plain Envoy: `curl -s http://127.0.0.1:9901/runtime`'],
  },
  proxy_overloaded: {
    fault: 'overload',
    sentence: 'The overload manager of this proxy refused or ended the request to protect the proxy.',
    typical: ['Memory of the proxy is near its limit', 'Too many downstream connections'],
    checks: [
      CHECK.resources,
      'Which action is active? `kubectl exec POD -n NS -c istio-proxy -- pilot-agent request GET stats | grep overload`',
    ],
  },
  dropped_by_control_plane: {
    fault: 'overload',
    sentence: 'The control plane told this proxy to drop a share, or all, of the traffic to this cluster.',
    typical: ['drop_overloads in the endpoints (EDS); istiod does not send it, other control planes do'],
    checks: [
      'Which drop policy is set? plain Envoy: `curl -s "http://127.0.0.1:9901/config_dump?include_eds" | grep -A4 drop_overload`',
    ],
  },
  adaptive_concurrency_limit: {
    fault: 'overload',
    sentence: 'The adaptive concurrency filter refused the request: as many are running as the server keeps up with.',
    typical: ['The server has become slow, so the limit fell'],
    checks: [CHECK.latency, CHECK.proxyStats],
  },
  admission_control: {
    fault: 'overload',
    sentence: 'Admission control refused the request because too many earlier ones had failed.',
    typical: ['The server fails often; this is the consequence, not the cause'],
    checks: ['Look at the failures before this one: they are the cause', CHECK.proxyStats],
  },
} as const satisfies Record<string, Cause>
