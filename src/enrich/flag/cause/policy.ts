import { CHECK } from '../checks.ts'
import type { Cause } from '../explanation.ts'

const requestAuthentication = 'Which issuers and keys are configured? `kubectl get requestauthentications -A -o yaml`'
const tokenClaims = 'What does the token say? `echo TOKEN | cut -d. -f2 | base64 -d`'

/** A policy of this proxy refused the request, or changed it as it was told to. */
export const POLICY_CAUSES = {
  rbac_denied_by_policy: {
    fault: 'policy',
    sentence: 'A DENY rule of an AuthorizationPolicy refused it; response_code_details names policy and rule.',
    typical: ['The rule is meant to refuse this', 'A rule that matches more than was meant'],
    checks: [
      'Read the policy it names: `kubectl get authorizationpolicy POLICY -n NS -o yaml`',
      CHECK.authorizationPolicies,
      'Watch the decision: `istioctl proxy-config log POD.NS --level rbac:debug`',
    ],
  },
  rbac_no_allow_policy: {
    fault: 'policy',
    sentence: 'ALLOW policies apply to this workload and none of their rules fitted, so it was refused.',
    typical: [
      'The caller runs under a service account that no rule names',
      'The caller came without mTLS, so it has no identity',
      'Path, method or port is not in the rule',
      'Behind a waypoint or gateway the caller is that proxy, not the client',
    ],
    checks: [
      CHECK.authorizationPolicies,
      'Read the rules: `kubectl get authorizationpolicies -A -o yaml`',
      'Watch identity and decision: `istioctl proxy-config log POD.NS --level rbac:debug`',
    ],
  },
  rbac_denied: {
    fault: 'policy',
    sentence: 'An authorization policy (RBAC) of this proxy refused it.',
    typical: ['A DENY rule fitted, or no ALLOW rule did'],
    checks: [CHECK.authorizationPolicies, 'Watch the decision: `istioctl proxy-config log POD.NS --level rbac:debug`'],
  },
  ext_authz_denied: {
    fault: 'policy',
    sentence: 'The external authorizer was asked and said no.',
    typical: ['No or no valid session or token', 'A policy of the authorizer (OPA, oauth2-proxy) refuses this'],
    checks: [
      'Read why the authorizer refused: `kubectl logs deployment/AUTHORIZER -n NS --since=15m`',
      'Which policy asks it? `kubectl get authorizationpolicies -A -o yaml | grep -B12 CUSTOM`',
    ],
  },
  ext_authz_error: {
    fault: 'policy',
    sentence: 'The filter got no answer from the external authorizer, and is set to refuse then.',
    typical: ['The authorizer is down or too slow', 'This proxy has no cluster for it'],
    checks: [
      'Is it up? `kubectl get pods -A | grep AUTHORIZER`',
      'Which endpoints has this proxy for it? `istioctl proxy-config endpoints POD.NS | grep AUTHORIZER`',
      'How is the provider configured? `kubectl get configmap istio -n istio-system -o yaml | grep -A12 extensionProviders`',
    ],
  },
  ext_authz_invalid: {
    fault: 'policy',
    sentence: 'The external authorizer asked for a change of the request that is not allowed.',
    typical: ['An authorizer that sets invalid or forbidden headers'],
    checks: [
      'Read what the authorizer answers: `kubectl logs deployment/AUTHORIZER -n NS --since=15m`',
      CHECK.proxyLog,
    ],
  },
  external_authorization_refused: {
    fault: 'policy',
    sentence:
      'An external authorization refused the request or could not be asked; this log format does not say which.',
    typical: ['The authorizer said no', 'The authorizer is down', 'Istio 1.1 to 1.7: Mixer refused or was not reached'],
    checks: [
      'Read why the authorizer refused: `kubectl logs deployment/AUTHORIZER -n NS --since=15m`',
      'Istio 1.1 to 1.7: read istio_policy_status of the line',
    ],
  },
  jwt_missing: {
    fault: 'client',
    sentence: 'The request carries no JWT, and this route demands one.',
    typical: ['The client sent no Authorization header', 'A proxy or redirect dropped the header'],
    checks: ['Does the client send the token? `curl -v -H "Authorization: Bearer TOKEN" URL`', requestAuthentication],
  },
  jwt_expired: {
    fault: 'client',
    sentence: 'The JWT of the request has expired.',
    typical: ['The client does not renew its token', 'A clock that is wrong'],
    checks: [tokenClaims, 'Is the clock right? `kubectl exec POD -n NS -c istio-proxy -- date -u`'],
  },
  jwt_not_yet_valid: {
    fault: 'client',
    sentence: 'The JWT of the request is not valid yet: its nbf lies in the future of this proxy.',
    typical: ['A clock that is wrong at the issuer or on this node'],
    checks: [tokenClaims, 'Is the clock right? `kubectl exec POD -n NS -c istio-proxy -- date -u`'],
  },
  jwt_issuer_unknown: {
    fault: 'client',
    sentence: 'The issuer of the JWT is not one this proxy is configured for.',
    typical: ['A token of another environment', 'issuer differs by a slash or scheme'],
    checks: [tokenClaims, requestAuthentication],
  },
  jwt_audience_not_allowed: {
    fault: 'client',
    sentence: 'The JWT was issued for another audience.',
    typical: ['A token meant for another service', 'audiences in the RequestAuthentication is too narrow'],
    checks: [tokenClaims, requestAuthentication],
  },
  jwt_malformed: {
    fault: 'client',
    sentence: 'The JWT of the request cannot be read.',
    typical: ['An opaque token instead of a JWT', 'A token that was cut off', 'An unknown algorithm'],
    checks: [
      'Which token does the client send? `curl -v -H "Authorization: Bearer TOKEN" URL`',
      'What exactly is wrong stands in the braces of response_code_details',
    ],
  },
  jwt_key_unavailable: {
    fault: 'policy',
    sentence: 'The JWT could not be verified because this proxy has no usable key of the issuer.',
    typical: [
      'jwksUri cannot be reached from istiod or the proxy',
      'The issuer rotated its keys',
      'The key set is not valid',
    ],
    checks: [
      requestAuthentication,
      'Can the key set be fetched? `kubectl exec POD -n NS -c APP -- curl -v JWKS_URI`',
      'Did istiod fetch it? `kubectl logs -n istio-system -l app=istiod --since=1h | grep -i jwks`',
    ],
  },
  jwt_verification_failed: {
    fault: 'client',
    sentence: 'The signature of the JWT does not fit the keys of the issuer.',
    typical: ['A token of another environment with the same issuer', 'The issuer rotated its keys', 'A forged token'],
    checks: [tokenClaims, requestAuthentication],
  },
  jwt_denied: {
    fault: 'client',
    sentence: 'The JWT of the request was refused.',
    typical: ['The token is missing, expired, or of another issuer'],
    checks: ['What exactly is wrong stands in the braces of response_code_details', requestAuthentication],
  },
  rate_limited: {
    fault: 'policy',
    sentence: 'A rate limit of this proxy refused the request.',
    typical: ['More requests than the limit allows', 'A limit that is set too low or counts per proxy'],
    checks: [
      CHECK.envoyFilters,
      'Which limit was hit? `kubectl exec POD -n NS -c istio-proxy -- pilot-agent request GET stats | grep -E "rate_limit|ratelimit"`',
    ],
  },
  rate_limited_locally: {
    fault: 'policy',
    sentence: 'The local rate limit of this proxy refused the request: its token bucket is empty.',
    typical: ['More requests than the limit allows', 'The limit counts per proxy, not per service'],
    checks: [
      'Which limit was hit? `kubectl exec POD -n NS -c istio-proxy -- pilot-agent request GET stats | grep local_rate_limit`',
      CHECK.envoyFilters,
    ],
  },
  rate_limited_globally: {
    fault: 'policy',
    sentence: 'The rate limit service said that the limit for this request is reached.',
    typical: ['More requests than the limit allows'],
    checks: [
      'Which descriptor is over its limit? `kubectl logs deployment/RATE_LIMIT_SERVICE -n NS --since=15m`',
      CHECK.envoyFilters,
    ],
  },
  rate_limited_by_quota: {
    fault: 'policy',
    sentence: 'The quota assigned to this kind of request is used up.',
    typical: ['More requests than the quota allows'],
    checks: ['Which bucket is empty? `kubectl logs deployment/QUOTA_SERVICE -n NS --since=15m`', CHECK.envoyFilters],
  },
  rate_limit_service_error: {
    fault: 'overload',
    sentence: 'The filter got no answer from the rate limit service, and is set to refuse then.',
    typical: ['The rate limit service is down or too slow (failure_mode_deny: true)'],
    checks: [
      'Is it up? `kubectl get pods -A | grep -i ratelimit`',
      'Which endpoints has this proxy for it? `istioctl proxy-config endpoints POD.NS | grep -i ratelimit`',
    ],
  },
  csrf_origin_mismatch: {
    fault: 'client',
    sentence: 'The CSRF filter refused the request: its origin is not the site itself nor an allowed one.',
    typical: ['A form or script of another site', 'An allowed origin is missing in the configuration'],
    checks: ['Compare the Origin header with the Host: `curl -v -H "Origin: ORIGIN" URL`', CHECK.envoyFilters],
  },
  basic_auth_failed: {
    fault: 'client',
    sentence: 'HTTP basic authentication failed.',
    typical: ['No or wrong user name and password'],
    checks: ['Try it by hand: `curl -v -u USER:PASSWORD URL`'],
  },
  api_key_failed: {
    fault: 'client',
    sentence: 'The request has no API key that is accepted here.',
    typical: ['No key, an unknown key, or a client that may not use this route'],
    checks: [
      'Where is the key expected (header, query, cookie)? `istioctl proxy-config listeners POD.NS -o yaml | grep -A12 -i apiKeyAuth`',
    ],
  },
  oauth_redirect: {
    fault: 'other',
    sentence: 'The OAuth2 filter of this proxy answered with a redirect of the login flow.',
    typical: ['A user without a session', 'The return from the login page', 'A logout'],
    checks: [CHECK.envoyFilters],
    isBenign: true,
  },
  client_certificate_not_allowed: {
    fault: 'client',
    sentence: 'The client certificate is not in the list of allowed ones.',
    typical: ['A certificate that was renewed but not listed'],
    checks: [CHECK.listeners, CHECK.envoyFilters],
  },
  cdn_loop_refused: {
    fault: 'client',
    sentence: 'The CDN-Loop header of the request is invalid or shows that it has been here before.',
    typical: ['Two proxies that forward to each other'],
    checks: ['Which path did the request take? `curl -v URL`', CHECK.routes],
  },
  fault_injected: {
    fault: 'policy',
    sentence: 'An injected fault ended the request with the status set for the test; no server was asked.',
    typical: ['A test with http.fault.abort in a VirtualService'],
    checks: [
      'Is the test still meant to run? `kubectl get virtualservices -A -o yaml | grep -B20 "abort:"`',
      CHECK.routes,
    ],
  },
  delay_injected: {
    fault: 'policy',
    sentence: 'An injected fault delayed the request on its way.',
    typical: ['A test with http.fault.delay in a VirtualService'],
    checks: ['Is the test still meant to run? `kubectl get virtualservices -A -o yaml | grep -B20 "delay:"`'],
    isBenign: true,
  },
} as const satisfies Record<string, Cause>
