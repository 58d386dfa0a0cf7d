import { CHECK } from '../checks.ts'
import type { Cause } from '../explanation.ts'

const workload = 'What does ztunnel know of the workload? `istioctl ztunnel-config workloads | grep IP`'
const policies = 'Which policies are in force? `kubectl get authorizationpolicies,peerauthentications -A`'

/** Why ztunnel ended a connection. Source of the texts: istio/ztunnel src/proxy.rs, enum Error. */
export const ZTUNNEL_CAUSES = {
  ztunnel_hbone_timeout: {
    fault: 'network',
    sentence:
      'ztunnel could not open the tunnel to port 15008 of the destination in time; a NetworkPolicy may block that port.',
    typical: [
      'A NetworkPolicy allows the port of the application but not 15008',
      'The destination pod or its node is down',
    ],
    checks: [
      'Do the policies of both namespaces allow TCP 15008? `kubectl get networkpolicies -A -o yaml`',
      CHECK.podAddress,
    ],
  },
  ztunnel_no_allow_policy: {
    fault: 'policy',
    sentence: 'ztunnel refused the connection: ALLOW policies apply to the destination and none of them fitted.',
    typical: [
      'The service account of the caller is in no rule',
      'The caller is not in the mesh, so it has no identity',
      'Behind a waypoint the caller is the waypoint',
    ],
    checks: [
      'Compare src.identity of the line with the rules: `kubectl get authorizationpolicies -n NS -o yaml`',
      'Is the caller in the mesh? `istioctl ztunnel-config workloads | grep SOURCE_IP`',
    ],
  },
  ztunnel_denied_by_policy: {
    fault: 'policy',
    sentence: 'ztunnel refused the connection: a DENY policy fitted; the error text names it.',
    typical: ['The rule is meant to refuse this', 'A rule that matches more than was meant'],
    checks: ['Read the policy it names: `kubectl get authorizationpolicy POLICY -n NS -o yaml`'],
  },
  ztunnel_strict_refused_plaintext: {
    fault: 'policy',
    sentence: 'ztunnel refused the connection: the destination demands mTLS (STRICT) and the caller came without.',
    typical: ['The caller is not in the mesh', 'Traffic of the caller bypasses its ztunnel or sidecar'],
    checks: [
      'Is the caller in the mesh? `istioctl ztunnel-config workloads | grep SOURCE_IP`',
      'Where is STRICT set? `kubectl get peerauthentications -A`',
    ],
  },
  ztunnel_policy_refused: {
    fault: 'policy',
    sentence: 'ztunnel closed the connection because a policy does not allow it.',
    typical: [
      'An AuthorizationPolicy or PeerAuthentication refuses it',
      'The policy changed while the connection was open',
    ],
    checks: [policies, workload],
  },
  ztunnel_refused_by_peer: {
    fault: 'policy',
    sentence: 'The proxy at the destination refused the tunnel with 401: its policies do not allow this caller.',
    typical: ['An AuthorizationPolicy at the destination'],
    checks: [
      'Read the inbound line on the node of the destination, it names the policy: `kubectl logs -n istio-system -l app=ztunnel --tail=1000 | grep SOURCE_IP`',
      policies,
    ],
  },
  ztunnel_peer_unavailable: {
    fault: 'application',
    sentence: 'The proxy at the destination answered the tunnel with 503: it could not reach the application.',
    typical: ['The application does not listen on that port', 'The pod is starting or stopping'],
    checks: [
      'Read the inbound line on the node of the destination: `kubectl logs -n istio-system -l app=ztunnel --tail=1000 | grep SOURCE_IP`',
      CHECK.serverListening,
    ],
  },
  ztunnel_peer_answered_error: {
    fault: 'other',
    sentence: 'The proxy at the destination answered the tunnel with an error status.',
    typical: ['A waypoint or ztunnel that could not serve the request'],
    checks: [
      'Read the inbound line on the node of the destination: `kubectl logs -n istio-system -l app=ztunnel --tail=1000 | grep SOURCE_IP`',
    ],
  },
  ztunnel_tls_error: {
    fault: 'proxy_config',
    sentence: 'The TLS handshake of the tunnel failed.',
    typical: [
      'Certificates of different trust domains or an expired one',
      'Port 15008 is not served by a ztunnel or waypoint',
    ],
    checks: [
      'Are the certificates valid? `istioctl ztunnel-config certificates`',
      'Is istiod up? `kubectl get pods -n istio-system -l app=istiod`',
    ],
  },
  ztunnel_connection_refused: {
    fault: 'application',
    sentence: 'The destination refused the connection of ztunnel: as a rule nothing listens at that address and port.',
    typical: [
      'Inbound: the application does not listen on that port',
      'Outbound to 15008: the pod has no ztunnel listening for it',
    ],
    checks: [CHECK.serverListening, workload, CHECK.podAddress],
  },
  ztunnel_connect_failed: {
    fault: 'network',
    sentence: 'ztunnel could not open the connection to the destination.',
    typical: ['The pod is gone', 'Packets are dropped', 'Nothing listens there'],
    checks: [CHECK.podAddress, CHECK.networkPolicies, workload],
  },
  ztunnel_no_healthy_upstream: {
    fault: 'application',
    sentence: 'ztunnel has no healthy endpoint for the destination.',
    typical: ['No pod behind the service is ready', 'The workloads of the service are not known to ztunnel yet'],
    checks: [
      CHECK.endpointSlices,
      'What does ztunnel know of the service? `istioctl ztunnel-config services | grep SERVICE`',
    ],
  },
  ztunnel_waypoint_unknown: {
    fault: 'proxy_config',
    sentence: 'The destination is to be reached through a waypoint that ztunnel does not know.',
    typical: ['The waypoint was deleted or is not ready', 'istio.io/use-waypoint names the wrong one'],
    checks: [
      'Is the waypoint ready? `istioctl waypoint list -A`',
      'Which label names it? `kubectl get namespaces,services -A -L istio.io/use-waypoint`',
    ],
  },
  ztunnel_drained: {
    fault: 'other',
    sentence: 'ztunnel closed the connection while it was draining.',
    typical: ['ztunnel or the pod was being restarted or upgraded'],
    checks: ['Was ztunnel restarted? `kubectl get pods -n istio-system -l app=ztunnel -o wide`', CHECK.podAddress],
  },
  ztunnel_identity_error: {
    fault: 'proxy_config',
    sentence: 'ztunnel has no certificate for the workload.',
    typical: ['istiod or the CA does not answer', 'The service account of the pod was deleted'],
    checks: [
      'Which certificates are there? `istioctl ztunnel-config certificates`',
      'Is istiod up? `kubectl get pods -n istio-system -l app=istiod`',
    ],
  },
  ztunnel_workload_unknown: {
    fault: 'proxy_config',
    sentence: 'ztunnel does not know a workload or address of this connection.',
    typical: ['The pod is very new or already gone', 'ztunnel has lost its connection to istiod'],
    checks: [workload, 'Is istiod up? `kubectl get pods -n istio-system -l app=istiod`'],
  },
  ztunnel_peer_disconnected: {
    fault: 'other',
    sentence: 'One end closed the connection before all bytes had been passed on.',
    typical: ['Client or server closed early or was stopped'],
    checks: [CHECK.serverRestarts, CHECK.serverLog],
  },
  ztunnel_http2_error: {
    fault: 'network',
    sentence: 'The HTTP/2 connection of the tunnel failed.',
    typical: ['The ztunnel or waypoint at the other end was restarted', 'The connection was cut on the way'],
    checks: [
      'Was ztunnel restarted? `kubectl get pods -n istio-system -l app=ztunnel -o wide`',
      'Read the inbound line on the node of the destination: `kubectl logs -n istio-system -l app=ztunnel --tail=1000 | grep SOURCE_IP`',
    ],
  },
  ztunnel_dns_failed: {
    fault: 'network',
    sentence: 'ztunnel could not resolve the name of the destination.',
    typical: ['The host does not exist', 'The DNS server does not answer'],
    checks: [
      'Does the name resolve? `kubectl exec POD -n NS -c APP -- nslookup HOST`',
      'Is cluster DNS up? `kubectl get pods -n kube-system -l k8s-app=kube-dns`',
    ],
  },
  ztunnel_error: {
    fault: 'other',
    sentence: 'ztunnel ended the connection with an error that this catalogue does not know.',
    typical: ['A newer release of ztunnel'],
    checks: [
      'Read connection_termination_details of the line: it has the error text',
      'Read the lines around it: `kubectl logs -n istio-system -l app=ztunnel --tail=1000`',
    ],
  },
} as const satisfies Record<string, Cause>
