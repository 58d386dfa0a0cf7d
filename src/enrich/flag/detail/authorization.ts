import type { DetailRow } from './row.ts'

/** Details of the filters that let a request pass or not. */
// biome-ignore format: a table, one row a line
export const AUTHORIZATION_DETAILS = [
  { value: 'rbac_access_denied_matched_policy[POLICY]', cause: 'rbac_denied_by_policy', since: '1.16' },
  { value: 'rbac_access_denied_matched_policy[none]', cause: 'rbac_no_allow_policy', since: '1.16' },
  { value: 'rbac_access_denied', cause: 'rbac_denied', until: '1.15' },
  { value: 'ext_authz_denied', cause: 'ext_authz_denied' },
  { value: 'ext_authz_error', cause: 'ext_authz_error' },
  { value: 'ext_authz_invalid', cause: 'ext_authz_invalid', since: '1.31' },
  { value: 'jwt_authn_access_denied{TEXT}', cause: 'jwt_denied' },
  { value: 'request_rate_limited', cause: 'rate_limited_globally' },
  { value: 'rate_limiter_error', cause: 'rate_limit_service_error' },
  { value: 'local_rate_limited', cause: 'rate_limited_locally', since: '1.16' },
  { value: 'rate_limited_by_quota', cause: 'rate_limited_by_quota', since: '1.37' },
  { value: 'csrf_origin_mismatch', cause: 'csrf_origin_mismatch' },
  { value: 'no_credential_for_basic_auth', cause: 'basic_auth_failed', sentence: 'The request carries no user name and password for HTTP basic authentication.' },
  { value: 'invalid_scheme_for_basic_auth', cause: 'basic_auth_failed', sentence: 'The Authorization header of the request is not of the Basic scheme.' },
  { value: 'invalid_format_for_basic_auth', cause: 'basic_auth_failed', sentence: 'The credentials of HTTP basic authentication cannot be decoded.' },
  { value: 'invalid_credential_for_basic_auth', cause: 'basic_auth_failed', sentence: 'User name or password of HTTP basic authentication is wrong.' },
  { value: 'missing_api_key', cause: 'api_key_failed', sentence: 'The request carries no API key.' },
  { value: 'unkonwn_api_key', cause: 'api_key_failed', sentence: 'The API key of the request is not known (the value is misspelt in Envoy itself).' },
  { value: 'client_not_allowed', cause: 'api_key_failed', sentence: 'The API key is known, but its client may not use this route.' },
  { value: 'missing_credentials', cause: 'api_key_failed', sentence: 'No credentials are configured to compare the API key with.' },
  { value: 'missing_key_sources', cause: 'api_key_failed', sentence: 'No place is configured where the API key is to be found.' },
  { value: 'oauth.missing_credentials', cause: 'oauth_redirect', sentence: 'The user has no session, so the OAuth2 filter answered with a redirect to the login page.' },
  { value: 'oauth.logged_in', cause: 'oauth_redirect', sentence: 'The login succeeded, and the OAuth2 filter redirected back to the page first asked for.' },
  { value: 'oauth.race_redirect', cause: 'oauth_redirect', sentence: 'The user had logged in meanwhile, so the OAuth2 filter answered with a redirect.' },
  { value: 'oauth.sign_out', cause: 'oauth_redirect', sentence: 'The user signed out, and the OAuth2 filter answered with a redirect.' },
  { value: 'auth_digest_no_match', cause: 'client_certificate_not_allowed' },
  { value: 'invalid_cdn_loop_header', cause: 'cdn_loop_refused', sentence: 'The CDN-Loop header of the request cannot be read.' },
  { value: 'cdn_loop_detected', cause: 'cdn_loop_refused', sentence: 'The CDN-Loop header shows that the request has been here too often.' },
] as const satisfies readonly DetailRow[]
