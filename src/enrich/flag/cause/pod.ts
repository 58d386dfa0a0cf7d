import { CHECK } from '../checks.ts'
import type { Cause } from '../explanation.ts'

/** The endpoint failed, and its pod was in a state that is why. No line proves that: Kubernetes says it. */
export const POD_CAUSES = {
  pod_terminating: {
    fault: 'application',
    sentence: 'The pod that was chosen was being terminated, and no longer served this to its end.',
    typical: [
      'A rollout, scale-down or drain: callers choose the pod until its removal has reached their proxies',
      'The application stops at SIGTERM at once, without serving what is still coming',
      'A request that takes longer than terminationGracePeriodSeconds',
    ],
    checks: [
      'Does the server wait before it stops, and finish what is open? `kubectl get pod SERVER_POD -n NS -o yaml | grep -A8 -E "preStop|terminationGracePeriodSeconds"`',
      'Who ended it? `kubectl get events -n NS --field-selector involvedObject.name=SERVER_POD`',
      'Are such requests retried? `istioctl proxy-config routes POD.NS -o yaml | grep -A4 retryPolicy`',
    ],
    inbound: {
      sentence: 'This pod was being terminated, and its application no longer served this to its end.',
      checks: [
        'Does the application wait before it stops, and finish what is open? `kubectl get pod POD -n NS -o yaml | grep -A8 -E "preStop|terminationGracePeriodSeconds"`',
        'Does the proxy stay until the application has ended? `kubectl get pod POD -n NS -o yaml | grep -E "EXIT_ON_ZERO_ACTIVE_CONNECTIONS|terminationDrainDuration"`',
        'Who ended it? `kubectl get events -n NS --field-selector involvedObject.name=POD`',
      ],
    },
  },
  pod_gone: {
    fault: 'network',
    sentence:
      'The pod that was chosen had ended by then: this proxy still had it among its endpoints, or a connection to it open.',
    typical: [
      'Its removal had not reached the proxy yet',
      'The pod was evicted or its node lost, so that nobody closed its connections',
    ],
    checks: [
      CHECK.proxyStatus,
      CHECK.endpoints,
      'How did the pod end? `kubectl get events -n NS --field-selector involvedObject.name=SERVER_POD`',
    ],
    inbound: {
      sentence: 'The containers of this pod had ended by then.',
      checks: ['How did the pod end? `kubectl get events -n NS --field-selector involvedObject.name=POD`'],
    },
  },
  pod_restarted: {
    fault: 'application',
    sentence: 'A container of the pod that was chosen ended while this was under way, or just before.',
    typical: ['The application crashed', 'It was killed for its memory (OOMKilled)', 'Its liveness probe failed'],
    checks: [
      CHECK.serverRestarts,
      'What did it write last? `kubectl logs SERVER_POD -n NS -c APP --previous --tail=50`',
    ],
    inbound: {
      sentence: 'A container of this pod ended while this was under way, or just before.',
      checks: [CHECK.restarts, 'What did it write last? `kubectl logs POD -n NS -c APP --previous --tail=50`'],
    },
  },
  pod_starting: {
    fault: 'application',
    sentence: 'The pod that was chosen had not been ready yet since it was made.',
    typical: [
      'The service publishes addresses that are not ready (publishNotReadyAddresses), or the pod was called by its own address',
      'A readiness probe that succeeds before the application serves, or none',
    ],
    checks: [
      'What is it waiting for? `kubectl describe pod SERVER_POD -n NS | grep -A8 Conditions`',
      'Has it a readiness probe, and what of? `kubectl get pod SERVER_POD -n NS -o yaml | grep -A6 readinessProbe`',
      CHECK.endpointSlices,
    ],
    inbound: {
      sentence: 'This pod had not been ready yet since it was made.',
      checks: [
        'What is it waiting for? `kubectl describe pod POD -n NS | grep -A8 Conditions`',
        'Does its application begin before the proxy is ready? `kubectl get pod POD -n NS -o yaml | grep holdApplicationUntilProxyStarts`',
      ],
    },
  },
  pod_not_ready: {
    fault: 'application',
    sentence: 'The pod that was chosen had been ready before and was not at that moment.',
    typical: [
      'Its readiness probe failed: overload, or something that it depends on',
      'A connection that was open already is used on, whatever the probe says',
    ],
    checks: [
      'Why is it not ready? `kubectl describe pod SERVER_POD -n NS | grep -A8 -E "Conditions|Unhealthy"`',
      CHECK.serverLog,
      CHECK.endpointSlices,
    ],
    inbound: {
      sentence: 'This pod had been ready before and was not at that moment.',
      checks: [
        'Why is it not ready? `kubectl describe pod POD -n NS | grep -A8 -E "Conditions|Unhealthy"`',
        CHECK.applicationLog,
      ],
    },
  },
} as const satisfies Record<string, Cause>
