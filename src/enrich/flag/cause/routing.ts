import { CHECK } from '../checks.ts'
import type { Cause } from '../explanation.ts'

/** The configuration of this proxy decided where the request may go, or that it may go nowhere. */
export const ROUTING_CAUSES = {
  route_not_found: {
    fault: 'proxy_config',
    sentence: 'No route of this proxy fits the host and path of the request; no server was asked.',
    typical: [
      'Host or path is in no VirtualService or HTTPRoute',
      'The route is bound to another gateway',
      'A Sidecar resource or exportTo hides the service',
      'A Host header with an unexpected port',
    ],
    checks: [CHECK.routes, CHECK.virtualServices, CHECK.analyze],
  },
  route_configuration_missing: {
    fault: 'proxy_config',
    sentence: 'The listener has no route table yet, so this proxy could not route the request.',
    typical: ['The control plane has not delivered the routes (RDS)', 'The route table was refused by the proxy'],
    checks: [CHECK.proxyStatus, CHECK.routes, CHECK.proxyLog],
  },
  cluster_not_found: {
    fault: 'proxy_config',
    sentence:
      'There is a route for the request, but this proxy has no cluster of the name it gives; no server was asked.',
    typical: [
      'The VirtualService names a subset that no DestinationRule defines',
      'Host or port of the destination is not in the registry',
      'A Sidecar resource or exportTo hides the service',
      'The cluster has not been delivered yet (CDS)',
    ],
    checks: [
      'Does a DestinationRule define the subset the route names? `kubectl get destinationrules,virtualservices -A -o yaml | grep -E "host:|subset|name:"`',
      CHECK.clusters,
      CHECK.analyze,
    ],
  },
  route_or_cluster_not_found: {
    fault: 'proxy_config',
    sentence: 'This proxy has no route for the request, or (Envoy 1.17 and older) not the cluster its route names.',
    typical: [
      'Host or path is in no VirtualService or HTTPRoute',
      'The VirtualService names a subset that no DestinationRule defines',
    ],
    checks: [CHECK.routes, CHECK.clusters, CHECK.analyze],
  },
  destination_not_registered: {
    fault: 'proxy_config',
    sentence: 'The mesh does not know this destination and blocks what it does not know (REGISTRY_ONLY).',
    typical: [
      'An external host without a ServiceEntry',
      'A ServiceEntry that is not exported to this namespace',
      'A misspelt host',
    ],
    checks: [
      'Is there a ServiceEntry for the host? `kubectl get serviceentries -A | grep HOST`',
      'Which outbound policy is set? `kubectl get configmap istio -n istio-system -o yaml | grep -A2 outboundTrafficPolicy`',
      'Does a Sidecar resource limit what the pod may reach? `kubectl get sidecars -A`',
    ],
  },
  blackhole_cluster: {
    fault: 'proxy_config',
    sentence: 'The connection was sent to BlackHoleCluster, which has no endpoints by design.',
    typical: [
      'Outbound: the mesh does not know the destination and blocks it (REGISTRY_ONLY)',
      'Inbound: somebody dialled port 15001 or 15006 of the sidecar itself',
    ],
    checks: [
      'Is there a ServiceEntry or service for the destination? `kubectl get serviceentries,services -A | grep HOST`',
      'Which outbound policy is set? `kubectl get configmap istio -n istio-system -o yaml | grep -A2 outboundTrafficPolicy`',
      'Is the port in downstream_local_address 15001 or 15006? Then it is a scan or a wrong client setting',
    ],
  },
  direct_response: {
    fault: 'proxy_config',
    sentence: 'The route itself says what to answer: a redirect or a fixed response; no server was asked.',
    typical: [
      'httpsRedirect or a redirect in a VirtualService or HTTPRoute',
      'directResponse of a VirtualService',
      'Outbound traffic is REGISTRY_ONLY and the host is not registered (502, route block_all)',
    ],
    checks: [CHECK.routes, CHECK.virtualServices],
    isBenign: true,
  },
  redirect_followed: {
    fault: 'other',
    sentence:
      'The upstream answered with a redirect, and this proxy followed it by itself: another line has the answer.',
    typical: ['internal_redirect_policy on the route'],
    checks: [CHECK.callerLine],
    isBenign: true,
  },
  answered_without_upstream: {
    fault: 'other',
    sentence: 'This proxy answered by itself: it chose no upstream, and this log format does not say why.',
    typical: [
      'A redirect or fixed response of the route',
      'A denial by AuthorizationPolicy (403) or RequestAuthentication (401)',
      'No route at the gateway (404)',
      'Fault injection, CORS preflight, overload',
    ],
    checks: [
      'Log the reason: add %RESPONSE_CODE_DETAILS% to the access log format (in the default format since Istio 1.9)',
      CHECK.routes,
      CHECK.authorizationPolicies,
    ],
    isBenign: true,
  },
  no_filter_chain: {
    fault: 'proxy_config',
    sentence:
      'A connection without TLS server name fitted no filter chain of the listener, so this proxy closed it before any request.',
    typical: ['Plaintext to a port that accepts only mTLS or TLS', 'A port that no service declares', 'A port scan'],
    checks: [
      'Who connected? Its own line has downstream_remote_address of this line as upstream_local_address: `kubectl get pods -A -o wide | grep DOWNSTREAM_IP`',
      CHECK.listeners,
      CHECK.mtlsModes,
    ],
  },
  no_filter_chain_for_server_name: {
    fault: 'proxy_config',
    sentence:
      'A TLS connection asked for a server name that fits no filter chain of the listener, so this proxy closed it.',
    typical: [
      'The gateway serves no host of that name',
      'A client that uses another name or the bare address',
      'mTLS towards a port that has none',
    ],
    checks: [
      'Compare requested_server_name with the hosts: `kubectl get gateways -A -o yaml | grep -A3 hosts`',
      CHECK.listeners,
      CHECK.analyze,
    ],
  },
  no_filter_chain_or_cluster: {
    fault: 'proxy_config',
    sentence:
      'The connection fitted no filter chain of the listener, or (Envoy 1.17 and older) its cluster does not exist; this proxy closed it.',
    typical: [
      'Plaintext to a port that accepts only mTLS or TLS',
      'A server name the listener does not serve',
      'A TCP route to a cluster that does not exist',
    ],
    checks: [CHECK.listeners, CHECK.mtlsModes, CHECK.clusters],
  },
  dns_resolution_failed: {
    fault: 'network',
    sentence: 'The name of the destination could not be resolved, so nothing was dialled.',
    typical: [
      'The host does not exist or is misspelt',
      'The DNS server does not answer',
      'A search domain that is missing',
    ],
    checks: [
      'Does the name resolve in the pod? `kubectl exec POD -n NS -c APP -- nslookup HOST`',
      'Is cluster DNS up? `kubectl get pods -n kube-system -l k8s-app=kube-dns`',
      CHECK.proxyStats,
    ],
  },
  dynamic_forward_proxy_failed: {
    fault: 'proxy_config',
    sentence: 'The dynamic forward proxy could not prepare the destination of the request.',
    typical: [
      'A limit of its DNS cache or of waiting requests',
      'Its cluster is gone or not ready',
      'A request without host',
    ],
    checks: [CHECK.proxyStats, CHECK.envoyFilters],
  },
  upgrade_not_allowed: {
    fault: 'proxy_config',
    sentence: 'The client asked to upgrade the connection (WebSocket, CONNECT), and this proxy does not allow it here.',
    typical: ['upgradeConfigs lacks the protocol', 'CONNECT sent to a proxy that is no forward proxy'],
    checks: [
      'Which upgrades are allowed? `istioctl proxy-config listeners POD.NS -o yaml | grep -A4 upgradeConfigs`',
      CHECK.envoyFilters,
    ],
  },
} as const satisfies Record<string, Cause>
