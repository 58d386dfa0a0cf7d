/**
 * Checks that several causes share. POD is the pod whose proxy wrote the line, SERVER_POD and CLIENT_POD the other end,
 * APP the application's container, CLUSTER the value of upstream_cluster, UPSTREAM_IP the address in upstream_host,
 * REQUEST_ID the x-request-id.
 */
export const CHECK = {
  serverLine:
    'Open the line of the server side with the same x-request-id, it names the cause: `kubectl logs SERVER_POD -n NS -c istio-proxy | grep REQUEST_ID`',
  callerLine:
    'Open the line of the caller with the same x-request-id: `kubectl logs CLIENT_POD -n NS -c istio-proxy | grep REQUEST_ID`',
  applicationLog: 'Read what the application logged at that moment: `kubectl logs POD -n NS -c APP --since=15m`',
  serverLog: 'Read what the server logged at that moment: `kubectl logs SERVER_POD -n NS -c APP --since=15m`',
  restarts: 'Was a container restarted or killed? `kubectl describe pod POD -n NS | grep -A6 "Last State"`',
  serverRestarts:
    'Was a container restarted or killed? `kubectl describe pod SERVER_POD -n NS | grep -A6 "Last State"`',
  listening: 'On which addresses and ports does the application listen? `kubectl exec POD -n NS -c APP -- ss -ltn`',
  serverListening:
    'On which addresses and ports does the server listen? `kubectl exec SERVER_POD -n NS -c APP -- ss -ltn`',
  targetPort: 'Does targetPort equal the port the container listens on? `kubectl get service SERVICE -n NS -o yaml`',
  podAddress: 'Does a pod still have that address? `kubectl get pods -A -o wide | grep UPSTREAM_IP`',
  endpoints:
    'Which endpoints does this proxy know, and are they healthy? `istioctl proxy-config endpoints POD.NS --cluster "CLUSTER"`; plain Envoy: `curl -s http://127.0.0.1:9901/clusters`',
  endpointSlices:
    'Has the service ready endpoints? `kubectl get endpointslices -n NS -l kubernetes.io/service-name=SERVICE`',
  clusters:
    'Does this proxy have that cluster? `istioctl proxy-config clusters POD.NS --fqdn HOST`; plain Envoy: `curl -s http://127.0.0.1:9901/clusters`',
  routes:
    'Which hosts and paths does this proxy route? `istioctl proxy-config routes POD.NS -o yaml`; plain Envoy: `curl -s http://127.0.0.1:9901/config_dump`',
  listeners:
    'What does the listener accept? `istioctl proxy-config listeners POD.NS --port PORT -o yaml`; plain Envoy: `curl -s http://127.0.0.1:9901/config_dump`',
  destinationRules: 'Which DestinationRules apply? `kubectl get destinationrules -A -o yaml`',
  virtualServices: 'Which routes are configured? `kubectl get virtualservices,httproutes,gateways -A`',
  mtlsModes:
    'Which TLS modes are configured on both sides? `kubectl get peerauthentications,destinationrules -A -o yaml`',
  describeServer: 'What does Istio say applies to the server? `istioctl x describe pod SERVER_POD.NS`',
  describePod: 'What does Istio say applies to this pod? `istioctl x describe pod POD.NS`',
  networkPolicies: 'Does a NetworkPolicy or firewall drop it? `kubectl get networkpolicies -A`',
  certificates: 'Are the certificates of this proxy valid now? `istioctl proxy-config secret POD.NS`',
  serverCertificates: 'Are the certificates of the server valid now? `istioctl proxy-config secret SERVER_POD.NS`',
  analyze: 'Does Istio see a mistake in the configuration? `istioctl analyze -n NS`',
  proxyStatus: 'Has this proxy the latest configuration? `istioctl proxy-status`',
  portProtocol:
    'Does name or appProtocol of the port say what is spoken there? `kubectl get service SERVICE -n NS -o yaml`',
  authorizationPolicies: 'Which AuthorizationPolicies apply to this proxy? `istioctl x authz check POD.NS`',
  envoyFilters: 'Is the filter set by an EnvoyFilter? `kubectl get envoyfilters -A`',
  timeouts: 'Which timeouts are set on the route? `istioctl proxy-config routes POD.NS -o yaml | grep -i timeout`',
  latency: 'How long does the server take for this path? Compare its latency with DURATION of the line',
  resources: 'How near its limits is the proxy? `kubectl top pod POD -n NS --containers`',
  proxyStats:
    'What do the counters of the proxy say? `kubectl exec POD -n NS -c istio-proxy -- pilot-agent request GET stats`',
  breakerStats:
    'Which limit is reached? `kubectl exec POD -n NS -c istio-proxy -- pilot-agent request GET stats | grep -E "overflow|circuit_breakers"`',
  proxyLog: 'What did the proxy itself log? `kubectl logs POD -n NS -c istio-proxy --since=15m`',
  httpDebug:
    'Let the proxy tell what it could not read: `istioctl proxy-config log POD.NS --level http:debug,client:debug`',
  ztunnelLog:
    'Read the ztunnel lines of both nodes for these addresses: `kubectl logs -n istio-system -l app=ztunnel --tail=1000 | grep UPSTREAM_IP`',
} as const
