import { CHECK } from '../checks.ts'
import type { Cause } from '../explanation.ts'

/** No connection to the chosen endpoint could be opened. */
export const CONNECTION_CAUSES = {
  connection_refused: {
    fault: 'application',
    sentence: 'The chosen endpoint refused the TCP connection: as a rule nothing listens at that address and port.',
    typical: [
      'targetPort of the service is not the port the container listens on',
      'The application is not up yet, or has just stopped',
      'The endpoint belongs to a pod that is gone',
      'The application listens on 127.0.0.1 only and has no sidecar that would dial it there',
    ],
    checks: [CHECK.podAddress, CHECK.targetPort, CHECK.serverListening, CHECK.endpoints],
    inbound: {
      typical: [
        'The application is not up yet, has just stopped, or listens on another port',
        'It listens on 127.0.0.1 only (Istio 1.10 and later dial the pod address)',
      ],
      sentence: 'The sidecar could not reach its own application: the connection to the container port was refused.',
      checks: [
        CHECK.listening,
        'Since Istio 1.10 the sidecar dials the pod address: an application bound to 127.0.0.1 is not reached',
        CHECK.targetPort,
        CHECK.restarts,
      ],
    },
    passthrough: {
      typical: [
        'The external service is down or moved',
        'A firewall on the way',
        'A stale DNS answer in the application',
      ],
      fault: 'network',
      sentence:
        'The mesh does not know this destination, so the connection went to its original address, which refused it.',
      checks: [
        'Is the service up outside the mesh? `curl -v telnet://UPSTREAM_IP:PORT`',
        'Is it meant to be known to the mesh? `kubectl get serviceentries,services -A | grep HOST`',
      ],
    },
  },
  connection_timeout: {
    fault: 'network',
    sentence: 'The chosen endpoint did not answer the connection attempt in time: packets are dropped on the way.',
    typical: [
      'A NetworkPolicy or firewall drops the packets',
      'The node or pod is down and its endpoint not yet removed',
      'Routing between nodes is broken (CNI)',
    ],
    checks: [
      CHECK.networkPolicies,
      CHECK.podAddress,
      'Is its node ready? `kubectl get nodes -o wide`',
      CHECK.endpoints,
    ],
    inbound: {
      fault: 'application',
      typical: ['The application is stuck and its accept queue full', 'A rule in the pod drops the packets'],
      sentence: 'The sidecar could not reach its own application: the connection to the container port timed out.',
      checks: [
        CHECK.listening,
        'Is the accept queue of the application full? `kubectl exec POD -n NS -c APP -- ss -ltn`',
        CHECK.restarts,
      ],
    },
    passthrough: {
      typical: [
        'The external service is down or moved',
        'A firewall on the way',
        'A stale DNS answer in the application',
      ],
      sentence:
        'The mesh does not know this destination, and its original address did not answer the connection attempt in time.',
      checks: [
        'Can the pod reach that address at all? `kubectl exec POD -n NS -c APP -- curl -v telnet://UPSTREAM_IP:PORT`',
        CHECK.networkPolicies,
        'Is it meant to be known to the mesh? `kubectl get serviceentries,services -A | grep HOST`',
      ],
    },
  },
  connection_reset: {
    fault: 'network',
    sentence: 'The connection was reset while it was being opened.',
    typical: [
      'The server or a device between closed the connection at once',
      'The accept queue of the server was full',
      'A server that expects another protocol on this port',
    ],
    checks: [CHECK.serverRestarts, CHECK.networkPolicies, CHECK.endpoints],
  },
  host_unreachable: {
    fault: 'network',
    sentence: 'The network says that the address of the chosen endpoint cannot be reached.',
    typical: ['The pod or node is gone', 'No route between the networks', 'A firewall that rejects'],
    checks: [CHECK.podAddress, 'Is its node ready? `kubectl get nodes -o wide`', CHECK.networkPolicies],
  },
  network_unreachable: {
    fault: 'network',
    sentence: 'This pod has no route to the network of the chosen endpoint.',
    typical: ['An IPv6 address on a pod without IPv6, or the reverse', 'No default route in the pod'],
    checks: [
      'Which routes does the pod have? `kubectl exec POD -n NS -c APP -- ip route`',
      'Is the service of an address family the pod lacks? `kubectl get service SERVICE -n NS -o yaml | grep -A3 ipFamilies`',
    ],
  },
  local_address_unavailable: {
    fault: 'overload',
    sentence: 'This proxy had no local port left for another connection to that endpoint.',
    typical: [
      'Very many short connections to one address',
      'Keep-alive is switched off',
      'A small ip_local_port_range',
    ],
    checks: [
      'How many connections are open or waiting? `kubectl exec POD -n NS -c istio-proxy -- ss -s`',
      CHECK.destinationRules,
    ],
  },
  local_connection_failure: {
    fault: 'proxy_config',
    sentence: 'This proxy could not create the connection on its own side; the endpoint was not asked.',
    typical: ['A bind address that the pod does not have', 'No local port or file descriptor left'],
    checks: [
      CHECK.proxyLog,
      'How many connections are open or waiting? `kubectl exec POD -n NS -c istio-proxy -- ss -s`',
    ],
  },
  connection_failed: {
    fault: 'network',
    sentence:
      'No usable connection to the chosen endpoint could be opened; the line does not say at which step it failed.',
    typical: [
      'Nothing listens at that address and port, or packets are dropped',
      'TLS towards a port that speaks plaintext and closes without a word',
      'The pod behind the endpoint is gone',
    ],
    checks: [CHECK.podAddress, CHECK.targetPort, CHECK.mtlsModes, CHECK.networkPolicies],
    inbound: {
      fault: 'application',
      typical: [
        'The application is not up, or listens on another port',
        'The port expects TLS that the sidecar does not speak',
      ],
      sentence: 'The sidecar could not open a connection to its own application.',
      checks: [CHECK.listening, CHECK.targetPort, CHECK.restarts],
    },
    passthrough: {
      typical: [
        'The external service is down or moved',
        'A firewall on the way',
        'A stale DNS answer in the application',
      ],
      sentence: 'The mesh does not know this destination, and no connection to its original address could be opened.',
      checks: [
        'Can the pod reach that address at all? `kubectl exec POD -n NS -c APP -- curl -v telnet://UPSTREAM_IP:PORT`',
        CHECK.networkPolicies,
        'Is it meant to be known to the mesh? `kubectl get serviceentries,services -A | grep HOST`',
      ],
    },
  },
} as const satisfies Record<string, Cause>
