import { CHECK } from '../checks.ts'
import type { Cause } from '../explanation.ts'

/** The TLS handshake with the chosen endpoint failed. Reason texts are BoringSSL's (include/openssl/ssl.h, err.h). */
export const TLS_CAUSES = {
  tls_peer_speaks_plaintext: {
    fault: 'proxy_config',
    sentence: 'This proxy began TLS and the endpoint answered with bytes that are not TLS.',
    typical: [
      'The server pod has no sidecar, or the port is excluded from it',
      'A DestinationRule forces ISTIO_MUTUAL or SIMPLE towards a plaintext port',
      'PeerAuthentication of the server is DISABLE',
    ],
    checks: [
      'Has the server a sidecar, or is the pod in ambient mode? `kubectl get pod SERVER_POD -n NS -o yaml | grep -E "istio-proxy|ambient.istio.io"`',
      CHECK.mtlsModes,
      CHECK.describeServer,
    ],
  },
  tls_peer_sent_http: {
    fault: 'proxy_config',
    sentence: 'A plaintext HTTP request arrived where TLS was expected.',
    typical: [
      'The client does no mTLS towards this port: tls.mode DISABLE, or no sidecar',
      'http:// used on an https port',
    ],
    checks: [CHECK.mtlsModes, CHECK.describePod],
  },
  tls_certificate_verify_failed: {
    fault: 'proxy_config',
    sentence: 'This proxy did not accept the certificate of the endpoint.',
    typical: [
      'Different trust domains or root certificates',
      'A CA rotation that has not reached both sides',
      'A wrong subjectAltNames in the DestinationRule',
    ],
    checks: [CHECK.certificates, CHECK.serverCertificates, CHECK.destinationRules],
  },
  tls_issuer_unknown: {
    fault: 'proxy_config',
    sentence: 'This proxy did not accept the certificate of the endpoint: it does not know who issued it.',
    typical: [
      'The server got its certificate from another CA',
      'A CA rotation that has not reached both sides',
      'caCertificates in the DestinationRule is wrong or missing',
    ],
    checks: [
      CHECK.certificates,
      CHECK.serverCertificates,
      'Which chain does the server show? `openssl s_client -connect UPSTREAM_IP:PORT -showcerts`',
    ],
  },
  tls_san_mismatch: {
    fault: 'proxy_config',
    sentence: 'The certificate of the endpoint is in order but names another identity than this proxy expects.',
    typical: [
      'The address now belongs to a pod of another service account',
      'subjectAltNames in the DestinationRule or ServiceEntry is wrong',
      'The pods of the service run under a service account that the client does not know yet',
    ],
    checks: [
      'Compare the identity in the failure reason with the expected one: `istioctl proxy-config clusters POD.NS --fqdn HOST -o yaml | grep -A6 -i subjectAltName`',
      'Under which service account does the server run? `kubectl get pod SERVER_POD -n NS -o jsonpath={.spec.serviceAccountName}`',
      CHECK.podAddress,
    ],
  },
  tls_certificate_expired: {
    fault: 'proxy_config',
    sentence: 'The certificate of the endpoint has expired.',
    typical: [
      'The server cannot renew its certificate: istiod or the CA is not reachable',
      'A static certificate that nobody renewed',
      'A clock that is wrong on one side',
    ],
    checks: [
      CHECK.serverCertificates,
      'Is istiod up? `kubectl get pods -n istio-system -l app=istiod`',
      'Are the clocks right? `kubectl exec SERVER_POD -n NS -c istio-proxy -- date -u`',
    ],
  },
  tls_certificate_not_yet_valid: {
    fault: 'proxy_config',
    sentence: 'The certificate of the endpoint is not valid yet: a clock is wrong on one side.',
    typical: ['The clock of a node is ahead or behind'],
    checks: ['Are the clocks right? `kubectl exec POD -n NS -c istio-proxy -- date -u`', CHECK.serverCertificates],
  },
  tls_client_certificate_expired: {
    fault: 'proxy_config',
    sentence: 'The endpoint refused the certificate of this proxy as expired.',
    typical: [
      'This proxy cannot renew its certificate: istiod or the CA is not reachable',
      'A static client certificate that nobody renewed',
      'A clock that is wrong on one side',
    ],
    checks: [CHECK.certificates, 'Is istiod up? `kubectl get pods -n istio-system -l app=istiod`', CHECK.proxyLog],
  },
  tls_client_certificate_issuer_unknown: {
    fault: 'proxy_config',
    sentence: 'The endpoint refused the certificate of this proxy: it does not know who issued it.',
    typical: [
      'Client and server trust different root certificates',
      'A CA rotation that has not reached the server',
      'The client has the certificate of another mesh',
    ],
    checks: [CHECK.certificates, CHECK.serverCertificates, CHECK.destinationRules],
  },
  tls_client_certificate_refused: {
    fault: 'proxy_config',
    sentence: 'The endpoint refused the certificate of this proxy.',
    typical: [
      'The server demands another identity or trust domain',
      'A DestinationRule sends the wrong client certificate',
    ],
    checks: [CHECK.certificates, CHECK.destinationRules, CHECK.serverCertificates],
  },
  tls_client_certificate_required: {
    fault: 'proxy_config',
    sentence: 'The endpoint demands a client certificate and this proxy sent none.',
    typical: [
      'tls.mode SIMPLE where the server wants MUTUAL',
      'A DestinationRule without credentialName or client certificate',
    ],
    checks: [CHECK.destinationRules, CHECK.certificates],
  },
  tls_handshake_refused: {
    fault: 'proxy_config',
    sentence: 'The endpoint broke off the TLS handshake: it did not accept what this proxy offered.',
    typical: [
      'The server demands a client certificate and got none (TLS 1.2)',
      'No cipher suite or TLS version in common',
    ],
    checks: [
      CHECK.destinationRules,
      CHECK.certificates,
      'What does the server accept? `openssl s_client -connect UPSTREAM_IP:PORT`',
    ],
  },
  tls_version_mismatch: {
    fault: 'proxy_config',
    sentence: 'This proxy and the endpoint have no TLS version in common.',
    typical: ['A server that knows only TLS 1.0 or 1.1', 'minProtocolVersion or meshMTLS raised on one side'],
    checks: [
      'What does the server accept? `openssl s_client -connect UPSTREAM_IP:PORT -tls1_2`',
      CHECK.destinationRules,
    ],
  },
  tls_server_name_unknown: {
    fault: 'proxy_config',
    sentence: 'The endpoint does not serve the server name (SNI) this proxy asked for.',
    typical: ['sni in the DestinationRule is wrong or missing', 'The virtual host behind that address was removed'],
    checks: [
      'Which SNI does this proxy send? `istioctl proxy-config clusters POD.NS --fqdn HOST -o yaml | grep -i sni`',
      CHECK.destinationRules,
    ],
  },
  tls_connection_reset: {
    fault: 'network',
    sentence: 'The connection was reset during the TLS handshake.',
    typical: [
      'The server has no TLS on this port and closes on the first bytes',
      'The server was stopping',
      'A firewall that inspects TLS',
    ],
    checks: [CHECK.mtlsModes, CHECK.serverRestarts, CHECK.networkPolicies],
  },
  tls_secret_missing: {
    fault: 'proxy_config',
    sentence: 'This proxy has not received the certificate it needs for the connection.',
    typical: [
      'istiod or the CA does not answer',
      'The secret named by credentialName does not exist or may not be read',
    ],
    checks: [CHECK.certificates, 'Is istiod up? `kubectl get pods -n istio-system -l app=istiod`', CHECK.proxyLog],
  },
  tls_handshake_failed: {
    fault: 'proxy_config',
    sentence: 'The TLS handshake with the endpoint failed.',
    typical: ['TLS settings of the two sides do not fit', 'A certificate that one side does not accept'],
    checks: ['Read the reason in upstream_transport_failure_reason of the line', CHECK.mtlsModes, CHECK.certificates],
  },
} as const satisfies Record<string, Cause>
